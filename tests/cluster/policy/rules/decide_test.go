package rules

import (
	"net/netip"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// What the tests are about: the pod shop/web on node n1, the others around it.
var (
	web     = pod("shop", "web", "n1", "10.1.1.1", "app", "web", port("http", 8080), port("admin", 9090))
	order   = pod("shop", "order", "n2", "10.1.2.1", "app", "order", port("http", 8081))
	product = pod("shop", "product", "n1", "10.1.1.2", "app", "product", port("http", 8082))
	monitor = pod("watch", "monitor", "n2", "10.1.2.2", "app", "monitor", port("http", 9090))
	dns     = pod("kube-system", "dns", "n2", "10.1.2.3", "app", "dns", datagrams("dns", 53))
)

const stranger = "203.0.113.7"

func TestWhatPoliciesLetThrough(t *testing.T) {
	type packet struct {
		other    string
		protocol corev1.Protocol
		port     int32
	}
	tcp := func(other string, port int32) packet { return packet{other, corev1.ProtocolTCP, port} }
	udp := func(other string, port int32) packet { return packet{other, corev1.ProtocolUDP, port} }
	const toOrder, toProduct, toMonitor, toDNS = "10.1.2.1", "10.1.1.2", "10.1.2.2", "10.1.2.3"

	for _, test := range []struct {
		name     string
		policies []*networkingv1.NetworkPolicy
		// Connections to, and from, shop/web.
		comes, stays, goes, held []packet
	}{
		{
			name:  "without a policy everything passes",
			comes: []packet{tcp(toOrder, 8080), tcp(stranger, 1)},
			goes:  []packet{tcp(toOrder, 8081), udp(stranger, 1)},
		},
		{
			name:     "a policy for other pods changes nothing",
			policies: []*networkingv1.NetworkPolicy{policy("shop", selects("app", "order"), ingress())},
			comes:    []packet{tcp(stranger, 1)},
		},
		{
			name:     "a policy of another namespace changes nothing",
			policies: []*networkingv1.NetworkPolicy{policy("watch", everyPod, ingress(), egress())},
			comes:    []packet{tcp(stranger, 1)},
			goes:     []packet{tcp(stranger, 1)},
		},
		{
			name:     "no ingress rule lets nobody in, and everything out",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress())},
			stays:    []packet{tcp(toOrder, 8080), udp(toDNS, 8080)},
			goes:     []packet{tcp(stranger, 1)},
		},
		{
			name:     "no egress rule lets nothing out, and everybody in",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, egress())},
			comes:    []packet{tcp(stranger, 1)},
			held:     []packet{tcp(toOrder, 8081), udp(toDNS, 53)},
		},
		{
			name:     "an empty rule lets everybody in on every port",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from()))},
			comes:    []packet{tcp(stranger, 1), udp(toOrder, 65535)},
		},
		{
			name:     "pods are selected in the policy's own namespace",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from(pods("app", "order"))))},
			comes:    []packet{tcp(toOrder, 1)},
			stays:    []packet{tcp(toProduct, 1), tcp(toMonitor, 1), tcp(stranger, 1)},
		},
		{
			name:     "a namespace is selected with all its pods",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from(namespaces("team", "watch"))))},
			comes:    []packet{tcp(toMonitor, 1)},
			stays:    []packet{tcp(toOrder, 1), tcp(toDNS, 1)},
		},
		{
			name: "namespace and pods in one peer must both match",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from(
				both(namespaces("team", "watch"), pods("app", "order")))))},
			stays: []packet{tcp(toMonitor, 1), tcp(toOrder, 1)},
		},
		{
			name: "of several peers one is enough",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from(
				namespaces("team", "watch"), pods("app", "order"))))},
			comes: []packet{tcp(toMonitor, 1), tcp(toOrder, 1)},
			stays: []packet{tcp(toProduct, 1)},
		},
		{
			name: "of several policies one is enough",
			policies: []*networkingv1.NetworkPolicy{
				policy("shop", everyPod, ingress()),
				policy("shop", selects("app", "web"), ingress(from(pods("app", "order")).on(tcpPort(8080)))),
				policy("shop", selects("app", "web"), ingress(from(pods("app", "product")).on(tcpPort(9090)))),
			},
			comes: []packet{tcp(toOrder, 8080), tcp(toProduct, 9090)},
			stays: []packet{tcp(toOrder, 9090), tcp(toProduct, 8080)},
		},
		{
			name: "a block is let in but for its exceptions",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from(
				block("203.0.113.0/24", "203.0.113.64/26", "203.0.113.128/25"))))},
			comes: []packet{tcp(stranger, 1)},
			stays: []packet{tcp("203.0.113.65", 1), tcp("203.0.113.200", 1), tcp("198.51.100.1", 1), tcp(toOrder, 1)},
		},
		{
			name:     "a block that is of IPv6 lets in nobody",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from(block("::/0"))))},
			stays:    []packet{tcp(stranger, 1), tcp(toOrder, 1)},
		},
		{
			name: "ports are of TCP unless it is said",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from().on(
				networkingv1.NetworkPolicyPort{Port: number(8080)}, udpPort(53))))},
			comes: []packet{tcp(stranger, 8080), udp(stranger, 53)},
			stays: []packet{udp(stranger, 8080), tcp(stranger, 53)},
		},
		{
			name: "a protocol without a port is the whole protocol",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from().on(
				networkingv1.NetworkPolicyPort{Protocol: protocol(corev1.ProtocolUDP)})))},
			comes: []packet{udp(stranger, 1), udp(stranger, 65535)},
			stays: []packet{tcp(stranger, 1)},
		},
		{
			name: "a range has both its ends",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from().on(
				networkingv1.NetworkPolicyPort{Port: number(8080), EndPort: end(8082)})))},
			comes: []packet{tcp(stranger, 8080), tcp(stranger, 8081), tcp(stranger, 8082)},
			stays: []packet{tcp(stranger, 8079), tcp(stranger, 8083)},
		},
		{
			name:     "to a name the pod's own port answers",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from().on(tcpName("admin"))))},
			comes:    []packet{tcp(stranger, 9090)},
			stays:    []packet{tcp(stranger, 8080)},
		},
		{
			name:     "a name that the pod does not have lets nobody in",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from().on(tcpName("nothing"))))},
			stays:    []packet{tcp(stranger, 8080), tcp(stranger, 9090)},
		},
		{
			name: "a name has its protocol",
			policies: []*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from().on(
				networkingv1.NetworkPolicyPort{Port: name("http"), Protocol: protocol(corev1.ProtocolUDP)})))},
			stays: []packet{tcp(stranger, 8080), udp(stranger, 8080)},
		},
		{
			name:     "outwards a name is the port of each pod at the other end",
			policies: []*networkingv1.NetworkPolicy{policy("shop", selects("app", "web"), egress(from(everyPodHere).on(tcpName("http"))))},
			goes:     []packet{tcp(toOrder, 8081), tcp(toProduct, 8082)},
			held:     []packet{tcp(toOrder, 8082), tcp(toProduct, 8081), tcp(toMonitor, 9090), tcp(stranger, 8081)},
		},
		{
			name:     "outwards a name without peers is that of every pod",
			policies: []*networkingv1.NetworkPolicy{policy("shop", selects("app", "web"), egress(from().on(tcpName("http"))))},
			goes:     []packet{tcp(toOrder, 8081), tcp(toMonitor, 9090)},
			held:     []packet{tcp(toOrder, 9090), tcp(stranger, 8081)},
		},
		{
			name: "names only to a name server and to one part",
			policies: []*networkingv1.NetworkPolicy{policy("shop", selects("app", "web"), egress(
				from(both(namespaces("team", "system"), pods("app", "dns"))).on(udpPort(53), tcpPort(53)),
				from(pods("app", "order")).on(tcpPort(8081))))},
			goes: []packet{udp(toDNS, 53), tcp(toDNS, 53), tcp(toOrder, 8081)},
			held: []packet{udp(toOrder, 53), tcp(toDNS, 8081), tcp(toProduct, 8081)},
		},
		{
			name:     "a policy that names no direction is about ingress",
			policies: []*networkingv1.NetworkPolicy{undirected(policy("shop", everyPod))},
			stays:    []packet{tcp(toOrder, 8080)},
			goes:     []packet{tcp(stranger, 1)},
		},
		{
			name:     "a policy with egress rules that names no direction is about both",
			policies: []*networkingv1.NetworkPolicy{undirected(policy("shop", everyPod, egress(from(pods("app", "order")))))},
			stays:    []packet{tcp(toOrder, 8080)},
			goes:     []packet{tcp(toOrder, 1)},
			held:     []packet{tcp(stranger, 1)},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			decided := Decide(cluster(test.policies), "n1")
			var here Pod // Not isolated, unless it was decided otherwise.
			if i := slices.IndexFunc(decided, func(pod Pod) bool { return pod.Name == "web" }); i >= 0 {
				here = decided[i]
			}
			check := func(isolation *Isolation, verb string, packets []packet, passes bool) {
				for _, packet := range packets {
					if isolation.passes(netip.MustParseAddr(packet.other), packet.protocol, packet.port) != passes {
						t.Errorf("%v should %s: %+v", packet, verb, decided)
					}
				}
			}
			check(here.Ingress, "come", test.comes, true)
			check(here.Ingress, "stay outside", test.stays, false)
			check(here.Egress, "go", test.goes, true)
			check(here.Egress, "be held", test.held, false)
		})
	}
}

func TestOnlyPodsOfTheNodeAreDecidedInOrder(t *testing.T) {
	decided := Decide(cluster([]*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress())}), "n1")
	if len(decided) != 2 || decided[0].Name != "web" || decided[1].Name != "product" {
		t.Errorf("%+v", decided)
	}
}

func TestAPodThatEndedOrSharesItsNodesAddressIsNobody(t *testing.T) {
	ended, ofHost := order.DeepCopy(), order.DeepCopy()
	ended.Status.Phase = corev1.PodSucceeded
	ofHost.Spec.HostNetwork = true
	without := order.DeepCopy()
	without.Status = corev1.PodStatus{}
	for _, nobody := range []*corev1.Pod{ended, ofHost, without} {
		nobody.Spec.NodeName = "n1"
		everything := cluster([]*networkingv1.NetworkPolicy{policy("shop", everyPod, ingress(from(pods("app", "order"))))})
		everything.Pods = []*corev1.Pod{web, nobody}
		decided := Decide(everything, "n1")
		if len(decided) != 1 || len(decided[0].Ingress.Allowed) != 0 {
			t.Errorf("%+v", decided)
		}
	}
}

// passes tells what an nftables chain made from the isolation must do.
func (isolation *Isolation) passes(other netip.Addr, protocol corev1.Protocol, port int32) bool {
	return isolation == nil || slices.ContainsFunc(isolation.Allowed, func(edge Edge) bool {
		among := edge.Peers.Anyone || slices.Contains(edge.Peers.Addresses, other) ||
			slices.ContainsFunc(edge.Peers.Blocks, func(block Block) bool {
				return block.Network.Contains(other) &&
					!slices.ContainsFunc(block.Except, func(except netip.Prefix) bool { return except.Contains(other) })
			})
		return among && (len(edge.Ports) == 0 || slices.ContainsFunc(edge.Ports, func(ports Ports) bool {
			return ports.Protocol == protocol && ports.First <= port && port <= ports.Last
		}))
	})
}

// --- short words for Kubernetes objects

func cluster(policies []*networkingv1.NetworkPolicy) Cluster {
	namespace := func(name, team string) *corev1.Namespace {
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"team": team}}}
	}
	return Cluster{
		Pods:       []*corev1.Pod{web, order, product, monitor, dns},
		Namespaces: []*corev1.Namespace{namespace("shop", "shop"), namespace("watch", "watch"), namespace("kube-system", "system")},
		Policies:   policies,
	}
}

func pod(namespace, name, node, address, key, value string, ports ...corev1.ContainerPort) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{key: value}},
		Spec:       corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{Ports: ports}}},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning, PodIP: address},
	}
}

func port(name string, number int32) corev1.ContainerPort {
	return corev1.ContainerPort{Name: name, ContainerPort: number}
}

func datagrams(name string, number int32) corev1.ContainerPort {
	return corev1.ContainerPort{Name: name, ContainerPort: number, Protocol: corev1.ProtocolUDP}
}

var (
	everyPod     = metav1.LabelSelector{}
	everyPodHere = networkingv1.NetworkPolicyPeer{PodSelector: &metav1.LabelSelector{}}
)

func selects(key, value string) metav1.LabelSelector {
	return metav1.LabelSelector{MatchLabels: map[string]string{key: value}}
}

func policy(namespace string, pods metav1.LabelSelector, directions ...func(*networkingv1.NetworkPolicySpec)) *networkingv1.NetworkPolicy {
	policy := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Namespace: namespace}}
	policy.Spec.PodSelector = pods
	for _, direction := range directions {
		direction(&policy.Spec)
	}
	return policy
}

func undirected(policy *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicy {
	policy.Spec.PolicyTypes = nil
	return policy
}

// rule is of either direction: who, on which ports.
type rule struct {
	peers []networkingv1.NetworkPolicyPeer
	ports []networkingv1.NetworkPolicyPort
}

func from(peers ...networkingv1.NetworkPolicyPeer) rule { return rule{peers: peers} }

func (rule rule) on(ports ...networkingv1.NetworkPolicyPort) rule {
	rule.ports = ports
	return rule
}

func ingress(rules ...rule) func(*networkingv1.NetworkPolicySpec) {
	return func(spec *networkingv1.NetworkPolicySpec) {
		spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyTypeIngress)
		for _, rule := range rules {
			spec.Ingress = append(spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: rule.peers, Ports: rule.ports})
		}
	}
}

func egress(rules ...rule) func(*networkingv1.NetworkPolicySpec) {
	return func(spec *networkingv1.NetworkPolicySpec) {
		spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		for _, rule := range rules {
			spec.Egress = append(spec.Egress, networkingv1.NetworkPolicyEgressRule{To: rule.peers, Ports: rule.ports})
		}
	}
}

func pods(key, value string) networkingv1.NetworkPolicyPeer {
	selector := selects(key, value)
	return networkingv1.NetworkPolicyPeer{PodSelector: &selector}
}

func namespaces(key, value string) networkingv1.NetworkPolicyPeer {
	selector := selects(key, value)
	return networkingv1.NetworkPolicyPeer{NamespaceSelector: &selector}
}

func both(namespaces, pods networkingv1.NetworkPolicyPeer) networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{NamespaceSelector: namespaces.NamespaceSelector, PodSelector: pods.PodSelector}
}

func block(network string, except ...string) networkingv1.NetworkPolicyPeer {
	return networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: network, Except: except}}
}

func number(port int) *intstr.IntOrString {
	value := intstr.FromInt(port)
	return &value
}

func name(port string) *intstr.IntOrString {
	value := intstr.FromString(port)
	return &value
}

func end(port int32) *int32 { return &port }

func protocol(protocol corev1.Protocol) *corev1.Protocol { return &protocol }

func tcpPort(port int) networkingv1.NetworkPolicyPort {
	return networkingv1.NetworkPolicyPort{Port: number(port), Protocol: protocol(corev1.ProtocolTCP)}
}

func udpPort(port int) networkingv1.NetworkPolicyPort {
	return networkingv1.NetworkPolicyPort{Port: number(port), Protocol: protocol(corev1.ProtocolUDP)}
}

func tcpName(port string) networkingv1.NetworkPolicyPort {
	return networkingv1.NetworkPolicyPort{Port: name(port), Protocol: protocol(corev1.ProtocolTCP)}
}
