package bed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"shopkeeper.dev/cluster/internal/bed/kubernetes"
	"shopkeeper.dev/cluster/internal/bed/process"
)

// apiPatience is how long the API server may take until it serves, on a busy machine; some seconds are usual.
const apiPatience = 90 * time.Second

// startControlPlane makes sure of the control plane, and waits until it serves.
func (bed *Bed) startControlPlane(ctx context.Context) error {
	if err := bed.stopOutdated(ctx); err != nil {
		return err
	}
	if _, err := bed.startProcess(ctx, bed.ControlPlane, kubernetes.Etcd()); err != nil {
		return err
	}
	server, err := bed.startProcess(ctx, bed.ControlPlane, kubernetes.APIServer(bed.Layout))
	if err != nil {
		return err
	}
	client, err := newAPI(bed.Layout)
	if err != nil {
		return err
	}
	err = until(ctx, apiPatience, "wait for the API server", func(ctx context.Context) (string, error) {
		if !server.Alive() {
			return "", bed.ended(bed.ControlPlane, kubernetes.APIServerProcess)
		}
		if err := client.get(ctx, "/readyz", nil); err != nil {
			return err.Error(), nil
		}
		return "", nil
	})
	if err != nil {
		return err
	}
	for _, object := range kubernetes.Permissions() {
		if err := client.apply(ctx, object.Path, object.Body); err != nil {
			return fmt.Errorf("give permissions: %w", err)
		}
	}
	bed.progress.say("API server at %s", bed.APIServer())
	for _, wanted := range []kubernetes.Process{
		kubernetes.ControllerManagerOf(bed.Layout), kubernetes.SchedulerOf(bed.Layout), kubernetes.ProxyOf(),
	} {
		if _, err := bed.startProcess(ctx, bed.ControlPlane, wanted); err != nil {
			return err
		}
	}
	return nil
}

// stopOutdated ends the control plane if any of it has to be started with new settings. It ends in the order in which
// it can: an API server whose etcd has gone would take half a minute.
func (bed *Bed) stopOutdated(ctx context.Context) error {
	processes := []kubernetes.Process{kubernetes.Etcd(), kubernetes.APIServer(bed.Layout)}
	for _, wanted := range processes {
		running, alive := bed.state.get(bed.ControlPlane.Name + "/" + wanted.Name)
		fingerprint, err := bed.fingerprint(bed.ControlPlane, wanted)
		if err != nil {
			return err
		}
		if alive && running.Fingerprint != fingerprint {
			return bed.stopControlPlane(ctx)
		}
	}
	return nil
}

// Stop ends the control plane in good order. The nodes, their pods and the network go on.
func (bed *Bed) Stop(ctx context.Context) error {
	return bed.alone(func() error { return bed.stopControlPlane(ctx) })
}

func (bed *Bed) stopControlPlane(ctx context.Context) error {
	for _, part := range slices.Backward(kubernetes.ControlPlaneProcesses) {
		name := bed.ControlPlane.Name + "/" + part
		running, alive := bed.state.get(name)
		if !alive {
			continue
		}
		if err := process.Stop(ctx, running.Identity, controlPlaneGrace); err != nil {
			return fmt.Errorf("stop %s: %w", name, err)
		}
		bed.progress.say("%s has ended", name)
	}
	return nil
}

// Start starts the control plane again, and waits until it serves.
func (bed *Bed) Start(ctx context.Context) error {
	return bed.alone(func() error {
		if err := bed.needUp(); err != nil {
			return err
		}
		return bed.startControlPlane(ctx)
	})
}
