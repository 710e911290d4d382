package bed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"shopkeeper.dev/cluster/internal/bed/host"
	"shopkeeper.dev/cluster/internal/bed/machine"
	"shopkeeper.dev/cluster/internal/bed/process"
)

const (
	// stopGrace is how long a process may take to end when it is asked to.
	stopGrace = 20 * time.Second
	// controlPlaneGrace is less: an API server would wait for its watchers, and no answer is lost that they do not
	// ask for again.
	controlPlaneGrace = 3 * time.Second
	// downPatience is how long the kernel may take to clear away what processes had.
	downPatience = 30 * time.Second
)

// Down ends the bed and removes everything it made but its logs, whatever there is of it.
func (bed *Bed) Down(ctx context.Context) error {
	return bed.alone(func() error {
		ctx, cancel := context.WithTimeout(ctx, downPatience)
		defer cancel()
		inits := machine.Orphans(bed.Link + "-") // recorded or not
		// The end of an init is the end of every process of its machine, and then of its mounts and its network.
		if err := each(ctx, inits, process.Kill); err != nil {
			return err
		}
		if err := bed.disconnect(ctx); err != nil {
			return err
		}
		if err := host.CgroupsOfThisHost.Remove("/"+bed.Link+"-", time.Now().Add(downPatience)); err != nil {
			return err
		}
		if err := bed.removeFiles(); err != nil {
			return err
		}
		if err := host.OfThisHost.Release(bed.Number); err != nil {
			return err
		}
		bed.progress.say("down; logs stay in %s", bed.Logs())
		return nil
	})
}

// disconnect removes the host's interface, which the kernel does by itself a little after the end of the router.
func (bed *Bed) disconnect(ctx context.Context) error {
	return until(ctx, downPatience, "remove interface "+bed.Link, func(ctx context.Context) (string, error) {
		if _, err := os.Stat(filepath.Join("/sys/class/net", bed.Link)); errors.Is(err, os.ErrNotExist) {
			return "", nil
		}
		if err := ip(ctx, "link", "delete", bed.Link); err != nil {
			return err.Error(), nil
		}
		return "", nil
	})
}

// removeFiles removes what is in the bed's folder, but for the logs, and the lock that this command holds.
func (bed *Bed) removeFiles() error {
	entries, err := os.ReadDir(bed.Folder)
	if err != nil {
		return fmt.Errorf("remove the bed's files: %w", err)
	}
	for _, entry := range entries {
		path := filepath.Join(bed.Folder, entry.Name())
		if path == bed.Logs() || path == bed.Lock() {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove the bed's files: %w", err)
		}
	}
	return nil
}
