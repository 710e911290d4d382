// The Kubernetes components that the bed runs, in one program, so that what they share is compiled and linked once.
//
// The program runs the component that it is called as (through a link of that name), or else the one that its first
// argument names: `kubelet --version` and `kubernetes kubelet --version` are the same.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlerrors "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	_ "k8s.io/component-base/logs/json/register"          // --logging-format=json
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // metrics of the client library
	_ "k8s.io/component-base/metrics/prometheus/version"  // kubernetes_build_info
)

var components = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllermanager.NewControllerManagerCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":                 func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
	"kube-proxy":              proxy.NewProxyCommand,
	"kubectl":                 kubectl.NewDefaultKubectlCommand,
}

func main() {
	command, arguments, known := choose(os.Args)
	if !known {
		names := strings.Join(slices.Sorted(maps.Keys(components)), ", ")
		fmt.Fprintf(os.Stderr, "usage: %s COMPONENT [ARGUMENT…]; the components are %s\n", filepath.Base(os.Args[0]), names)
		os.Exit(2)
	}
	os.Args = arguments // the components read them from there
	os.Exit(run(command()))
}

// choose finds the component among the names the program was called by, and the arguments that are left for it.
func choose(arguments []string) (func() *cobra.Command, []string, bool) {
	for position := range min(2, len(arguments)) {
		if command, known := components[filepath.Base(arguments[position])]; known {
			return command, arguments[position:], true
		}
	}
	return nil, nil, false
}

// run runs the component and tells its exit status. kubectl prints its own errors, in its own way.
func run(command *cobra.Command) int {
	if command.Name() != "kubectl" {
		return cli.Run(command)
	}
	if err := cli.RunNoErrOutput(command); err != nil {
		kubectlerrors.CheckErr(err) // prints it and exits
	}
	return 0
}
