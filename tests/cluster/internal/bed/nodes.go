package bed

import (
	"context"
	"fmt"
	"time"

	"shopkeeper.dev/cluster/internal/addons"
	"shopkeeper.dev/cluster/internal/bed/kubernetes"
	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/machine"
)

// nodePatience is how long a node may take to be ready, on a busy machine; some seconds are usual.
const nodePatience = 90 * time.Second

// startRuntime makes sure of a node's container runtime, and that it has images.
func (bed *Bed) startRuntime(ctx context.Context, node layout.Machine, archives []addons.Archive) error {
	runtime, err := bed.startProcess(ctx, node, kubernetes.ContainerdOf())
	if err != nil {
		return err
	}
	init, _ := bed.state.get(node.Name)
	patience, cancel := context.WithTimeout(ctx, nodePatience)
	defer cancel()
	if err := machine.WaitForSocket(patience, init.Identity, runtime, kubernetes.Containerd); err != nil {
		return fmt.Errorf("wait for containerd of node %s: %w; see %s", node.Name, err, bed.Log(node.Name, kubernetes.ContainerdProcess))
	}
	loaded, err := bed.loadMissing(ctx, node, archives)
	if err == nil && loaded > 0 {
		bed.progress.say("node %s has %d more images", node.Name, loaded)
	}
	return err
}

// startNode makes sure of a node's other processes, and waits until the node is ready.
func (bed *Bed) startNode(ctx context.Context, node layout.Machine) error {
	begin := time.Now()
	before, _ := bed.state.get(node.Name + "/" + kubernetes.KubeletProcess)
	agent, err := bed.startProcess(ctx, node, kubernetes.KubeletOf(node))
	if err != nil {
		return err
	}
	for _, wanted := range []kubernetes.Process{kubernetes.ProxyOf(), kubernetes.PolicyOf(node)} {
		if _, err := bed.startProcess(ctx, node, wanted); err != nil {
			return err
		}
	}
	client, err := newAPI(bed.Layout)
	if err != nil {
		return err
	}
	if agent == before.Identity {
		begin = time.Time{} // any sign of life will do
	}
	err = until(ctx, nodePatience, "wait for node "+node.Name, func(ctx context.Context) (string, error) {
		if !agent.Alive() {
			return "", bed.ended(node, kubernetes.KubeletProcess)
		}
		return client.nodeReady(ctx, node.Name, begin), nil
	})
	if err == nil {
		bed.progress.say("node %s is ready", node.Name)
	}
	return err
}

// A node, as far as the bed looks at it.
type node struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Status struct {
		Conditions []struct {
			Type    string `json:"type"`
			Status  string `json:"status"`
			Message string `json:"message"`
			// LastHeartbeatTime is when the kubelet said so last, in whole seconds.
			LastHeartbeatTime time.Time `json:"lastHeartbeatTime"`
		} `json:"conditions"`
	} `json:"status"`
}

// ready tells what the node says of itself: True, False or Unknown, why, and since when it is known.
func (node node) ready() (status, message string, said time.Time) {
	for _, condition := range node.Status.Conditions {
		if condition.Type == "Ready" {
			return condition.Status, condition.Message, condition.LastHeartbeatTime
		}
	}
	return "Unknown", "it has not said so yet", time.Time{}
}

// nodeReady tells what is missing until a node has said, not before a moment, that it is ready. What it said before it
// lost its power stands for a while.
func (api *api) nodeReady(ctx context.Context, name string, since time.Time) (missing string) {
	var found node
	if err := api.get(ctx, "/api/v1/nodes/"+name, &found); err != nil {
		return err.Error()
	}
	status, message, said := found.ready()
	if status != "True" {
		return fmt.Sprintf("its Ready is %s: %s", status, message)
	}
	if said.Before(since.Truncate(time.Second)) {
		return "it was ready at " + said.String() + ", and has said nothing since it was started"
	}
	return ""
}
