// Package rules turns what a cluster's NetworkPolicies say into the packets that one node lets through.
//
// Everything in it is pure: [Decide] computes from a [Cluster] which local pods are isolated and what
// each of them allows, and [Replace] writes that as one nftables transaction. It reads no clock, no API and no kernel.
package rules

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Cluster is what the API server said last. The order of its lists means nothing.
type Cluster struct {
	Pods       []*corev1.Pod
	Namespaces []*corev1.Namespace
	Policies   []*networkingv1.NetworkPolicy
}

// addressOf is the pod's own IPv4 address. A pod has none before its sandbox is made and after it ended (the
// address may then belong to another), nor if it shares its node's: policies say nothing about such a pod.
func addressOf(pod *corev1.Pod) (netip.Addr, bool) {
	ended := pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
	if pod.Spec.HostNetwork || ended {
		return netip.Addr{}, false
	}
	for _, ip := range append([]corev1.PodIP{{IP: pod.Status.PodIP}}, pod.Status.PodIPs...) {
		if address, err := netip.ParseAddr(ip.IP); err == nil && address.Is4() {
			return address, true
		}
	}
	return netip.Addr{}, false
}

// podsOf are the pods with an address whose namespace and labels a peer selects; within says whether a
// namespace counts.
func (cluster Cluster) podsOf(within func(namespace string) bool, selector labels.Selector) []*corev1.Pod {
	var pods []*corev1.Pod
	for _, pod := range cluster.Pods {
		if _, known := addressOf(pod); known && within(pod.Namespace) && selector.Matches(labels.Set(pod.Labels)) {
			pods = append(pods, pod)
		}
	}
	return pods
}

// namespacesOf tells of a name whether that namespace exists and is selected.
func (cluster Cluster) namespacesOf(selector labels.Selector) func(string) bool {
	selected := map[string]bool{}
	for _, namespace := range cluster.Namespaces {
		selected[namespace.Name] = selector.Matches(labels.Set(namespace.Labels))
	}
	return func(name string) bool { return selected[name] }
}

// selectorOf reads a selector; an absent one selects nothing. The API server admits only well-formed ones, so
// one that cannot be read came from a newer API: it selects nothing, which closes rather than opens.
func selectorOf(selector *metav1.LabelSelector) labels.Selector {
	read, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return labels.Nothing()
	}
	return read
}
