package rules

import (
	"cmp"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Pod is a pod of this node that at least one policy selects.
type Pod struct {
	Namespace, Name string
	Address         netip.Addr
	// Nil if the pod is not isolated in that direction: everything passes.
	Ingress, Egress *Isolation
}

// Isolation is all that may pass in one direction. Policies add up: one of them is enough.
type Isolation struct {
	Allowed []Edge
}

// Edge is one kind of connection that is let through: its other end and the port that is connected to, as
// seen after the address of a Service has been replaced by the pod's.
type Edge struct {
	Peers Peers
	// Empty for every port of every protocol.
	Ports []Ports
}

// Peers are the other ends of an edge.
type Peers struct {
	// Whoever it is, in or out of the cluster; the other fields then mean nothing.
	Anyone    bool
	Addresses []netip.Addr
	Blocks    []Block
}

// Block is a network without some parts of it.
type Block struct {
	Network netip.Prefix
	Except  []netip.Prefix
}

// Decide computes which pods of the node are isolated, in the order of their addresses.
func Decide(cluster Cluster, node string) []Pod {
	var isolated []Pod
	for _, candidate := range cluster.Pods {
		address, known := addressOf(candidate)
		if !known || candidate.Spec.NodeName != node {
			continue
		}
		pod := Pod{Namespace: candidate.Namespace, Name: candidate.Name, Address: address}
		for _, policy := range cluster.Policies {
			if policy.Namespace != candidate.Namespace ||
				!selectorOf(&policy.Spec.PodSelector).Matches(labels.Set(candidate.Labels)) {
				continue
			}
			if isolates(policy, networkingv1.PolicyTypeIngress) {
				pod.Ingress = pod.Ingress.and(cluster.ingress(policy, candidate))
			}
			if isolates(policy, networkingv1.PolicyTypeEgress) {
				pod.Egress = pod.Egress.and(cluster.egress(policy))
			}
		}
		if pod.Ingress != nil || pod.Egress != nil {
			isolated = append(isolated, pod)
		}
	}
	slices.SortFunc(isolated, func(a, b Pod) int { return a.Address.Compare(b.Address) })
	return isolated
}

// isolates tells whether a policy concerns a direction. One that does not say concerns ingress, and egress if
// it has rules for it.
func isolates(policy *networkingv1.NetworkPolicy, direction networkingv1.PolicyType) bool {
	if len(policy.Spec.PolicyTypes) > 0 {
		return slices.Contains(policy.Spec.PolicyTypes, direction)
	}
	return direction == networkingv1.PolicyTypeIngress || len(policy.Spec.Egress) > 0
}

func (isolation *Isolation) and(more []Edge) *Isolation {
	if isolation == nil {
		isolation = &Isolation{}
	}
	isolation.Allowed = append(isolation.Allowed, more...)
	return isolation
}

// ingress are the connections to the pod that a policy lets through. A named port is the pod's own.
func (cluster Cluster) ingress(policy *networkingv1.NetworkPolicy, pod *corev1.Pod) []Edge {
	var edges []Edge
	for _, rule := range policy.Spec.Ingress {
		ports := numbered(rule.Ports)
		for _, port := range rule.Ports {
			if named, number := nameOf(port); named {
				ports = append(ports, containerPorts(pod, protocolOf(port), number)...)
			}
		}
		if len(ports) == 0 && len(rule.Ports) > 0 {
			continue // Only names that this pod does not have.
		}
		peers, _ := cluster.peers(policy.Namespace, rule.From)
		edges = append(edges, Edge{Peers: peers, Ports: ports}.ifAny()...)
	}
	return edges
}

// egress are the connections from selected pods that a policy lets through. A named port is that of the pod
// at the other end, so it means another number for each, and nothing outside of the cluster.
func (cluster Cluster) egress(policy *networkingv1.NetworkPolicy) []Edge {
	var edges []Edge
	for _, rule := range policy.Spec.Egress {
		peers, pods := cluster.peers(policy.Namespace, rule.To)
		if ports := numbered(rule.Ports); len(ports) > 0 || len(rule.Ports) == 0 {
			edges = append(edges, Edge{Peers: peers, Ports: ports}.ifAny()...)
		}
		behind := map[Ports][]*corev1.Pod{}
		for _, port := range rule.Ports {
			named, name := nameOf(port)
			if !named {
				continue
			}
			for _, pod := range pods {
				for _, found := range containerPorts(pod, protocolOf(port), name) {
					behind[found] = append(behind[found], pod)
				}
			}
		}
		for _, port := range sortedPorts(behind) {
			edges = append(edges, Edge{Peers: Peers{Addresses: addresses(behind[port])}, Ports: []Ports{port}})
		}
	}
	return edges
}

// peers resolves the other ends that a rule of a policy in namespace names, and says which of the cluster's
// pods are among them by selection.
func (cluster Cluster) peers(namespace string, named []networkingv1.NetworkPolicyPeer) (Peers, []*corev1.Pod) {
	everywhere := func(string) bool { return true }
	if len(named) == 0 {
		return Peers{Anyone: true}, cluster.podsOf(everywhere, labels.Everything())
	}
	var peers Peers
	var pods []*corev1.Pod
	for _, peer := range named {
		if peer.IPBlock != nil {
			peers.Blocks = append(peers.Blocks, blockOf(peer.IPBlock)...)
			continue
		}
		within := func(name string) bool { return name == namespace }
		if peer.NamespaceSelector != nil {
			within = cluster.namespacesOf(selectorOf(peer.NamespaceSelector))
		}
		selector := labels.Everything()
		if peer.PodSelector != nil {
			selector = selectorOf(peer.PodSelector)
		}
		pods = append(pods, cluster.podsOf(within, selector)...)
	}
	peers.Addresses = addresses(pods)
	return peers, pods
}

// ifAny is the edge, or nothing if nobody is at its other end.
func (edge Edge) ifAny() []Edge {
	if !edge.Peers.Anyone && len(edge.Peers.Addresses) == 0 && len(edge.Peers.Blocks) == 0 {
		return nil
	}
	return []Edge{edge}
}

// addresses of pods, each once, in order.
func addresses(pods []*corev1.Pod) []netip.Addr {
	var found []netip.Addr
	for _, pod := range pods {
		if address, known := addressOf(pod); known {
			found = append(found, address)
		}
	}
	slices.SortFunc(found, netip.Addr.Compare)
	return slices.Compact(found)
}

// blockOf reads an ipBlock. One of another family than IPv4 holds none of our pods' packets.
func blockOf(block *networkingv1.IPBlock) []Block {
	network, err := netip.ParsePrefix(block.CIDR)
	if err != nil || !network.Addr().Is4() {
		return nil
	}
	read := Block{Network: network.Masked()}
	for _, part := range block.Except {
		except, err := netip.ParsePrefix(part)
		if err != nil {
			return nil // Who is excepted cannot be read, so nobody is let in.
		}
		read.Except = append(read.Except, except.Masked())
	}
	slices.SortFunc(read.Except, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	return []Block{read}
}
