package rules

import (
	"cmp"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// lastPort is the highest port there is: ports have 16 bits.
const lastPort = 65535

// Ports are those from First to Last of a protocol. 0 to 65535 is the whole protocol.
type Ports struct {
	Protocol    corev1.Protocol
	First, Last int32
}

// numbered are the ports of a rule that are not given by name.
func numbered(ports []networkingv1.NetworkPolicyPort) []Ports {
	var found []Ports
	for _, port := range ports {
		switch named, _ := nameOf(port); {
		case named:
		case port.Port == nil:
			found = append(found, Ports{protocolOf(port), 0, lastPort})
		case port.EndPort != nil:
			found = append(found, Ports{protocolOf(port), port.Port.IntVal, *port.EndPort})
		default:
			found = append(found, Ports{protocolOf(port), port.Port.IntVal, port.Port.IntVal})
		}
	}
	return found
}

// nameOf tells whether a port is given by name, and the name.
func nameOf(port networkingv1.NetworkPolicyPort) (bool, string) {
	if port.Port == nil || port.Port.Type != intstr.String {
		return false, ""
	}
	return true, port.Port.StrVal
}

// protocolOf a rule's port; unsaid it is TCP.
func protocolOf(port networkingv1.NetworkPolicyPort) corev1.Protocol {
	if port.Protocol == nil {
		return corev1.ProtocolTCP
	}
	return *port.Protocol
}

// containerPorts are the ports that the pod's containers call by a name. Sidecars are among the init containers.
func containerPorts(pod *corev1.Pod, protocol corev1.Protocol, name string) []Ports {
	var found []Ports
	for _, container := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		for _, port := range container.Ports {
			if port.Name == name && cmp.Or(port.Protocol, corev1.ProtocolTCP) == protocol {
				found = append(found, Ports{protocol, port.ContainerPort, port.ContainerPort})
			}
		}
	}
	return found
}

func sortedPorts[T any](by map[Ports]T) []Ports {
	return slices.SortedFunc(maps.Keys(by), Ports.compare)
}

func (ports Ports) compare(other Ports) int {
	return cmp.Or(
		cmp.Compare(ports.Protocol, other.Protocol),
		cmp.Compare(ports.First, other.First),
		cmp.Compare(ports.Last, other.Last),
	)
}
