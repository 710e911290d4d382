package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Cgroups are the host's: one hierarchy per controller (version 1) or one for all (version 2), below Folder.
type Cgroups struct{ Folder string }

// CgroupsOfThisHost are the real ones.
var CgroupsOfThisHost = Cgroups{"/sys/fs/cgroup"}

// hierarchies are the folders that are roots of a hierarchy, and whether all controllers are in one.
func (cgroups Cgroups) hierarchies() (roots []string, unified bool, err error) {
	if _, err := os.Stat(filepath.Join(cgroups.Folder, "cgroup.controllers")); err == nil {
		return []string{cgroups.Folder}, true, nil
	}
	entries, err := os.ReadDir(cgroups.Folder)
	if err != nil {
		return nil, false, fmt.Errorf("look for cgroups: %w; mount them at %s", err, cgroups.Folder)
	}
	for _, entry := range entries {
		if entry.IsDir() { // others are links to one of these
			roots = append(roots, filepath.Join(cgroups.Folder, entry.Name()))
		}
	}
	if len(roots) == 0 {
		return nil, false, fmt.Errorf("look for cgroups: there are none below %s", cgroups.Folder)
	}
	return roots, false, nil
}

// Make makes a cgroup in every hierarchy, ready for others below it.
func (cgroups Cgroups) Make(path string) error {
	roots, unified, err := cgroups.hierarchies()
	if err != nil {
		return err
	}
	for _, root := range roots {
		folder := filepath.Join(root, path)
		if err := os.Mkdir(folder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("make cgroup %s: %w", folder, err)
		}
		if unified {
			for _, parent := range []string{root, folder} {
				if err := delegate(parent); err != nil {
					return err
				}
			}
			continue
		}
		// A cgroup of version 1 has no processors and no memory before it is told which.
		for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
			value, err := os.ReadFile(filepath.Join(root, name))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(folder, name), value, 0)
			}
			if err != nil {
				return fmt.Errorf("make cgroup %s: %w", folder, err)
			}
		}
	}
	return nil
}

// delegate gives all controllers of a cgroup of version 2 to those below it.
func delegate(folder string) error {
	text, err := os.ReadFile(filepath.Join(folder, "cgroup.controllers"))
	if err != nil {
		return fmt.Errorf("read the controllers of cgroup %s: %w", folder, err)
	}
	control := filepath.Join(folder, "cgroup.subtree_control")
	given, err := os.ReadFile(control)
	if err != nil {
		return fmt.Errorf("read the controllers of cgroup %s: %w", folder, err)
	}
	for _, name := range missing(string(text), string(given)) {
		if err := os.WriteFile(control, []byte("+"+name), 0); err != nil && (name == "cpu" || name == "memory" || name == "pids") {
			return fmt.Errorf("use controller %s below cgroup %s: %w; in a container, start it with a cgroup namespace whose root has no processes", name, folder, err)
		}
	}
	return nil
}

// given are the controllers that the root of version 2 gives to the cgroups below it; version 1 knows no such thing.
func (cgroups Cgroups) given() (controllers string, unified bool, err error) {
	_, unified, err = cgroups.hierarchies()
	if err != nil || !unified {
		return "", false, err
	}
	text, err := os.ReadFile(filepath.Join(cgroups.Folder, "cgroup.subtree_control"))
	return strings.TrimSpace(string(text)), true, err
}

// takeBack makes the root of version 2 give no more controllers than before. One that somebody else has begun to use
// meanwhile stays.
func (cgroups Cgroups) takeBack(before string) error {
	now, unified, err := cgroups.given()
	if err != nil || !unified {
		return err
	}
	for _, name := range missing(now, before) {
		err := os.WriteFile(filepath.Join(cgroups.Folder, "cgroup.subtree_control"), []byte("-"+name), 0)
		if err != nil && !errors.Is(err, syscall.EBUSY) {
			return fmt.Errorf("take controller %s back: %w", name, err)
		}
	}
	return nil
}

// missing are the words of the one text that are not in the other.
func missing(wanted, given string) []string {
	has := map[string]bool{}
	for _, name := range strings.Fields(given) {
		has[name] = true
	}
	var names []string
	for _, name := range strings.Fields(wanted) {
		if !has[name] {
			names = append(names, name)
		}
	}
	return names
}

// Remove removes every cgroup whose path begins with a prefix, with those below it. Processes that have just been
// killed leave theirs a moment later, so it tries until the deadline.
func (cgroups Cgroups) Remove(prefix string, deadline time.Time) error {
	roots, _, err := cgroups.hierarchies()
	if err != nil {
		return err
	}
	for {
		var failure error
		for _, root := range roots {
			folders, _ := filepath.Glob(filepath.Join(root, prefix) + "*")
			for _, folder := range folders {
				if err := removeTree(folder); err != nil {
					failure = err
				}
			}
		}
		if failure == nil || time.Now().After(deadline) {
			return failure
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// removeTree removes a cgroup from its leaves up. The files in it cannot be removed, and need not be.
func removeTree(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove cgroup %s: %w", folder, err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			if err := removeTree(filepath.Join(folder, entry.Name())); err != nil {
				return err
			}
		}
	}
	if err := syscall.Rmdir(folder); err != nil && !errors.Is(err, syscall.ENOENT) {
		return fmt.Errorf("remove cgroup %s: %w", folder, err)
	}
	return nil
}
