package kubernetes

import (
	"fmt"

	"shopkeeper.dev/cluster/internal/bed/layout"
)

// The processes of the bed's machines.
const (
	EtcdProcess              = "etcd"
	APIServerProcess         = "apiserver"
	ControllerManagerProcess = "controller-manager"
	SchedulerProcess         = "scheduler"
	ContainerdProcess        = "containerd"
	KubeletProcess           = "kubelet"
	ProxyProcess             = "proxy"
	PolicyProcess            = "policy"
)

// ControlPlaneProcesses are those that make the control plane, in the order in which they start.
var ControlPlaneProcesses = []string{EtcdProcess, APIServerProcess, ControllerManagerProcess, SchedulerProcess}

// RouterProcesses are what else runs in the control plane's machine, for the host's sake.
var RouterProcesses = []string{ProxyProcess}

// NodeProcesses are those of each node, in the order in which they start.
var NodeProcesses = []string{ContainerdProcess, KubeletProcess, ProxyProcess, PolicyProcess}

// Process is a process to run in a machine; Arguments begin with the program.
type Process struct {
	Name      string
	Arguments []string
}

// Links are the names under which programs of the bed are found in a machine, and whose program each is.
var Links = map[string]string{
	"etcd":                    "etcd",
	"kube-apiserver":          "kubernetes",
	"kube-controller-manager": "kubernetes",
	"kube-scheduler":          "kubernetes",
	"kubelet":                 "kubernetes",
	"kube-proxy":              "kubernetes",
	"kubectl":                 "kubernetes",
	"containerd":              "containerd",
	"containerd-shim-runc-v2": "containerd-shim-runc-v2",
	"ctr":                     "ctr",
	"policy":                  "policy",
}

// Etcd writes to its machine's disk but never waits for it: the data need not outlive the host's kernel.
func Etcd() Process {
	client := fmt.Sprintf("http://127.0.0.1:%d", layout.EtcdPort)
	peer := fmt.Sprintf("http://127.0.0.1:%d", layout.PeerPort)
	return Process{EtcdProcess, []string{"etcd",
		"--data-dir=/var/lib/etcd",
		"--unsafe-no-fsync",
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer,
		"--initial-cluster=default=" + peer,
		"--log-level=warn",
	}}
}

// APIServer listens on its machine's one address, which the host, the nodes and the pods all reach.
func APIServer(bed layout.Layout) Process {
	address := bed.ControlPlane.Address.String()
	return Process{APIServerProcess, []string{"kube-apiserver",
		fmt.Sprintf("--etcd-servers=http://127.0.0.1:%d", layout.EtcdPort),
		"--bind-address=" + address, "--advertise-address=" + address,
		fmt.Sprintf("--secure-port=%d", layout.APIPort),
		"--tls-cert-file=" + setting("apiserver.crt"), "--tls-private-key-file=" + setting("apiserver.key"),
		"--client-ca-file=" + setting("cluster.crt"),
		"--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
		"--allow-privileged=true",
		"--service-cluster-ip-range=" + bed.Services.String(),
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + setting("service-accounts.pub"),
		"--service-account-signing-key-file=" + setting("service-accounts.key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--kubelet-certificate-authority=" + setting("cluster.crt"),
		"--kubelet-client-certificate=" + setting("kubelet-client.crt"), "--kubelet-client-key=" + setting("kubelet-client.key"),
		"--requestheader-client-ca-file=" + setting("front.crt"),
		"--requestheader-allowed-names=front-proxy-client",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + setting("front-client.crt"), "--proxy-client-key-file=" + setting("front-client.key"),
		// This machine has no route to a Service that is not a detour: it speaks to the pods behind it.
		"--enable-aggregator-routing=true",
	}}
}

// ControllerManagerOf notices a lost node after 16 s, and lets autoscalers look often enough for tests.
func ControllerManagerOf(bed layout.Layout) Process {
	kubeconfig := "=" + setting("controller-manager.kubeconfig")
	return Process{ControllerManagerProcess, []string{"kube-controller-manager",
		"--bind-address=127.0.0.1",
		"--kubeconfig" + kubeconfig, "--authentication-kubeconfig" + kubeconfig, "--authorization-kubeconfig" + kubeconfig,
		"--leader-elect=false",
		"--use-service-account-credentials=true",
		"--root-ca-file=" + setting("cluster.crt"),
		"--service-account-private-key-file=" + setting("service-accounts.key"),
		"--cluster-signing-cert-file=" + setting("cluster.crt"), "--cluster-signing-key-file=" + setting("cluster.key"),
		"--cluster-cidr=" + bed.Pods.String(), "--allocate-node-cidrs=false",
		"--node-monitor-grace-period=16s", "--node-monitor-period=2s",
		"--horizontal-pod-autoscaler-sync-period=5s",
		"--horizontal-pod-autoscaler-initial-readiness-delay=5s",
		"--horizontal-pod-autoscaler-cpu-initialization-period=20s",
	}}
}

// SchedulerOf is the usual scheduler.
func SchedulerOf(layout.Layout) Process {
	kubeconfig := "=" + setting("scheduler.kubeconfig")
	return Process{SchedulerProcess, []string{"kube-scheduler",
		"--bind-address=127.0.0.1",
		"--kubeconfig" + kubeconfig, "--authentication-kubeconfig" + kubeconfig, "--authorization-kubeconfig" + kubeconfig,
		"--leader-elect=false",
	}}
}

// ContainerdOf runs a node's containers.
func ContainerdOf() Process {
	return Process{ContainerdProcess, []string{"containerd", "--config=" + setting("containerd.toml")}}
}

// KubeletOf takes the node's name from the machine's.
func KubeletOf(node layout.Machine) Process {
	return Process{KubeletProcess, []string{"kubelet",
		"--config=" + setting("kubelet.json"),
		"--kubeconfig=" + setting("kubelet.kubeconfig"),
		"--node-ip=" + node.Address.String(),
	}}
}

// ProxyOf carries Services.
func ProxyOf() Process {
	return Process{ProxyProcess, []string{"kube-proxy", "--config=" + setting("proxy.json")}}
}

// PolicyOf lets through the packets of a node's pods that network policies allow.
func PolicyOf(node layout.Machine) Process {
	return Process{PolicyProcess, []string{"policy", "--kubeconfig=" + setting("policy.kubeconfig"), "--node=" + node.Name}}
}
