// The bed command: a real Kubernetes on this machine, for tests and for trying things out.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"shopkeeper.dev/cluster/internal/bed"
	"shopkeeper.dev/cluster/internal/bed/machine"
	"shopkeeper.dev/cluster/internal/bed/process"
)

const usage = `usage: bed [--bed N] COMMAND [ARGUMENT…]

Runs a real Kubernetes on this machine: a control plane and two nodes, n1 and n2, each in namespaces of its own.
As root, on Debian or Ubuntu; it needs neither Docker nor an image registry.

  up [--bare]           bring it up, or make good what has failed of it; bare: without add-ons (DNS, volumes, ingress, …)
  down                  end it, and remove all of it but its logs
  status                what runs: processes, nodes, workloads; the exit status is 1 if something does not
  kubeconfig            print the path of its client configuration: export KUBECONFIG=$(bed kubeconfig)
  kubectl ARGUMENT…     run kubectl as its administrator
  load-image FILE…      give images to every node (tar files: OCI, or docker-archive as of docker save)

  cut NODE              take the node off the network; it goes on by itself
  mend NODE             put it back
  kill NODE             end everything on the node at once, as when its power goes
  restart NODE          switch it on again
  stop                  end the control plane; nodes and pods go on
  start                 start it again
  exec MACHINE COMMAND… run a command on a node, or on the control plane's machine, cp
  logs [-f] [NAME]      print the log of a process (n1/kubelet); without a name, say which there are
  build                 build the programs and images, and no more

  --bed N               which of ten beds, 0 to 9, that can be up at the same time (or SHOPKEEPER_BED=N; default 0)
  --help                this text

Files lie in .cache/cluster of the repository, or in cluster/ of the folder that SHOPKEEPER_CACHE names.
Bed N takes 10.(200+N).0.0/24 for machines, 10.(210+N).0.0/16 for pods, 10.(220+N).0.0/16 for Services, and one network
interface skN.
`

func main() {
	if err := run(os.Args[1:]); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() > 0 {
			os.Exit(exit.ExitCode())
		}
		if !errors.Is(err, errSilent) {
			fmt.Fprintln(os.Stderr, "bed:", err)
		}
		var wrong usageError
		if errors.As(err, &wrong) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

// errSilent is a failure that has been told already.
var errSilent = errors.New("failed")

// usageError is a command that cannot be meant.
type usageError string

func (err usageError) Error() string { return string(err) + "; see bed --help" }

func run(arguments []string) error {
	// The two commands that this program runs as the first thing of a process of the bed.
	if len(arguments) > 1 && arguments[0] == process.Gate {
		return process.RunGate(arguments[1:])
	}
	if len(arguments) == 2 && arguments[0] == machine.Init {
		return machine.RunInit(arguments[1])
	}
	// `su` and some services leave out the folders in which ip, nft and runc lie.
	os.Setenv("PATH", os.Getenv("PATH")+":/usr/local/sbin:/usr/sbin:/sbin")
	number, arguments, err := parse(arguments, os.Getenv("SHOPKEEPER_BED"))
	if err != nil {
		return err
	}
	if len(arguments) == 0 || arguments[0] == "help" || arguments[0] == "--help" || arguments[0] == "-h" {
		fmt.Print(usage)
		return nil
	}
	cache, err := filepath.Abs(os.Getenv("SHOPKEEPER_CACHE"))
	if err != nil || os.Getenv("SHOPKEEPER_CACHE") == "" {
		return usageError("SHOPKEEPER_CACHE is not set; use tests/cluster/bed, which sets it")
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	this, err := bed.Open(number, cache, os.Stdout)
	if err != nil {
		return err
	}
	return command(ctx, this, arguments[0], arguments[1:])
}

// parse takes the bed's number from before the command.
func parse(arguments []string, environment string) (number int, rest []string, err error) {
	text := environment
	if len(arguments) > 0 && arguments[0] == "--bed" {
		if len(arguments) < 2 {
			return 0, nil, usageError("--bed wants a number")
		}
		text, arguments = arguments[1], arguments[2:]
	}
	if text == "" {
		return 0, arguments, nil
	}
	if number, err = strconv.Atoi(text); err != nil {
		return 0, nil, usageError(fmt.Sprintf("the bed's number is %q", text))
	}
	return number, arguments, nil
}

// command does what a command says. The number of its arguments is checked here, their sense where they are used.
func command(ctx context.Context, this *bed.Bed, name string, arguments []string) error {
	type action struct {
		least, most int
		do          func() error
	}
	const many = 10_000
	actions := map[string]action{
		"up":     {0, 1, func() error { return up(ctx, this, arguments) }},
		"down":   {0, 0, func() error { return this.Down(ctx) }},
		"status": {0, 0, func() error { return status(ctx, this) }},
		"kubeconfig": {0, 0, func() error {
			_, err := fmt.Println(this.Kubeconfig())
			return err
		}},
		"kubectl":    {0, many, func() error { return this.Kubectl(ctx, arguments) }},
		"load-image": {1, many, func() error { return this.LoadImages(ctx, arguments) }},
		"cut":        {1, 1, func() error { return this.Cut(ctx, arguments[0]) }},
		"mend":       {1, 1, func() error { return this.Mend(ctx, arguments[0]) }},
		"kill":       {1, 1, func() error { return this.Kill(ctx, arguments[0]) }},
		"restart":    {1, 1, func() error { return this.Restart(ctx, arguments[0]) }},
		"stop":       {0, 0, func() error { return this.Stop(ctx) }},
		"start":      {0, 0, func() error { return this.Start(ctx) }},
		"exec":       {2, many, func() error { return this.Exec(ctx, arguments[0], arguments[1:]) }},
		"logs":       {0, 2, func() error { return logs(ctx, this, arguments) }},
		"build":      {0, 0, func() error { return this.Build(ctx) }},
	}
	wanted, known := actions[name]
	if !known {
		return usageError("there is no command " + name)
	}
	if len(arguments) < wanted.least || len(arguments) > wanted.most {
		return usageError("wrong number of arguments for " + name)
	}
	return wanted.do()
}

func up(ctx context.Context, this *bed.Bed, arguments []string) error {
	bare := len(arguments) == 1
	if bare && arguments[0] != "--bare" {
		return usageError("up knows no " + arguments[0])
	}
	return this.Up(ctx, bare)
}

// status fails if the bed is not as it should be.
func status(ctx context.Context, this *bed.Bed) error {
	found := this.Status(ctx)
	found.Print(os.Stdout)
	if !found.Healthy() {
		return errSilent
	}
	return nil
}

func logs(ctx context.Context, this *bed.Bed, arguments []string) error {
	follow := len(arguments) > 0 && arguments[0] == "-f"
	if follow {
		arguments = arguments[1:]
	}
	switch {
	case len(arguments) == 1:
		return this.PrintLog(ctx, os.Stdout, arguments[0], follow)
	case len(arguments) == 0 && !follow:
		return this.ListLogs(os.Stdout)
	}
	return usageError("logs wants one name")
}
