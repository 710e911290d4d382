// Package layout says what the bed of a given number is called, which addresses it has and where its files lie.
// It only computes: two beds whose numbers differ share nothing, and nothing here looks at the machine.
package layout

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strconv"
)

// MaxNumber is the largest number of a bed; the address ranges leave room for that many and no more.
const MaxNumber = 9

// The ports of the control plane, which listens on ControlPlane.Address alone or on that machine's loopback.
const (
	APIPort  = 6443
	EtcdPort = 2379
	PeerPort = 2380
)

// Layout is one bed: its names, its addresses and its folders.
type Layout struct {
	Number int
	// Folder holds everything that the bed writes, and goes with it but for Logs.
	Folder string
	// Link is the only network interface that the host gets; HostAddress is the host's address on it.
	Link        string
	HostAddress netip.Addr
	// Network is what the host, the control plane and the nodes have in common; Pods and Services are routed.
	Network, Pods, Services netip.Prefix
	// APIService and DNSService are the two fixed addresses within Services; IngressService is a third, for an
	// ingress controller that wants to be found at the same place each time.
	APIService, DNSService, IngressService netip.Addr
	ControlPlane                           Machine
	Nodes                                  []Machine
}

// Machine is one computer of the bed: namespaces of its own on the host's kernel, and a disk that is a folder.
type Machine struct {
	Name    string
	Address netip.Addr
	// Pods is the range from which the machine's pods get addresses; the control plane has none.
	Pods netip.Prefix
	// CgroupRoot is the path within every cgroup hierarchy below which the machine's pods lie; kubelets that share
	// one would take each other's pods for strays, and kill them.
	CgroupRoot string
	// Settings is the folder with its configuration and keys, Disk the one with what it writes.
	Settings, Disk string
}

// New lays out the bed of that number, with its files below the cache folder.
//
// # Errors
//
// The number is not in 0..=MaxNumber, or there are no nodes or more than 9.
func New(number int, cache string, nodes int) (Layout, error) {
	if number < 0 || number > MaxNumber {
		return Layout{}, fmt.Errorf("the bed's number is %d, but has to be 0 to %d", number, MaxNumber)
	}
	if nodes < 1 || nodes > 9 {
		return Layout{}, fmt.Errorf("the bed has %d nodes, but has to have 1 to 9", nodes)
	}
	network, pods, services := byte(200+number), byte(210+number), byte(220+number)
	address := func(last int) netip.Addr { return netip.AddrFrom4([4]byte{10, network, 0, byte(last)}) }
	service := func(last byte) netip.Addr { return netip.AddrFrom4([4]byte{10, services, 0, last}) }
	bed := Layout{
		Number:         number,
		Folder:         filepath.Join(cache, "cluster", "bed"+strconv.Itoa(number)),
		Link:           "sk" + strconv.Itoa(number),
		HostAddress:    address(2),
		Network:        netip.PrefixFrom(netip.AddrFrom4([4]byte{10, network, 0, 0}), 24),
		Pods:           netip.PrefixFrom(netip.AddrFrom4([4]byte{10, pods, 0, 0}), 16),
		Services:       netip.PrefixFrom(netip.AddrFrom4([4]byte{10, services, 0, 0}), 16),
		APIService:     service(1),
		DNSService:     service(10),
		IngressService: service(80),
	}
	bed.ControlPlane = bed.machine("cp", address(1), netip.Prefix{})
	for i := 1; i <= nodes; i++ {
		pods := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, pods, byte(i), 0}), 24)
		bed.Nodes = append(bed.Nodes, bed.machine("n"+strconv.Itoa(i), address(10+i), pods))
	}
	return bed, nil
}

func (bed Layout) machine(name string, address netip.Addr, pods netip.Prefix) Machine {
	return Machine{
		Name:       name,
		Address:    address,
		Pods:       pods,
		CgroupRoot: "/" + bed.Link + "-" + name,
		Settings:   filepath.Join(bed.Folder, name, "settings"),
		Disk:       filepath.Join(bed.Folder, name, "disk"),
	}
}

// Machines are the control plane and the nodes.
func (bed Layout) Machines() []Machine { return append([]Machine{bed.ControlPlane}, bed.Nodes...) }

// Node finds a node by its name.
func (bed Layout) Node(name string) (Machine, bool) {
	for _, node := range bed.Nodes {
		if node.Name == name {
			return node, true
		}
	}
	return Machine{}, false
}

// APIServer is the URL of the API server, the same from the host, a node and a pod.
func (bed Layout) APIServer() string {
	return "https://" + netip.AddrPortFrom(bed.ControlPlane.Address, APIPort).String()
}

// The files of a bed.
func (bed Layout) Kubeconfig() string { return filepath.Join(bed.Folder, "kubeconfig") }
func (bed Layout) Keys() string       { return filepath.Join(bed.Folder, "keys") }
func (bed Layout) Programs() string   { return filepath.Join(bed.Folder, "bin") }
func (bed Layout) Logs() string       { return filepath.Join(bed.Folder, "logs") }
func (bed Layout) State() string      { return filepath.Join(bed.Folder, "state.json") }
func (bed Layout) Lock() string       { return filepath.Join(bed.Folder, "lock") }

// Log is the file with the output of a process of a machine.
func (bed Layout) Log(machine, process string) string {
	return filepath.Join(bed.Logs(), machine+"-"+process+".log")
}
