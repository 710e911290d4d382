package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The test program stands in for the bed command: Start runs it again, as the gate.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == Gate {
		os.Stderr.WriteString(RunGate(os.Args[2:]).Error())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

var environment = []string{"PATH=" + os.Getenv("PATH")}

func TestALineOfStatIsReadWhateverTheProgramIsCalled(t *testing.T) {
	rest := " S 1 2 3 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 987654 1000 10 18446744073709551615"
	for _, name := range []string{"sleep", "a b", "x) S 1 (y", ""} {
		state, started, err := parseStat([]byte("4711 (" + name + ")" + rest))
		if err != nil || state != 'S' || started != 987654 {
			t.Errorf("%q: got %c, %d, %v", name, state, started, err)
		}
	}
	for _, line := range []string{"", "4711 sleep S", "4711 (sleep) S 1 2", "4711 (sleep)" + strings.Replace(rest, "987654", "soon", 1)} {
		if _, _, err := parseStat([]byte(line)); err == nil {
			t.Errorf("%q was taken for a line of stat", line)
		}
	}
}

func TestAProcessIsKnownByItsStartAndBootAndNotByItsNumberAlone(t *testing.T) {
	id, err := Identify(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if !id.Alive() {
		t.Error("this process is said not to run")
	}
	earlier, otherBoot, other := id, id, id
	earlier.Started--
	otherBoot.Boot = "another"
	other.PID = 0
	for _, stranger := range []Identity{earlier, otherBoot, other} {
		if stranger.Alive() {
			t.Errorf("%+v is said to run", stranger)
		}
	}
}

func TestAnEndedChildThatNobodyWaitedForDoesNotRun(t *testing.T) {
	command := exec.Command("sleep", "60")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer command.Wait()
	id, err := Identify(command.Process.Pid)
	if err != nil || !id.Alive() {
		t.Fatalf("the child does not run: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := Kill(ctx, id); err != nil { // which waits for Alive to be false, while the child is a zombie
		t.Fatal(err)
	}
}

func TestAProcessRunsOnlyOnceItIsRecorded(t *testing.T) {
	folder := t.TempDir()
	mark, log := filepath.Join(folder, "mark"), filepath.Join(folder, "log")
	refused := errors.New("the disk is full")
	_, err := Start(Spec{Arguments: []string{"touch", mark}, Environment: environment, Log: log}, func(id Identity) error {
		if !id.Alive() {
			t.Error("what is recorded does not exist")
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	var recorded Identity
	id, err := Start(Spec{Arguments: []string{"sh", "-c", "echo started; exec sleep 60"}, Environment: environment, Log: log},
		func(id Identity) error { recorded = id; return nil })
	if err != nil || id != recorded {
		t.Fatalf("started %+v, recorded %+v, %v", id, recorded, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	defer Kill(ctx, id)
	for {
		text, _ := os.ReadFile(log)
		if strings.Contains(string(text), "started\n") && strings.Contains(string(text), "not started") {
			break
		}
		if ctx.Err() != nil {
			t.Fatalf("the log is %q", text)
		}
		time.Sleep(10 * time.Millisecond)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a process ran that nobody recorded")
	}
	if !id.Alive() {
		t.Error("the identity changed when the process became its program")
	}
}

func TestAProcessThatIgnoresBeingAskedIsKilledAfterTheGrace(t *testing.T) {
	folder := t.TempDir()
	log := filepath.Join(folder, "log")
	id, err := Start(Spec{Arguments: []string{"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"}, Environment: environment, Log: log},
		func(Identity) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for text := []byte{}; !strings.Contains(string(text), "ready") && ctx.Err() == nil; text, _ = os.ReadFile(log) {
		time.Sleep(10 * time.Millisecond)
	}
	if err := Stop(ctx, id, 100*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if id.Alive() {
		t.Error("it still runs")
	}
}
