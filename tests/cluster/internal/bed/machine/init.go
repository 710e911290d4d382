// Package machine makes computers out of namespaces: each has processes, mounts, a network and a name of its own, and
// an init whose end is the end of all of them, as when the power goes. What it mounts goes with it, so the host's list
// of mounts never changes.
package machine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// Init is the command under which this program has to call RunInit.
const Init = "machine-init"

// Where a machine finds what the bed gives it, the same in each.
const (
	Settings = "/run/bed/settings" // its configuration and keys
	Programs = "/run/bed/bin"      // the programs that the bed built
	Ready    = "/run/bed/ready"    // a file that appears when everything is mounted
)

// disk are the host's folders below which machines write; each machine sees a folder of its own disk there. They exist
// on every Debian; a folder that is missing on this host is left out.
var disk = []string{"/var/lib", "/var/log", "/opt", "/srv", "/mnt"}

// Spec is what an init needs to know; it is handed over as its one argument.
type Spec struct {
	// Name is for people who read a list of processes, and for Orphans.
	Name string `json:"name"`
	// Hostname is what programs in the machine take for its name.
	Hostname string `json:"hostname"`
	// Settings, Programs and Disk are the host's folders behind Settings, Programs and disk.
	Settings string `json:"settings"`
	Programs string `json:"programs"`
	Disk     string `json:"disk"`
}

func (spec Spec) argument() string {
	text, err := json.Marshal(spec)
	if err != nil {
		panic(err) // strings alone
	}
	return string(text)
}

// RunInit is the machine's first process: it sets the machine up and then only waits, taking in the processes whose
// parents have ended. It returns if something fails.
func RunInit(argument string) error {
	var spec Spec
	if err := json.Unmarshal([]byte(argument), &spec); err != nil {
		return fmt.Errorf("read the machine's description: %w", err)
	}
	if os.Getpid() != 1 {
		return errors.New("this command is for the first process of a namespace; use `bed up`")
	}
	if err := setUp(spec); err != nil {
		return fmt.Errorf("set up machine %s: %w", spec.Name, err)
	}
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	for range children {
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 || err != nil {
				break
			}
		}
	}
	return nil
}

// setUp mounts what the machine sees in place of the host's.
func setUp(spec Spec) error {
	if err := unix.Sethostname([]byte(spec.Hostname)); err != nil {
		return fmt.Errorf("set the host name: %w", err)
	}
	// First nothing may pass to the host, then pods' mounts have to pass between the machine's own mount namespaces.
	if err := mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := mount("none", "/", "", unix.MS_REC|unix.MS_SHARED, ""); err != nil {
		return err
	}
	if err := mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return err
	}
	// Everything of the host's is opened before any of it is covered: the bed's folder may lie below /tmp or /run.
	covers := map[string]string{}
	for _, folder := range disk {
		if _, err := os.Stat(folder); err == nil {
			covers[folder] = filepath.Join(spec.Disk, filepath.Base(folder))
		}
	}
	covers[Settings] = spec.Settings
	covers[Programs] = spec.Programs
	opened := map[string]int{}
	for target, source := range covers {
		if err := os.MkdirAll(source, 0o755); err != nil {
			return err
		}
		tree, err := unix.OpenTree(unix.AT_FDCWD, source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
		if err != nil {
			return fmt.Errorf("open folder %s: %w", source, err)
		}
		opened[target] = tree
	}
	for _, folder := range []string{"/run", "/tmp"} {
		if err := mount("tmpfs", folder, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777"); err != nil {
			return err
		}
	}
	for target, tree := range opened {
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		if err := unix.MoveMount(tree, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
			return fmt.Errorf("mount %s: %w", target, err)
		}
		unix.Close(tree)
	}
	return os.WriteFile(Ready, nil, 0o644)
}

func mount(source, target, kind string, flags uintptr, data string) error {
	if err := unix.Mount(source, target, kind, flags, data); err != nil {
		return fmt.Errorf("mount %s: %w", target, err)
	}
	return nil
}
