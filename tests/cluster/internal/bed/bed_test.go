package bed

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/process"
)

func TestWhatIsRecordedIsReadAgainAndKnownByWhetherItRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bed", "state.json")
	own, err := process.Identify(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	gone := own
	gone.Started++ // the number is this process's, the process is not
	now, err := readState(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]process.Identity{"n1": own, "n1/kubelet": gone} {
		if err := now.set(name, record{Identity: id, Fingerprint: "f"}); err != nil {
			t.Fatal(err)
		}
	}
	again, err := readState(path)
	if err != nil {
		t.Fatal(err)
	}
	if found, alive := again.get("n1"); !alive || found.Identity != own || found.Fingerprint != "f" {
		t.Errorf("n1 is %+v, alive: %v", found, alive)
	}
	if found, alive := again.get("n1/kubelet"); alive || found.Identity != gone {
		t.Errorf("n1/kubelet is %+v, alive: %v", found, alive)
	}
	if _, alive := again.get("n2"); alive {
		t.Error("n2 was never recorded, but runs")
	}
}

func TestAStateThatCannotBeReadIsAnErrorThatNamesItsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(path, []byte("{half"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readState(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func plan(t *testing.T) layout.Layout {
	t.Helper()
	bed, err := layout.New(1, t.TempDir(), 2)
	if err != nil {
		t.Fatal(err)
	}
	return bed
}

func lines(links [][]string) string {
	var text strings.Builder
	for _, link := range links {
		text.WriteString(strings.Join(link, " ") + "\n")
	}
	return text.String()
}

func TestTheHostGetsAnAddressAndRoutesAndNoMore(t *testing.T) {
	want := `address replace 10.201.0.2/24 dev sk1
link set sk1 up
route replace 10.221.0.0/16 via 10.201.0.1
route replace 10.211.1.0/24 via 10.201.0.11
route replace 10.211.2.0/24 via 10.201.0.12
`
	if got := lines(hostLinks(plan(t))); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestANodeReachesThePodsOfTheOthersAndAllElseByTheRouter(t *testing.T) {
	bed := plan(t)
	want := `link set lo up
address replace 10.201.0.12/24 dev eth0
link set eth0 up
route replace default via 10.201.0.1
route replace 10.211.1.0/24 via 10.201.0.11
`
	if got := lines(nodeLinks(bed, bed.Nodes[1])); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestConnectingOneNodeLeavesTheCableOfTheOtherAlone(t *testing.T) {
	bed := plan(t)
	got := lines(routerLinks(bed, bed.Nodes[:1], false))
	if !strings.Contains(got, "link set n1 master bed0 up") || strings.Contains(got, "n2") || strings.Contains(got, "link add") {
		t.Errorf("got\n%s", got)
	}
	if got := lines(routerLinks(bed, bed.Nodes, true)); !strings.HasPrefix(got, "link add bed0 type bridge\n") {
		t.Errorf("a new router does\n%s", got)
	}
}

func TestWaitingEndsWithWhatWasMissingLast(t *testing.T) {
	asked := 0
	err := until(context.Background(), time.Minute, "wait", func(context.Context) (string, error) {
		asked++
		return map[bool]string{true: "not yet"}[asked < 3], nil
	})
	if err != nil || asked != 3 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	err = until(context.Background(), time.Millisecond, "wait for n1", func(context.Context) (string, error) { return "it sleeps", nil })
	if err == nil || !strings.Contains(err.Error(), "wait for n1: not within 1ms: it sleeps") {
		t.Errorf("got %v", err)
	}
	broken := errors.New("broken")
	if err := until(context.Background(), time.Minute, "wait", func(context.Context) (string, error) { return "", broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func healthy() Status {
	return Status{
		Number:    1,
		Processes: []ProcessStatus{{Name: "n1/kubelet", Running: true, PID: 42, Age: 90 * time.Second, Memory: 100 << 20}},
		Nodes:     []NodeStatus{{Name: "n1", Address: "10.201.0.11", Ready: "True", Message: "kubelet is ready"}},
		Workloads: []WorkloadStatus{{Kind: "Deployment", Namespace: "kube-system", Name: "coredns", Ready: 1, Desired: 1}},
	}
}

func TestABedIsHealthyOnlyIfEverythingRuns(t *testing.T) {
	if !healthy().Healthy() {
		t.Error("all runs, and it is said not to be healthy")
	}
	for what, spoil := range map[string]func(*Status){
		"a process has ended":      func(s *Status) { s.Processes[0].Running = false },
		"a node is not ready":      func(s *Status) { s.Nodes[0].Ready = "Unknown" },
		"a node is cut off":        func(s *Status) { s.Nodes[0].Cut = true },
		"a workload is not ready":  func(s *Status) { s.Workloads[0].Ready = 0 },
		"the API server is silent": func(s *Status) { s.API = errors.New("refused") },
	} {
		status := healthy()
		spoil(&status)
		if status.Healthy() {
			t.Errorf("%s, and it is said to be healthy", what)
		}
	}
}

func TestTheStatusIsATableOfProcessesNodesAndWorkloads(t *testing.T) {
	var out bytes.Buffer
	healthy().Print(&out)
	for _, want := range []string{
		"n1/kubelet   running   42    1m30s   100 MiB", "n1     True    10.201.0.11   connected   kubelet is ready",
		"kube-system/coredns   1 of 1   Deployment", "bed 1 is up",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

func TestAFileIsReplacedOnlyWhenItsContentChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "file")
	write := func(content string) os.FileInfo {
		t.Helper()
		if err := writeFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	first := write("a")
	if !os.SameFile(first, write("a")) {
		t.Error("the same content was written again")
	}
	if os.SameFile(first, write("b")) {
		t.Error("the file was not replaced")
	}
}

func TestAnUnknownNodeIsAnErrorThatNamesThoseThereAre(t *testing.T) {
	bed, err := Open(1, t.TempDir(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bed.node("n3"); err == nil || !strings.Contains(err.Error(), "n1 and n2") {
		t.Errorf("got %v", err)
	}
}

func TestTheFirstFailureEndsWhatIsDoneBesides(t *testing.T) {
	broken := errors.New("broken")
	err := together(context.Background(),
		func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Minute):
				return errors.New("it was not told to end")
			}
		},
		func(context.Context) error { return broken },
	)
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestABedOfAnEarlierBootIsForgottenButForItsLogs(t *testing.T) {
	bed, err := Open(1, t.TempDir(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	etcd := filepath.Join(bed.ControlPlane.Disk, "lib", "etcd", "db")
	for _, path := range []string{etcd, bed.Log("cp", "etcd")} {
		if err := writeFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	same := process.Identity{PID: 1, Started: 1, Boot: process.Boot()}
	other := process.Identity{PID: 1, Started: 1, Boot: "an earlier one"}
	for _, now := range []struct {
		id   process.Identity
		kept bool
	}{{same, true}, {other, false}} {
		if err := bed.state.set(bed.ControlPlane.Name, record{Identity: now.id}); err != nil {
			t.Fatal(err)
		}
		if err := bed.forgetOtherBoot(); err != nil {
			t.Fatal(err)
		}
		_, err := os.Stat(etcd)
		if kept := err == nil; kept != now.kept {
			t.Errorf("recorded in boot %q: etcd's data is kept: %v", now.id.Boot, kept)
		}
	}
	if _, known := bed.state.records[bed.ControlPlane.Name]; known {
		t.Error("a process of the earlier boot is still known")
	}
	if _, err := os.Stat(bed.Log("cp", "etcd")); err != nil {
		t.Errorf("the log is gone: %v", err)
	}
}
