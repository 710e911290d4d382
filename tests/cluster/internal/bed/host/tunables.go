// Package host takes care of what all beds of a host have in common: settings of the one kernel, its cgroups, and the
// programs of the distribution. What a bed changes there, the last bed puts back.
package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// kept are settings of the kernel that kubelets change, and that belong to no namespace.
var kept = []string{
	"kernel/keys/root_maxbytes", "kernel/keys/root_maxkeys", "kernel/panic", "kernel/panic_on_oops",
	"vm/overcommit_memory", "vm/panic_on_oom",
}

// raised are limits that several nodes' worth of watched files reach, and what is enough for ten beds.
var raised = map[string]int{
	"fs/inotify/max_user_instances": 2048,
	"fs/inotify/max_user_watches":   524288,
}

// forwarded is the module without which packets between two pods of a node pass no firewall, and so no policy. Where
// the host had not loaded it, the host's own bridges go on as before.
const (
	forwarded       = "br_netfilter"
	forwardedFolder = "/proc/sys/net/bridge"
)

// Tunables are the host's settings, shared by the beds whose numbers are registered in a folder.
type Tunables struct {
	// Folder is emptied by a reboot, as the settings are: below /run.
	Folder string
	// Settings is /proc/sys.
	Settings string
	// Cgroups are those whose root may have to give more controllers.
	Cgroups Cgroups
}

// OfThisHost are the real ones.
var OfThisHost = Tunables{Folder: "/run/shopkeeper-beds", Settings: "/proc/sys", Cgroups: CgroupsOfThisHost}

// record is what was before the first bed, and who is here now.
type record struct {
	Beds   []int             `json:"beds"`
	Before map[string]string `json:"before"`
	Loaded bool              `json:"loaded"` // forwarded, by us
	Given  string            `json:"given"`  // controllers, by the root of cgroups of version 2
}

// Acquire registers a bed, and changes what needs changing if it is the first.
func (tunables Tunables) Acquire(bed int) error {
	return tunables.update(func(now *record) error {
		if now.Before == nil {
			now.Before = map[string]string{}
			var err error
			if now.Given, _, err = tunables.Cgroups.given(); err != nil {
				return err
			}
		}
		for _, name := range append(slices.Sorted(maps.Keys(raised)), kept...) {
			if _, known := now.Before[name]; known {
				continue
			}
			value, err := tunables.read(name)
			if errors.Is(err, fs.ErrNotExist) {
				continue // not in this kernel
			}
			if err != nil {
				return err
			}
			now.Before[name] = value
		}
		if !slices.Contains(now.Beds, bed) {
			now.Beds = append(now.Beds, bed)
		}
		return nil
	}, func(now *record) error {
		for name, enough := range raised {
			if value, err := strconv.Atoi(now.Before[name]); err == nil && value < enough {
				if err := tunables.write(name, strconv.Itoa(enough)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Release forgets a bed, and puts everything back if it was the last.
func (tunables Tunables) Release(bed int) error {
	if _, err := os.Stat(tunables.Folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	last := false
	err := tunables.update(func(now *record) error {
		now.Beds = slices.DeleteFunc(now.Beds, func(other int) bool { return other == bed })
		last = len(now.Beds) == 0
		if !last {
			return nil
		}
		for _, name := range slices.Sorted(maps.Keys(now.Before)) {
			if err := tunables.write(name, now.Before[name]); err != nil {
				return err
			}
		}
		if err := tunables.Cgroups.takeBack(now.Given); err != nil {
			return err
		}
		if now.Loaded {
			if output, err := exec.Command("rmmod", forwarded).CombinedOutput(); err != nil {
				return fmt.Errorf("unload module %s: %w: %s", forwarded, err, output)
			}
		}
		return nil
	}, func(*record) error { return nil })
	if err == nil && last {
		err = os.RemoveAll(tunables.Folder)
	}
	return err
}

// LoadForwarding loads the module that policies need, if the kernel has it as one that is not loaded.
func (tunables Tunables) LoadForwarding() error {
	if _, err := os.Stat(forwardedFolder); err == nil {
		return nil
	}
	return tunables.update(func(now *record) error {
		now.Loaded = true
		return nil
	}, func(*record) error {
		if output, err := exec.Command("modprobe", forwarded).CombinedOutput(); err != nil {
			return fmt.Errorf("load module %s: %w: %s", forwarded, err, output)
		}
		for _, name := range []string{"arptables", "iptables", "ip6tables"} {
			if err := os.WriteFile(filepath.Join(forwardedFolder, "bridge-nf-call-"+name), []byte("0"), 0); err != nil {
				return fmt.Errorf("keep the host's bridges as they were: %w", err)
			}
		}
		return nil
	})
}

// update changes the record and then the host, alone. The record is written first, so that what was before is known
// however this ends.
func (tunables Tunables) update(change, effect func(*record) error) error {
	if err := os.MkdirAll(tunables.Folder, 0o755); err != nil {
		return fmt.Errorf("keep the host's settings: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(tunables.Folder, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("keep the host's settings: %w", err)
	}
	defer lock.Close() // which unlocks it
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("keep the host's settings: %w", err)
	}
	path := filepath.Join(tunables.Folder, "before.json")
	var now record
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &now)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if err := change(&now); err != nil {
		return err
	}
	if text, err = json.Marshal(now); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o644); err != nil {
		return fmt.Errorf("keep the host's settings: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("keep the host's settings: %w", err)
	}
	return effect(&now)
}

func (tunables Tunables) read(name string) (string, error) {
	value, err := os.ReadFile(filepath.Join(tunables.Settings, name))
	return strings.TrimSpace(string(value)), err
}

func (tunables Tunables) write(name, value string) error {
	if now, err := tunables.read(name); err == nil && now == value {
		return nil
	}
	if err := os.WriteFile(filepath.Join(tunables.Settings, name), []byte(value), 0); err != nil {
		return fmt.Errorf("set %s to %s: %w", strings.ReplaceAll(name, "/", "."), value, err)
	}
	return nil
}
