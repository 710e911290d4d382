package bed

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/machine"
	"shopkeeper.dev/cluster/internal/bed/process"
)

// The control plane's machine is the bed's switch and router: a bridge there joins the host and the nodes, by a pair of
// interfaces each. So the host gets one interface and the routes by it, and neither forwards nor filters anything.
const (
	bridge   = "bed0"
	hostPort = "host" // the other end of the host's interface
	uplink   = "eth0" // a node's interface; the other end bears the node's name
)

// connect joins the router with the host and with nodes, whatever there is of that. Of these nodes, those that were
// cut off are so no more; other nodes stay as they are.
func (bed *Bed) connect(ctx context.Context, inits map[string]process.Identity, nodes []layout.Machine) error {
	router := inits[bed.ControlPlane.Name]
	there, err := interfaces(ctx, router)
	if err != nil {
		return err
	}
	if !slices.Contains(there, hostPort) {
		ip(ctx, "link", "delete", bed.Link) // what an earlier router's end may have left for a moment
		if err := ip(ctx, "link", "add", bed.Link, "type", "veth", "peer", "name", hostPort, "netns", fmt.Sprint(router.PID)); err != nil {
			return err
		}
	}
	for _, node := range nodes {
		own, err := interfaces(ctx, inits[node.Name])
		if err != nil {
			return err
		}
		if slices.Contains(there, node.Name) && slices.Contains(own, uplink) {
			continue
		}
		// When a machine has ended, the other end of its cable goes too, but only a moment later. Whichever end is
		// here has no other: the kernel may be quicker than this, so that an error means nothing.
		if slices.Contains(there, node.Name) {
			machine.Run(ctx, router, "ip", "link", "delete", node.Name)
		}
		if slices.Contains(own, uplink) {
			machine.Run(ctx, inits[node.Name], "ip", "link", "delete", uplink)
		}
		err = ip(ctx, "link", "add", node.Name, "netns", fmt.Sprint(router.PID), "type", "veth",
			"peer", "name", uplink, "netns", fmt.Sprint(inits[node.Name].PID))
		if err != nil {
			return err
		}
	}
	if err := batch(ctx, router, routerLinks(bed.Layout, nodes, !slices.Contains(there, bridge))); err != nil {
		return err
	}
	for _, node := range nodes {
		if err := batch(ctx, inits[node.Name], nodeLinks(bed.Layout, node)); err != nil {
			return err
		}
		if err := setting(inits[node.Name], "net/ipv4/ip_forward", "1"); err != nil {
			return err
		}
		// Packets between two pods of this node pass its firewall like all others.
		if err := setting(inits[node.Name], "net/bridge/bridge-nf-call-iptables", "1"); err != nil {
			return err
		}
	}
	if err := setting(router, "net/ipv4/ip_forward", "1"); err != nil {
		return err
	}
	if err := setting(router, "net/bridge/bridge-nf-call-iptables", "0"); err != nil {
		return err
	}
	for _, arguments := range hostLinks(bed.Layout) {
		if err := ip(ctx, arguments...); err != nil {
			return err
		}
	}
	return nil
}

// hostLinks are what `ip` has to do on the host, once its interface is there.
func hostLinks(bed layout.Layout) [][]string {
	links := [][]string{
		{"address", "replace", within(bed, bed.HostAddress.String()), "dev", bed.Link},
		{"link", "set", bed.Link, "up"},
		{"route", "replace", bed.Services.String(), "via", bed.ControlPlane.Address.String()},
	}
	for _, node := range bed.Nodes {
		links = append(links, []string{"route", "replace", node.Pods.String(), "via", node.Address.String()})
	}
	return links
}

// routerLinks are what `ip` has to do in the control plane's machine.
func routerLinks(bed layout.Layout, nodes []layout.Machine, fresh bool) [][]string {
	var links [][]string
	if fresh {
		links = append(links, []string{"link", "add", bridge, "type", "bridge"})
	}
	links = append(links,
		[]string{"link", "set", "lo", "up"},
		[]string{"address", "replace", within(bed, bed.ControlPlane.Address.String()), "dev", bridge},
		[]string{"link", "set", bridge, "up"},
		[]string{"link", "set", hostPort, "master", bridge, "up"},
	)
	for _, node := range nodes {
		links = append(links,
			[]string{"link", "set", node.Name, "master", bridge, "up"},
			[]string{"route", "replace", node.Pods.String(), "via", node.Address.String()})
	}
	return links
}

// nodeLinks are what `ip` has to do in a node.
func nodeLinks(bed layout.Layout, node layout.Machine) [][]string {
	links := [][]string{
		{"link", "set", "lo", "up"},
		{"address", "replace", within(bed, node.Address.String()), "dev", uplink},
		{"link", "set", uplink, "up"},
		{"route", "replace", "default", "via", bed.ControlPlane.Address.String()},
	}
	for _, other := range bed.Nodes {
		if other.Name != node.Name {
			links = append(links, []string{"route", "replace", other.Pods.String(), "via", other.Address.String()})
		}
	}
	return links
}

// within is an address with the length of the bed's network.
func within(bed layout.Layout, address string) string {
	return fmt.Sprintf("%s/%d", address, bed.Network.Bits())
}

// ip runs `ip` on the host.
func ip(ctx context.Context, arguments ...string) error {
	if output, err := exec.CommandContext(ctx, "ip", arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(arguments, " "), err, strings.TrimSpace(string(output)))
	}
	return nil
}

// batch runs `ip` once for many lines, in a machine.
func batch(ctx context.Context, init process.Identity, lines [][]string) error {
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(strings.Join(line, " ") + "\n")
	}
	command := machine.Command(ctx, "ip", "-batch", "-")
	command.Stdin = strings.NewReader(text.String())
	var output strings.Builder
	command.Stdout, command.Stderr = &output, &output
	if err := machine.RunCommand(init, command); err != nil {
		return fmt.Errorf("ip -batch: %w: %s\n%s", err, strings.TrimSpace(output.String()), text.String())
	}
	return nil
}

// interfaces are the names of a machine's network interfaces.
func interfaces(ctx context.Context, init process.Identity) ([]string, error) {
	links, err := readLinks(ctx, init)
	var names []string
	for _, link := range links {
		names = append(names, link.Name)
	}
	return names, err
}

type link struct {
	Name  string   `json:"ifname"`
	Flags []string `json:"flags"`
}

// up tells whether the interface is switched on; a cut node's is not.
func (link link) up() bool { return slices.Contains(link.Flags, "UP") }

func readLinks(ctx context.Context, init process.Identity) ([]link, error) {
	text, err := machine.Run(ctx, init, "ip", "-json", "link", "show")
	if err != nil {
		return nil, err
	}
	var links []link
	if err := json.Unmarshal([]byte(text), &links); err != nil {
		return nil, fmt.Errorf("read what `ip` says: %w", err)
	}
	return links, nil
}

// setting changes a kernel setting of a machine's network.
func setting(init process.Identity, name, value string) error {
	return process.Within(init, func() error {
		if err := os.WriteFile("/proc/sys/"+name, []byte(value), 0); err != nil {
			return fmt.Errorf("set %s: %w", strings.ReplaceAll(name, "/", "."), err)
		}
		return nil
	})
}
