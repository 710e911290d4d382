package host

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// A program of the distribution, and the package of Debian and Ubuntu that has it.
type program struct{ path, pack string }

// programs are what the bed takes from the distribution.
var programs = []program{
	{"ip", "iproute2"},
	{"nft", "nftables"},      // for kube-proxy
	{"iptables", "iptables"}, // for hostPort, by the plug-in portmap
	{"runc", "runc"},
	{"mount", "mount"},
	{"/usr/lib/cni/bridge", "containernetworking-plugins"},
}

// Programs makes sure of them: as root on Debian and Ubuntu it installs what is missing, else it says what that is.
func Programs(ctx context.Context, progress io.Writer) error {
	names := absent(programs, func(path string) bool { _, err := exec.LookPath(path); return err == nil })
	if len(names) == 0 {
		return nil
	}
	install := append([]string{"apt-get", "-o", "DPkg::Lock::Timeout=600", "install", "--yes", "--no-install-recommends"}, names...)
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return fmt.Errorf("packages are missing; as root on Debian or Ubuntu: apt-get install %s", strings.Join(names, " "))
	}
	fmt.Fprintf(progress, "installing %s\n", strings.Join(names, ", "))
	for _, arguments := range [][]string{install, {"apt-get", "update"}, install} {
		command := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
		command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		output, err := command.CombinedOutput()
		if err == nil && arguments[1] != "update" {
			return nil
		}
		if err != nil && arguments[1] == "update" {
			return fmt.Errorf("%s: %w\n%s", strings.Join(arguments, " "), err, output)
		}
	}
	return fmt.Errorf("could not install %s; try: %s", strings.Join(names, ", "), strings.Join(install, " "))
}

// absent are the packages of the programs that are not there.
func absent(programs []program, there func(path string) bool) []string {
	var names []string
	for _, program := range programs {
		if !there(program.path) {
			names = append(names, program.pack)
		}
	}
	return names
}
