package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/knftables"
)

// Table is the one nftables table that is ours, of family ip. Everything else belongs to others.
const Table = "network-policies"

// Replace adds to an empty transaction all that makes our table say what was decided, and nothing else. The
// kernel takes a transaction whole, so there is no moment with half of the rules, or with none.
//
// The chain hangs in the forward hook, which sees the packets from pod to pod (also on one node, by
// br_netfilter) and those that enter or leave the node, with a Service's address already replaced. What the
// node itself sends or takes does not come by: a kubelet always reaches its pods. A packet passes the rules
// of its sender first, then those of its receiver; either may drop it, and "return" goes on to the next.
func Replace(tx *knftables.Transaction, isolated []Pod) {
	tx.Add(&knftables.Table{}) // so that there is one to delete
	tx.Delete(&knftables.Table{})
	tx.Add(&knftables.Table{Comment: knftables.PtrTo("what the NetworkPolicies of the cluster let through")})
	tx.Add(&knftables.Map{Name: "from", Type: "ipv4_addr : verdict"})
	tx.Add(&knftables.Map{Name: "to", Type: "ipv4_addr : verdict"})
	tx.Add(&knftables.Chain{
		Name:     "forward",
		Type:     knftables.PtrTo(knftables.FilterType),
		Hook:     knftables.PtrTo(knftables.ForwardHook),
		Priority: knftables.PtrTo(knftables.FilterPriority),
	})
	for _, rule := range []string{
		"ct state established,related accept", // Answers, and what was let through when it began.
		"ip saddr vmap @from",
		"ip daddr vmap @to",
	} {
		tx.Add(&knftables.Rule{Chain: "forward", Rule: rule})
	}
	sets := map[string]bool{}
	for _, pod := range isolated {
		if pod.Egress != nil {
			chain(tx, sets, pod, "from", "daddr", pod.Egress)
		}
		if pod.Ingress != nil {
			chain(tx, sets, pod, "to", "saddr", pod.Ingress)
		}
	}
}

// chain writes one direction of one pod; other is the field of a packet that holds its other end.
func chain(tx *knftables.Transaction, sets map[string]bool, pod Pod, direction, other string, isolation *Isolation) {
	name := direction + "-" + pod.Address.String()
	tx.Add(&knftables.Chain{Name: name, Comment: knftables.PtrTo(comment(pod))})
	tx.Add(&knftables.Element{Map: direction, Key: []string{pod.Address.String()}, Value: []string{"jump " + name}})
	line := func(parts ...string) {
		tx.Add(&knftables.Rule{Chain: name, Rule: strings.Join(slices.DeleteFunc(parts, isEmpty), " ")})
	}
	line("ip", other, pod.Address.String(), "return") // A pod reaches itself through its Service, too.
	for _, edge := range isolation.Allowed {
		for _, ports := range portMatches(edge.Ports) {
			if edge.Peers.Anyone {
				line(ports, "return")
				continue
			}
			if len(edge.Peers.Addresses) > 0 {
				line("ip", other, "@"+set(tx, sets, edge.Peers.Addresses), ports, "return")
			}
			for _, block := range edge.Peers.Blocks {
				line(blockMatch(other, block), ports, "return")
			}
		}
	}
	line("drop")
}

// set is the name of a set of these addresses, which is added if this transaction has none yet: the pods that
// a policy selects share it.
func set(tx *knftables.Transaction, sets map[string]bool, addresses []netip.Addr) string {
	hash := sha256.New()
	for _, address := range addresses {
		hash.Write(address.AsSlice())
	}
	name := "pods-" + hex.EncodeToString(hash.Sum(nil)[:8])
	if !sets[name] {
		sets[name] = true
		tx.Add(&knftables.Set{Name: name, Type: "ipv4_addr"})
		for _, address := range addresses {
			tx.Add(&knftables.Element{Set: name, Key: []string{address.String()}})
		}
	}
	return name
}

// portMatches are the alternatives, one a protocol, that together match the ports.
func portMatches(ports []Ports) []string {
	if len(ports) == 0 {
		return []string{""}
	}
	whole := map[corev1.Protocol]bool{}
	some := map[corev1.Protocol][]Ports{}
	var protocols []corev1.Protocol
	for _, port := range ports {
		whole[port.Protocol] = whole[port.Protocol] || port.First == 0 && port.Last == lastPort
		some[port.Protocol] = append(some[port.Protocol], port)
		protocols = append(protocols, port.Protocol)
	}
	slices.Sort(protocols)
	var matches []string
	for _, protocol := range slices.Compact(protocols) {
		keyword := strings.ToLower(string(protocol))
		if whole[protocol] {
			matches = append(matches, "meta l4proto "+keyword)
		} else {
			matches = append(matches, fmt.Sprintf("%s dport { %s }", keyword, list(merged(some[protocol]))))
		}
	}
	return matches
}

// merged joins ranges that overlap, which an nftables set refuses.
func merged(ports []Ports) []Ports {
	slices.SortFunc(ports, Ports.compare)
	joined := ports[:1]
	for _, next := range ports[1:] {
		if last := &joined[len(joined)-1]; next.First <= last.Last {
			last.Last = max(last.Last, next.Last)
		} else {
			joined = append(joined, next)
		}
	}
	return joined
}

func blockMatch(other string, block Block) string {
	var parts []string
	if block.Network.Bits() > 0 { // All addresses need no match.
		parts = append(parts, fmt.Sprintf("ip %s %s", other, block.Network))
	}
	for _, except := range block.Except {
		parts = append(parts, fmt.Sprintf("ip %s != %s", other, except))
	}
	return strings.Join(parts, " ")
}

// comment names the pod, as far as a comment of nftables is long enough.
func comment(pod Pod) string {
	name := pod.Namespace + "/" + pod.Name
	return name[:min(len(name), knftables.CommentLengthMax)]
}

func list(ports []Ports) string {
	var written []string
	for _, port := range ports {
		first := strconv.Itoa(int(port.First))
		if port.Last > port.First {
			first += "-" + strconv.Itoa(int(port.Last))
		}
		written = append(written, first)
	}
	return strings.Join(written, ", ")
}

func isEmpty(part string) bool { return part == "" }
