package rules

import (
	"context"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/knftables"
)

// example uses everything that a rule may be made of.
var example = []Pod{{
	Namespace: "shop", Name: "web", Address: netip.MustParseAddr("10.1.1.1"),
	Ingress: &Isolation{Allowed: []Edge{
		{Peers: Peers{Anyone: true}, Ports: []Ports{{corev1.ProtocolTCP, 8080, 8080}, {corev1.ProtocolTCP, 8070, 8090}, {corev1.ProtocolUDP, 53, 53}}},
		{Peers: Peers{Addresses: []netip.Addr{netip.MustParseAddr("10.1.2.1"), netip.MustParseAddr("10.1.2.2")}}},
		{Peers: Peers{Blocks: []Block{
			{netip.MustParsePrefix("203.0.113.0/24"), []netip.Prefix{netip.MustParsePrefix("203.0.113.64/26")}},
			{Network: netip.MustParsePrefix("0.0.0.0/0")},
		}}, Ports: []Ports{{corev1.ProtocolSCTP, 0, 65535}, {corev1.ProtocolSCTP, 7, 7}}},
	}},
	Egress: &Isolation{Allowed: []Edge{
		{Peers: Peers{Addresses: []netip.Addr{netip.MustParseAddr("10.1.2.1"), netip.MustParseAddr("10.1.2.2")}}, Ports: []Ports{{corev1.ProtocolTCP, 1, 1}}},
	}},
}, {
	Namespace: "shop", Name: "closed", Address: netip.MustParseAddr("10.1.1.2"), Ingress: &Isolation{},
}}

const written = `add table ip network-policies { comment "what the NetworkPolicies of the cluster let through" ; }
add chain ip network-policies forward { type filter hook forward priority 0 ; }
add chain ip network-policies from-10.1.1.1 { comment "shop/web" ; }
add chain ip network-policies to-10.1.1.1 { comment "shop/web" ; }
add chain ip network-policies to-10.1.1.2 { comment "shop/closed" ; }
add set ip network-policies pods-SAME { type ipv4_addr ; }
add map ip network-policies from { type ipv4_addr : verdict ; }
add map ip network-policies to { type ipv4_addr : verdict ; }
add rule ip network-policies forward ct state established,related accept
add rule ip network-policies forward ip saddr vmap @from
add rule ip network-policies forward ip daddr vmap @to
add rule ip network-policies from-10.1.1.1 ip daddr 10.1.1.1 return
add rule ip network-policies from-10.1.1.1 ip daddr @pods-SAME tcp dport { 1 } return
add rule ip network-policies from-10.1.1.1 drop
add rule ip network-policies to-10.1.1.1 ip saddr 10.1.1.1 return
add rule ip network-policies to-10.1.1.1 tcp dport { 8070-8090 } return
add rule ip network-policies to-10.1.1.1 udp dport { 53 } return
add rule ip network-policies to-10.1.1.1 ip saddr @pods-SAME return
add rule ip network-policies to-10.1.1.1 ip saddr 203.0.113.0/24 ip saddr != 203.0.113.64/26 meta l4proto sctp return
add rule ip network-policies to-10.1.1.1 meta l4proto sctp return
add rule ip network-policies to-10.1.1.1 drop
add rule ip network-policies to-10.1.1.2 ip saddr 10.1.1.2 return
add rule ip network-policies to-10.1.1.2 drop
add element ip network-policies pods-SAME { 10.1.2.1 }
add element ip network-policies pods-SAME { 10.1.2.2 }
add element ip network-policies from { 10.1.1.1 : jump from-10.1.1.1 }
add element ip network-policies to { 10.1.1.1 : jump to-10.1.1.1 }
add element ip network-policies to { 10.1.1.2 : jump to-10.1.1.2 }
`

func TestADecisionIsWrittenAsChainsAndSets(t *testing.T) {
	firewall := knftables.NewFake(knftables.IPv4Family, Table)
	replace(t, firewall, example)
	sets, _ := firewall.List(context.Background(), "set")
	if len(sets) != 1 {
		t.Fatalf("the same addresses should be one set: %v", sets)
	}
	if dump := strings.ReplaceAll(firewall.Dump(), sets[0], "pods-SAME"); dump != written {
		t.Errorf("%s", dump)
	}
}

func TestWhatWasThereBeforeIsGone(t *testing.T) {
	firewall := knftables.NewFake(knftables.IPv4Family, Table)
	replace(t, firewall, nil)
	nothing := firewall.Dump()
	replace(t, firewall, example)
	replace(t, firewall, nil)
	if firewall.Dump() != nothing {
		t.Error(firewall.Dump())
	}
}

func TestTheSameDecisionIsTheSameText(t *testing.T) {
	firewall := knftables.NewFake(knftables.IPv4Family, Table)
	once, again := firewall.NewTransaction(), firewall.NewTransaction()
	Replace(once, example)
	Replace(again, example)
	if once.String() != again.String() {
		t.Error(once.String(), again.String())
	}
}

func TestTheKernelTakesTheRules(t *testing.T) {
	if _, err := exec.LookPath("nft"); err != nil || os.Geteuid() != 0 {
		t.Skip("needs root and nftables")
	}
	firewall, err := knftables.New(knftables.IPv4Family, Table)
	if err != nil {
		t.Fatal(err)
	}
	transaction := firewall.NewTransaction()
	Replace(transaction, example)
	if err := firewall.Check(context.Background(), transaction); err != nil {
		t.Error(err, transaction.String())
	}
}

func replace(t *testing.T, firewall knftables.Interface, isolated []Pod) {
	transaction := firewall.NewTransaction()
	Replace(transaction, isolated)
	if err := firewall.Run(context.Background(), transaction); err != nil {
		t.Fatal(err)
	}
}
