package kubernetes

import (
	"encoding/json"
	"fmt"
	"net/netip"

	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/machine"
)

// Containerd is the socket of a node's container runtime, and Images the name space in it that the kubelet looks at.
const (
	Containerd = "/run/containerd/containerd.sock"
	Images     = "k8s.io"
)

// PauseImage holds each pod's namespaces open.
const PauseImage = "localhost/pause:1"

// Files are the contents of a machine's settings folder, by name.
type Files map[string][]byte

// Kubeconfig is a complete client configuration: the keys are in it.
func Kubeconfig(bed layout.Layout, keys Keys, user string) []byte {
	name := "bed" + fmt.Sprint(bed.Number)
	pair := keys.Users[user]
	return encode(object{
		"apiVersion": "v1",
		"kind":       "Config",
		"clusters": []object{{"name": name, "cluster": object{
			"server": bed.APIServer(), "certificate-authority-data": keys.Cluster.Certificate}}},
		"users": []object{{"name": user, "user": object{
			"client-certificate-data": pair.Certificate, "client-key-data": pair.Key}}},
		"contexts":        []object{{"name": name, "context": object{"cluster": name, "user": user}}},
		"current-context": name,
	})
}

// ControlPlaneFiles are the settings of the control plane's machine.
func ControlPlaneFiles(bed layout.Layout, keys Keys) Files {
	return Files{
		"cluster.crt":                   keys.Cluster.Certificate,
		"cluster.key":                   keys.Cluster.Key,
		"front.crt":                     keys.Front.Certificate,
		"front-client.crt":              keys.FrontClient.Certificate,
		"front-client.key":              keys.FrontClient.Key,
		"apiserver.crt":                 keys.APIServer.Certificate,
		"apiserver.key":                 keys.APIServer.Key,
		"kubelet-client.crt":            keys.KubeletClient.Certificate,
		"kubelet-client.key":            keys.KubeletClient.Key,
		"service-accounts.pub":          keys.ServiceAccounts.Certificate,
		"service-accounts.key":          keys.ServiceAccounts.Key,
		"controller-manager.kubeconfig": Kubeconfig(bed, keys, ControllerManager),
		"scheduler.kubeconfig":          Kubeconfig(bed, keys, Scheduler),
		"proxy.kubeconfig":              Kubeconfig(bed, keys, Proxy),
		"proxy.json":                    proxy(bed, bed.ControlPlane.Address, bed.Nodes[0].Name),
	}
}

// NodeFiles are the settings of a node.
func NodeFiles(bed layout.Layout, keys Keys, node layout.Machine) Files {
	pair := keys.Users[node.Name]
	return Files{
		"cluster.crt":        keys.Cluster.Certificate,
		"kubelet.crt":        pair.Certificate,
		"kubelet.key":        pair.Key,
		"kubelet.kubeconfig": Kubeconfig(bed, keys, node.Name),
		"kubelet.json":       kubelet(bed, node),
		"proxy.kubeconfig":   Kubeconfig(bed, keys, Proxy),
		"proxy.json":         proxy(bed, node.Address, node.Name),
		"policy.kubeconfig":  Kubeconfig(bed, keys, Policy),
		"containerd.toml":    containerd(),
		"cni/pods.conflist":  podNetwork(node),
		"resolv.conf":        resolver(bed),
	}
}

func kubelet(bed layout.Layout, node layout.Machine) []byte {
	return encode(object{
		"apiVersion":               "kubelet.config.k8s.io/v1beta1",
		"kind":                     "KubeletConfiguration",
		"authentication":           object{"anonymous": object{"enabled": false}, "webhook": object{"enabled": true}, "x509": object{"clientCAFile": setting("cluster.crt")}},
		"authorization":            object{"mode": "Webhook"},
		"address":                  node.Address.String(),
		"tlsCertFile":              setting("kubelet.crt"),
		"tlsPrivateKeyFile":        setting("kubelet.key"),
		"healthzPort":              0,
		"clusterDNS":               []string{bed.DNSService.String()},
		"clusterDomain":            "cluster.local",
		"resolvConf":               setting("resolv.conf"),
		"containerRuntimeEndpoint": "unix://" + Containerd,
		"cgroupDriver":             "cgroupfs",
		"cgroupRoot":               node.CgroupRoot,
		"failCgroupV1":             false,
		"failSwapOn":               false,
		// The nodes share the host's memory and disk with each other and with whatever else runs there, so nothing
		// is reserved, and pods are evicted only before the host itself is in need.
		"enforceNodeAllocatable":      []string{},
		"evictionHard":                object{"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
		"imageGCHighThresholdPercent": 100,
		"imageGCLowThresholdPercent":  99,
		// A cut is noticed after the controller manager's grace of 16 s: a sign of life each 4 s leaves three that
		// may be late on a busy machine.
		"nodeStatusUpdateFrequency": "4s",
		"nodeLeaseDurationSeconds":  16,
		// Pods see a changed ConfigMap or Secret after this time, Prometheus a new monitor too; 1 min is usual.
		"syncFrequency": "5s",
	})
}

// proxy is for the nodes and for the control plane's machine, through which the host reaches Services. That machine is
// not a node, but a proxy waits in vain for half a minute unless the node that it is told to be on exists.
func proxy(bed layout.Layout, address netip.Addr, node string) []byte {
	return encode(object{
		"apiVersion":         "kubeproxy.config.k8s.io/v1alpha1",
		"kind":               "KubeProxyConfiguration",
		"mode":               "nftables",
		"bindAddress":        address.String(),
		"hostnameOverride":   node,
		"clusterCIDR":        bed.Pods.String(),
		"clientConnection":   object{"kubeconfig": setting("proxy.kubeconfig")},
		"conntrack":          object{"maxPerCore": 0, "min": 0}, // the host's business, not a machine's
		"healthzBindAddress": "127.0.0.1:10256",
		"metricsBindAddress": "127.0.0.1:10249",
	})
}

// podNetwork joins each pod to a bridge on its node. Addresses are kept in /run, so that those of pods that a loss of
// power ended are free again.
func podNetwork(node layout.Machine) []byte {
	return encode(object{
		"cniVersion": "1.0.0",
		"name":       "pods",
		"plugins": []object{
			{
				"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
				"ipam": object{
					"type":    "host-local",
					"dataDir": "/run/cni",
					"ranges":  [][]object{{{"subnet": node.Pods.String()}}},
					"routes":  []object{{"dst": "0.0.0.0/0"}},
				},
			},
			{"type": "portmap", "capabilities": object{"portMappings": true}},
		},
	})
}

// containerd may neither lower a process's score for the out-of-memory killer nor count on every cgroup controller: a
// virtual machine or a container need not have CAP_SYS_RESOURCE or hugetlb. A profile for AppArmor would stay in the
// host's kernel.
func containerd() []byte {
	return []byte(`version = 3
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
address = "` + Containerd + `"

[plugins.'io.containerd.cri.v1.images'.pinned_images]
sandbox = "` + PauseImage + `"

[plugins.'io.containerd.cri.v1.runtime']
disable_apparmor = true
restrict_oom_score_adj = true
tolerate_missing_hugetlb_controller = true

[plugins.'io.containerd.cri.v1.runtime'.cni]
bin_dirs = ["/usr/lib/cni"]
conf_dir = "` + setting("cni") + `"
`)
}

// resolver names a server that answers at once that there is none: the cluster's DNS has nobody to ask beyond itself.
func resolver(bed layout.Layout) []byte {
	return []byte("nameserver " + bed.ControlPlane.Address.String() + "\n")
}

// setting is where a machine finds a file of its settings.
func setting(name string) string { return machine.Settings + "/" + name }

type object map[string]any

// encode writes JSON, which every reader of YAML reads; bytes become base64, as kubeconfigs want them.
func encode(value object) []byte {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		panic(err) // maps of strings and numbers
	}
	return append(text, '\n')
}
