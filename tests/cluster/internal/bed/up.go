package bed

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"shopkeeper.dev/cluster/internal/addons"
	"shopkeeper.dev/cluster/internal/bed/host"
	"shopkeeper.dev/cluster/internal/bed/kubernetes"
	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/process"
	"shopkeeper.dev/cluster/internal/build"
)

// Up brings the bed up: whatever is missing is made, whatever runs as it should is left alone. A bare bed gets no
// add-ons.
func (bed *Bed) Up(ctx context.Context, bare bool) error {
	return bed.alone(func() error {
		if err := host.Programs(ctx, bed.progress.out); err != nil {
			return err
		}
		construct := build.All
		if bare {
			construct = build.Bare
		}
		binaries, err := construct(ctx, bed.cache, bed.progress.out)
		if err != nil {
			return err
		}
		if err := bed.prepare(binaries); err != nil {
			return err
		}
		inits, err := bed.startMachines(ctx, bed.Machines())
		if err != nil {
			return err
		}
		if err := bed.connect(ctx, inits, bed.Nodes); err != nil {
			return err
		}
		bed.progress.say("network %s on interface %s", bed.Network, bed.Link)
		archives, err := addons.Images(binaries, bed.cache, bed.progress.say)
		if err != nil {
			return err
		}
		// Images need no API server, and add-ons no nodes to be applied: both are waited for together.
		runtime := func(ctx context.Context, node layout.Machine) error { return bed.startRuntime(ctx, node, archives) }
		err = together(ctx,
			bed.startControlPlane,
			func(ctx context.Context) error { return each(ctx, bed.Nodes, runtime) },
		)
		if err != nil {
			return err
		}
		err = together(ctx,
			func(ctx context.Context) error { return each(ctx, bed.Nodes, bed.startNode) },
			func(ctx context.Context) error {
				if bare {
					return nil
				}
				return bed.addOns(ctx, binaries)
			},
		)
		if err != nil {
			return err
		}
		bed.progress.say("up: export KUBECONFIG=%s", bed.Kubeconfig())
		return nil
	})
}

// Build builds what the bed needs, and starts nothing.
func (bed *Bed) Build(ctx context.Context) error {
	binaries, err := build.All(ctx, bed.cache, bed.progress.out)
	if err != nil {
		return err
	}
	_, err = addons.Images(binaries, bed.cache, bed.progress.say)
	return err
}

// prepare makes what processes find when they start: keys, settings, programs.
func (bed *Bed) prepare(binaries build.Binaries) error {
	if err := bed.forgetOtherBoot(); err != nil {
		return err
	}
	if len(bed.state.records) == 0 {
		if err := os.RemoveAll(bed.Logs()); err != nil { // those of an earlier bed
			return fmt.Errorf("remove old logs: %w", err)
		}
	}
	if err := host.OfThisHost.Acquire(bed.Number); err != nil {
		return err
	}
	if err := host.OfThisHost.LoadForwarding(); err != nil {
		return err
	}
	keys, err := kubernetes.MakeKeys(bed.Layout, time.Now())
	if err != nil {
		return err
	}
	if err := writeFile(bed.Kubeconfig(), kubernetes.Kubeconfig(bed.Layout, keys, kubernetes.Admin), 0o600); err != nil {
		return err
	}
	settings := map[string]kubernetes.Files{bed.ControlPlane.Settings: kubernetes.ControlPlaneFiles(bed.Layout, keys)}
	for _, node := range bed.Nodes {
		settings[node.Settings] = kubernetes.NodeFiles(bed.Layout, keys, node)
	}
	for folder, files := range settings {
		for name, content := range files {
			if err := writeFile(filepath.Join(folder, name), content, 0o600); err != nil {
				return err
			}
		}
	}
	for link, name := range kubernetes.Links {
		if err := linkFile(binaries.Path(name), filepath.Join(bed.Programs(), link)); err != nil {
			return err
		}
	}
	return nil
}

// forgetOtherBoot removes what a bed left that a reboot ended: etcd did not wait for the disk, so nothing of it counts.
func (bed *Bed) forgetOtherBoot() error {
	first, known := bed.state.records[bed.ControlPlane.Name]
	if !known || first.Boot == process.Boot() {
		return nil
	}
	bed.progress.say("the machine was started anew since this bed was up: it begins empty")
	if err := bed.removeFiles(); err != nil {
		return err
	}
	var err error
	bed.state, err = readState(bed.State())
	return err
}
