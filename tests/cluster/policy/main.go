// Command policy enforces the NetworkPolicies of a cluster on one node: it watches what the API server says
// and keeps one nftables table of the network namespace that it runs in. README.md beside it tells how to run it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/knftables"

	"shopkeeper.dev/cluster/policy/rules"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server, and as whom: who may list and watch pods, namespaces and networkpolicies")
	node := flag.String("node", "", "the node whose pods are protected: its name in the cluster")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *kubeconfig, *node); err != nil {
		fmt.Fprintln(os.Stderr, "policy:", err)
		os.Exit(1)
	}
}

// run enforces until the context ends. The rules stay as they are then: a stopped enforcer opens nothing.
func run(ctx context.Context, kubeconfig, node string) error {
	if kubeconfig == "" || node == "" {
		return errors.New("--kubeconfig and --node are needed")
	}
	if err := bridgesAreFiltered(); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return fmt.Errorf("read %s: %w", kubeconfig, err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("make a client of %s: %w", kubeconfig, err)
	}
	firewall, err := knftables.New(knftables.IPv4Family, rules.Table)
	if err != nil {
		return fmt.Errorf("find nftables (Debian's package is nftables; root is needed): %w", err)
	}
	return enforce(ctx, watch(ctx, client), node, firewall)
}

// bridgesAreFiltered makes sure that packets between two pods of this node pass the forward hook.
func bridgesAreFiltered() error {
	const setting = "/proc/sys/net/bridge/bridge-nf-call-iptables"
	value, err := os.ReadFile(setting)
	if err != nil {
		return fmt.Errorf("pods of one node would pass unfiltered; modprobe br_netfilter: %w", err)
	}
	if strings.TrimSpace(string(value)) != "1" {
		return errors.New("pods of one node would pass unfiltered; sysctl -w net.bridge.bridge-nf-call-iptables=1")
	}
	return nil
}
