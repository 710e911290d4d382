package addons

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"shopkeeper.dev/cluster/internal/build"
)

// patience is how long all add-ons together may take to be ready, on a busy machine; 30 s is usual.
const patience = 3 * time.Minute

// A stage is applied at once, when what the stages before it defined is known to the API server.
type stage struct {
	parts     []string // whose resource definitions belong to it
	manifests []string
	// established waits until the API server serves the resources that were defined.
	established bool
}

// The definitions come first: what watches them looks for them only when it starts. Names, metrics and volumes need
// none, and their pods start meanwhile.
var stages = []stage{
	{manifests: []string{"dns.yaml", "metrics.yaml", "volumes.yaml"}},
	{parts: []string{"gateway-api", "prometheus-operator"}, established: true},
	{manifests: []string{"ingress.yaml", "gateway.yaml", "monitoring.yaml", "prometheus.yaml"}},
}

// An expectation is what is waited for: an object, and what to wait for in the words of `kubectl wait`.
type expectation struct{ title, namespace, object, condition string }

var expectations = []expectation{
	{"DNS", "kube-system", "deployment/coredns", "condition=Available"},
	{"volumes", "local-path-storage", "deployment/local-path-provisioner", "condition=Available"},
	{"ingress", "traefik", "deployment/traefik", "condition=Available"},
	{"gateway", "traefik", "gateway/public", "condition=Programmed"},
	{"monitoring", "monitoring", "prometheus/bed", "condition=Available"},
	{"metrics", "kube-system", "apiservice/v1beta1.metrics.k8s.io", "condition=Available"},
}

// Install makes the add-ons what they are to be, which may be repeated, and waits until they serve. Their images have
// to be on the nodes. say is told of each that is ready.
//
// # Errors
//
// Something could not be applied, or was not ready in time: the error says what the cluster says about it.
func Install(ctx context.Context, built build.Binaries, kubeconfig string, settings Settings, say func(format string, values ...any)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cluster := kubectl{built.Path("kubernetes"), kubeconfig}
	for _, stage := range stages {
		if err := apply(ctx, cluster, stage, built, settings); err != nil {
			return fmt.Errorf("applying the add-ons: %w", err)
		}
	}
	for _, expected := range expectations {
		if err := cluster.wait(ctx, expected); err != nil {
			return fmt.Errorf("waiting for %s (%s): %w\n%s", expected.title, expected.object, err, cluster.explain(expected.namespace))
		}
		say("%s: ready", expected.title)
	}
	return nil
}

func apply(ctx context.Context, cluster kubectl, stage stage, built build.Binaries, settings Settings) error {
	var all bytes.Buffer
	for _, part := range stage.parts {
		text, err := definitions(built, part)
		if err != nil {
			return err
		}
		all.Write(text)
	}
	for _, name := range stage.manifests {
		text, err := render(name, settings, built, build.PrometheusRelease(built.Version("prometheus")))
		if err != nil {
			return err
		}
		all.WriteString("\n---\n")
		all.Write(text)
	}
	arguments := []string{"apply", "--server-side", "--force-conflicts", "--field-manager=bed", "--validate=false", "-f", "-"}
	applied, err := cluster.run(ctx, &all, append(arguments, "-o", "name")...)
	if err != nil || !stage.established {
		return err
	}
	var defined []string
	for _, name := range strings.Fields(applied) {
		if strings.HasPrefix(name, "customresourcedefinition.") {
			defined = append(defined, name)
		}
	}
	_, err = cluster.run(ctx, nil, append([]string{"wait", "--for=condition=Established", "--timeout=60s"}, defined...)...)
	return err
}

// kubectl is the command, as the bed's administrator.
type kubectl struct{ program, kubeconfig string }

func (k kubectl) run(ctx context.Context, input io.Reader, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, k.program, append([]string{"kubectl", "--kubeconfig=" + k.kubeconfig}, arguments...)...)
	command.Env = append(os.Environ(), "KUBECONFIG=")
	command.Stdin = input
	var output, complaints bytes.Buffer
	command.Stdout, command.Stderr = &output, &complaints
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("kubectl %s: %w: %s", arguments[0], err, strings.TrimSpace(complaints.String()))
	}
	return output.String(), nil
}

// wait waits for the condition as long as ctx lasts.
func (k kubectl) wait(ctx context.Context, expected expectation) error {
	_, err := k.run(ctx, nil, "wait", "--namespace="+expected.namespace, expected.object, "--for="+expected.condition,
		fmt.Sprintf("--timeout=%.0fs", patience.Seconds()))
	return err
}

// explain is what the cluster has to say about a namespace: its pods, and the last events.
func (k kubectl) explain(namespace string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	pods, err := k.run(ctx, nil, "get", "pods", "--namespace="+namespace, "--output=wide")
	if err != nil {
		return err.Error()
	}
	events, err := k.run(ctx, nil, "get", "events", "--namespace="+namespace, "--sort-by=.lastTimestamp")
	if err != nil {
		return pods + err.Error()
	}
	lines := strings.Split(strings.TrimSpace(events), "\n")
	return pods + strings.Join(lines[max(0, len(lines)-12):], "\n")
}
