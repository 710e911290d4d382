// Package kubernetes says how Kubernetes is set up on a bed: who has which certificate, what is written into each
// machine's settings and which processes run there. Apart from making keys it only computes.
package kubernetes

import (
	"fmt"
	"net/netip"
	"time"

	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/pki"
)

// Keys are all keys and certificates of a bed.
type Keys struct {
	Cluster         pki.Authority // of the API server, its clients and the kubelets
	Front           pki.Authority // of nothing but the API server as it speaks to aggregated ones
	ServiceAccounts pki.Pair
	APIServer       pki.Pair
	KubeletClient   pki.Pair
	FrontClient     pki.Pair
	Users           map[string]pki.Pair // by the names of users below, and of nodes
}

// The users, apart from the nodes.
const (
	Admin             = "admin"
	ControllerManager = "controller-manager"
	Scheduler         = "scheduler"
	Proxy             = "proxy"
	Policy            = "policy"
)

// PolicyUser is the name under which the network-policy enforcer asks the API server.
const PolicyUser = "shopkeeper:network-policy"

// MakeKeys reads the bed's keys from its folder, and makes those that are missing.
func MakeKeys(bed layout.Layout, now time.Time) (Keys, error) {
	keys := Keys{Users: map[string]pki.Pair{}}
	folder := bed.Keys()
	var err error
	if keys.Cluster, err = pki.Stored(folder, "cluster", now); err != nil {
		return keys, fmt.Errorf("make the bed's keys: %w", err)
	}
	if keys.Front, err = pki.Stored(folder, "front", now); err != nil {
		return keys, fmt.Errorf("make the bed's keys: %w", err)
	}
	if keys.ServiceAccounts, err = pki.StoredPair(folder, "service-accounts", pki.Signing); err != nil {
		return keys, fmt.Errorf("make the bed's keys: %w", err)
	}
	issue := func(authority pki.Authority, file string, subject pki.Subject) (pair pki.Pair) {
		if err != nil {
			return pair
		}
		pair, err = pki.StoredPair(folder, file, func() (pki.Pair, error) { return authority.Issue(subject, now) })
		return pair
	}
	keys.APIServer = issue(keys.Cluster, "apiserver", pki.Subject{
		User:      "kube-apiserver",
		Names:     []string{"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost"},
		Addresses: []netip.Addr{bed.APIService, bed.ControlPlane.Address, netip.MustParseAddr("127.0.0.1")},
	})
	const masters = "system:masters"
	keys.KubeletClient = issue(keys.Cluster, "kubelet-client", pki.Subject{User: "kube-apiserver-kubelet-client", Groups: []string{masters}})
	keys.FrontClient = issue(keys.Front, "front-client", pki.Subject{User: "front-proxy-client"})
	for name, subject := range map[string]pki.Subject{
		Admin:             {User: "admin", Groups: []string{masters}},
		ControllerManager: {User: "system:kube-controller-manager"},
		Scheduler:         {User: "system:kube-scheduler"},
		Proxy:             {User: "system:kube-proxy"},
		Policy:            {User: PolicyUser},
	} {
		keys.Users[name] = issue(keys.Cluster, name, subject)
	}
	for _, node := range bed.Nodes {
		keys.Users[node.Name] = issue(keys.Cluster, node.Name, pki.Subject{
			User:      "system:node:" + node.Name,
			Groups:    []string{"system:nodes"},
			Names:     []string{node.Name},
			Addresses: []netip.Addr{node.Address},
		})
	}
	if err != nil {
		return keys, fmt.Errorf("make the bed's keys: %w", err)
	}
	return keys, nil
}
