package bed

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shopkeeper.dev/cluster/internal/bed/kubernetes"
	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/machine"
)

// LoadImages puts the images of tar files (OCI or docker-archive) into every node's container runtime.
func (bed *Bed) LoadImages(ctx context.Context, files []string) error {
	return bed.alone(func() error { return bed.loadImages(ctx, files) })
}

func (bed *Bed) loadImages(ctx context.Context, files []string) error {
	for _, path := range files {
		begin := time.Now()
		if err := each(ctx, bed.Nodes, func(ctx context.Context, node layout.Machine) error { return bed.loadImage(ctx, node, path) }); err != nil {
			return err
		}
		bed.progress.say("image %s on every node, %.1f s", filepath.Base(path), time.Since(begin).Seconds())
	}
	return nil
}

func (bed *Bed) loadImage(ctx context.Context, node layout.Machine, path string) error {
	init, alive := bed.state.get(node.Name)
	if !alive {
		return fmt.Errorf("load image %s: node %s does not run; `bed up` starts it", path, node.Name)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("load image: %w", err)
	}
	defer file.Close()
	command := machine.Command(ctx, "ctr", "--address="+kubernetes.Containerd, "--namespace="+kubernetes.Images, "images", "import", "-")
	command.Stdin = file
	var output strings.Builder
	command.Stdout, command.Stderr = &output, &output
	if err := machine.RunCommand(init.Identity, command); err != nil {
		return fmt.Errorf("load image %s on node %s: %w: %s", path, node.Name, err, strings.TrimSpace(output.String()))
	}
	return nil
}

// imageNames are the names of the images that the node has.
func (bed *Bed) imageNames(ctx context.Context, node layout.Machine) ([]string, error) {
	init, alive := bed.state.get(node.Name)
	if !alive {
		return nil, fmt.Errorf("list images: node %s does not run; `bed up` starts it", node.Name)
	}
	output, err := machine.Run(ctx, init.Identity, "ctr", "--address="+kubernetes.Containerd, "--namespace="+kubernetes.Images, "images", "list", "--quiet")
	if err != nil {
		return nil, fmt.Errorf("list images of node %s: %w", node.Name, err)
	}
	return strings.Fields(output), nil
}
