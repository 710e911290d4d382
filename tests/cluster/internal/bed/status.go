package bed

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"shopkeeper.dev/cluster/internal/bed/kubernetes"
)

// Status is what there is of a bed.
type Status struct {
	Number    int
	Processes []ProcessStatus
	Nodes     []NodeStatus
	Workloads []WorkloadStatus
	// API is why the API server could not be asked, and so the nodes and workloads are not known.
	API error
}

// ProcessStatus is a process that ought to run, or the init of a machine.
type ProcessStatus struct {
	Name    string
	Running bool
	PID     int
	Age     time.Duration
	Memory  int64 // bytes
}

// NodeStatus is what the cluster says of a node.
type NodeStatus struct {
	Name, Address, Ready, Message string
	// Cut is set while `bed cut` is in force.
	Cut bool
}

// WorkloadStatus is a Deployment, StatefulSet or DaemonSet.
type WorkloadStatus struct {
	Kind, Namespace, Name string
	Ready, Desired        int
}

// Healthy tells whether everything runs that ought to.
func (status Status) Healthy() bool {
	for _, process := range status.Processes {
		if !process.Running {
			return false
		}
	}
	for _, node := range status.Nodes {
		if node.Ready != "True" || node.Cut {
			return false
		}
	}
	for _, workload := range status.Workloads {
		if workload.Ready < workload.Desired {
			return false
		}
	}
	return status.API == nil
}

// Status looks at the bed, and changes nothing.
func (bed *Bed) Status(ctx context.Context) Status {
	status := Status{Number: bed.Number}
	for _, name := range bed.expected() {
		found, running := bed.state.get(name)
		process := ProcessStatus{Name: name, Running: running}
		if running {
			process.PID = found.PID
			process.Age, _ = found.Age()       // it may end at any moment:
			process.Memory, _ = found.Memory() // then these stay 0
		}
		status.Processes = append(status.Processes, process)
	}
	client, err := newAPI(bed.Layout)
	if err != nil {
		status.API = err
		return status
	}
	if status.Workloads, err = client.workloads(ctx); err != nil {
		status.API = err
	}
	if err := bed.lookAtNodes(ctx, client, &status); err != nil {
		status.API = err
	}
	return status
}

// expected are the names of all that ought to run.
func (bed *Bed) expected() []string {
	names := []string{bed.ControlPlane.Name}
	for _, name := range append(append([]string{}, kubernetes.ControlPlaneProcesses...), kubernetes.RouterProcesses...) {
		names = append(names, bed.ControlPlane.Name+"/"+name)
	}
	for _, node := range bed.Nodes {
		names = append(names, node.Name)
		for _, name := range kubernetes.NodeProcesses {
			names = append(names, node.Name+"/"+name)
		}
	}
	return names
}

// lookAtNodes asks the cluster about its nodes, and the router whether they are cut off.
func (bed *Bed) lookAtNodes(ctx context.Context, client *api, status *Status) error {
	cut := map[string]bool{}
	if router, alive := bed.state.get(bed.ControlPlane.Name); alive {
		links, err := readLinks(ctx, router.Identity)
		if err != nil {
			return err
		}
		for _, link := range links {
			cut[link.Name] = !link.up()
		}
	}
	for _, machine := range bed.Nodes {
		found := NodeStatus{Name: machine.Name, Address: machine.Address.String(), Ready: "Unknown", Cut: cut[machine.Name]}
		var answer node
		if err := client.get(ctx, "/api/v1/nodes/"+machine.Name, &answer); err != nil {
			found.Message = err.Error()
		} else {
			found.Ready, found.Message, _ = answer.ready()
		}
		status.Nodes = append(status.Nodes, found)
	}
	return nil
}

// workloads are all that the cluster is to run.
func (api *api) workloads(ctx context.Context) ([]WorkloadStatus, error) {
	var found []WorkloadStatus
	for _, kind := range []struct{ path, name string }{
		{"deployments", "Deployment"}, {"statefulsets", "StatefulSet"}, {"daemonsets", "DaemonSet"},
	} {
		var list struct {
			Items []struct {
				Metadata struct {
					Namespace string `json:"namespace"`
					Name      string `json:"name"`
				} `json:"metadata"`
				Spec struct {
					Replicas int `json:"replicas"`
				} `json:"spec"`
				Status struct {
					ReadyReplicas          int `json:"readyReplicas"`
					NumberReady            int `json:"numberReady"`
					DesiredNumberScheduled int `json:"desiredNumberScheduled"`
				} `json:"status"`
			} `json:"items"`
		}
		if err := api.get(ctx, "/apis/apps/v1/"+kind.path, &list); err != nil {
			return nil, err
		}
		for _, item := range list.Items {
			found = append(found, WorkloadStatus{
				Kind: kind.name, Namespace: item.Metadata.Namespace, Name: item.Metadata.Name,
				Ready:   item.Status.ReadyReplicas + item.Status.NumberReady,
				Desired: item.Spec.Replicas + item.Status.DesiredNumberScheduled,
			})
		}
	}
	return found, nil
}

// Print writes tables for people.
func (status Status) Print(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "PROCESS\tSTATE\tPID\tSINCE\tMEMORY")
	for _, process := range status.Processes {
		if process.Running {
			fmt.Fprintf(table, "%s\trunning\t%d\t%v\t%d MiB\n", process.Name, process.PID, process.Age.Round(time.Second), process.Memory>>20)
		} else {
			fmt.Fprintf(table, "%s\tnot running\t\t\t\n", process.Name)
		}
	}
	fmt.Fprintln(table, "\nNODE\tREADY\tADDRESS\tCABLE\tMESSAGE")
	for _, node := range status.Nodes {
		cable := "connected"
		if node.Cut {
			cable = "cut"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", node.Name, node.Ready, node.Address, cable, node.Message)
	}
	if len(status.Workloads) > 0 {
		fmt.Fprintln(table, "\nWORKLOAD\tREADY\tKIND")
		for _, workload := range status.Workloads {
			fmt.Fprintf(table, "%s/%s\t%d of %d\t%s\n", workload.Namespace, workload.Name, workload.Ready, workload.Desired, workload.Kind)
		}
	}
	table.Flush()
	switch {
	case status.API != nil:
		fmt.Fprintf(out, "\nbed %d: the API server does not answer: %v; `bed up` brings up what is missing\n", status.Number, status.API)
	case status.Healthy():
		fmt.Fprintf(out, "\nbed %d is up\n", status.Number)
	default:
		fmt.Fprintf(out, "\nbed %d is not as it should be; `bed up` makes it good\n", status.Number)
	}
}
