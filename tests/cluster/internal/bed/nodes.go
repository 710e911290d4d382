package bed

import (
	"context"
	"fmt"
	"time"
)

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
