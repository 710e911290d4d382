package layout

import (
	"net/netip"
	"testing"
)

func TestABedsAddressesFollowFromItsNumber(t *testing.T) {
	bed, err := New(3, "/cache", 2)
	if err != nil {
		t.Fatal(err)
	}
	for got, want := range map[string]string{
		bed.Link:                      "sk3",
		bed.Folder:                    "/cache/cluster/bed3",
		bed.APIServer():               "https://10.203.0.1:6443",
		bed.HostAddress.String():      "10.203.0.2",
		bed.Network.String():          "10.203.0.0/24",
		bed.Pods.String():             "10.213.0.0/16",
		bed.Services.String():         "10.223.0.0/16",
		bed.APIService.String():       "10.223.0.1",
		bed.DNSService.String():       "10.223.0.10",
		bed.Nodes[1].Name:             "n2",
		bed.Nodes[1].CgroupRoot:       "/sk3-n2",
		bed.Nodes[1].Pods.String():    "10.213.2.0/24",
		bed.Nodes[1].Address.String(): "10.203.0.12",
		bed.Log("n1", "kubelet"):      "/cache/cluster/bed3/logs/n1-kubelet.log",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestTwoBedsShareNoAddressNameOrFolder(t *testing.T) {
	var all []Layout
	for number := 0; number <= MaxNumber; number++ {
		bed, err := New(number, "/cache", 9)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, bed)
	}
	for i, one := range all {
		for _, other := range all[i+1:] {
			for _, left := range []netip.Prefix{one.Network, one.Pods, one.Services} {
				for _, right := range []netip.Prefix{other.Network, other.Pods, other.Services} {
					if left.Overlaps(right) {
						t.Errorf("beds %d and %d share addresses: %v and %v", one.Number, other.Number, left, right)
					}
				}
			}
			if one.Link == other.Link || one.Folder == other.Folder || one.Nodes[0].CgroupRoot == other.Nodes[0].CgroupRoot {
				t.Errorf("beds %d and %d share a name", one.Number, other.Number)
			}
		}
	}
}

func TestMachinesLieInTheRangesOfTheirBed(t *testing.T) {
	bed, err := New(9, "/cache", 9)
	if err != nil {
		t.Fatal(err)
	}
	taken := map[netip.Addr]bool{bed.HostAddress: true}
	for _, machine := range bed.Machines() {
		if !bed.Network.Contains(machine.Address) || taken[machine.Address] {
			t.Errorf("%s has address %v", machine.Name, machine.Address)
		}
		taken[machine.Address] = true
	}
	for _, node := range bed.Nodes {
		if !bed.Pods.Overlaps(node.Pods) {
			t.Errorf("the pods of %s have addresses %v", node.Name, node.Pods)
		}
	}
}

func TestANumberOutOfRangeIsRefused(t *testing.T) {
	for _, number := range []int{-1, 10} {
		if _, err := New(number, "/cache", 2); err == nil {
			t.Errorf("bed %d was laid out", number)
		}
	}
	for _, nodes := range []int{0, 10} {
		if _, err := New(0, "/cache", nodes); err == nil {
			t.Errorf("a bed of %d nodes was laid out", nodes)
		}
	}
}
