package bed

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shopkeeper.dev/cluster/internal/bed/kubernetes"
	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/process"
)

// Cut takes a node off the network, as when its cable is pulled. It goes on by itself, and its neighbours do.
func (bed *Bed) Cut(ctx context.Context, name string) error {
	return bed.cable(ctx, name, "down", "cut off")
}

// Mend plugs the cable of a node in again.
func (bed *Bed) Mend(ctx context.Context, name string) error {
	return bed.cable(ctx, name, "up", "back")
}

func (bed *Bed) cable(ctx context.Context, name, direction, told string) error {
	return bed.alone(func() error {
		node, err := bed.node(name)
		if err != nil {
			return err
		}
		if _, alive := bed.state.get(node.Name); !alive {
			return fmt.Errorf("node %s does not run; `bed restart %s` starts it", name, name)
		}
		router, alive := bed.state.get(bed.ControlPlane.Name)
		if !alive {
			return fmt.Errorf("the network does not exist; `bed up` makes it")
		}
		if err := batch(ctx, router.Identity, [][]string{{"link", "set", node.Name, direction}}); err != nil {
			return err
		}
		bed.progress.say("node %s is %s", name, told)
		return nil
	})
}

// Kill ends everything on a node at once, as when its power goes.
func (bed *Bed) Kill(ctx context.Context, name string) error {
	return bed.alone(func() error {
		node, err := bed.node(name)
		if err != nil {
			return err
		}
		init, alive := bed.state.get(node.Name)
		if !alive {
			bed.progress.say("node %s did not run", name)
			return nil
		}
		if err := process.Kill(ctx, init.Identity); err != nil {
			return fmt.Errorf("kill node %s: %w", name, err)
		}
		bed.progress.say("node %s is dead", name)
		return nil
	})
}

// Restart switches a node off, if it runs, and on again, and waits until it is ready.
func (bed *Bed) Restart(ctx context.Context, name string) error {
	return bed.alone(func() error {
		node, err := bed.node(name)
		if err != nil {
			return err
		}
		if err := bed.needUp(); err != nil {
			return err
		}
		if init, alive := bed.state.get(node.Name); alive {
			if err := process.Kill(ctx, init.Identity); err != nil {
				return fmt.Errorf("kill node %s: %w", name, err)
			}
		}
		inits, err := bed.startMachines(ctx, []layout.Machine{bed.ControlPlane, node})
		if err != nil {
			return err
		}
		if err := bed.connect(ctx, inits, []layout.Machine{node}); err != nil {
			return err
		}
		if err := bed.startRuntime(ctx, node, nil); err != nil { // its disk has the images
			return err
		}
		return bed.startNode(ctx, node)
	})
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

// needUp refuses what makes no sense before `up`.
func (bed *Bed) needUp() error {
	if _, alive := bed.state.get(bed.ControlPlane.Name); !alive {
		return fmt.Errorf("bed %d is not up; `bed --bed %d up` brings it up", bed.Number, bed.Number)
	}
	return nil
}

func (bed *Bed) node(name string) (layout.Machine, error) {
	if node, found := bed.Node(name); found {
		return node, nil
	}
	var names []string
	for _, node := range bed.Nodes {
		names = append(names, node.Name)
	}
	return layout.Machine{}, fmt.Errorf("there is no node %q; there are %s", name, strings.Join(names, " and "))
}
