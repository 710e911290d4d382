package bed

import (
	"context"
	"fmt"
	"time"
)

// A node and its lease, as far as the bed looks at them.
type node struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Status struct {
		Conditions []struct {
			Type    string `json:"type"`
			Status  string `json:"status"`
			Message string `json:"message"`
		} `json:"conditions"`
	} `json:"status"`
}

type lease struct {
	Spec struct {
		RenewTime time.Time `json:"renewTime"`
	} `json:"spec"`
}

// ready tells what the node says of itself: True, False or Unknown, and why.
func (node node) ready() (status, message string) {
	for _, condition := range node.Status.Conditions {
		if condition.Type == "Ready" {
			return condition.Status, condition.Message
		}
	}
	return "Unknown", "it has not said so yet"
}

// nodeReady tells what is missing until a node is ready and has given a sign of life since a moment.
func (api *api) nodeReady(ctx context.Context, name string, since time.Time) (missing string) {
	var found node
	if err := api.get(ctx, "/api/v1/nodes/"+name, &found); err != nil {
		return err.Error()
	}
	if status, message := found.ready(); status != "True" {
		return fmt.Sprintf("its Ready is %s: %s", status, message)
	}
	var sign lease
	if err := api.get(ctx, "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/"+name, &sign); err != nil {
		return err.Error()
	}
	if sign.Spec.RenewTime.Before(since) {
		return "its last sign of life is of " + sign.Spec.RenewTime.String()
	}
	return ""
}
