package build

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

func hello(t *testing.T) (source string, hello part) {
	source = t.TempDir()
	write(t, source, "hello/go.mod", "module hello\n\ngo 1.26.0\n")
	write(t, source, "hello/main.go", "package main\n\nfunc main() { println(\"hello\") }\n")
	return source, part{name: "hello", folder: "hello", programs: map[string]string{"hello": "."}}
}

func TestAPartIsBuiltOnceByTwoWhoWantItAndThenCached(t *testing.T) {
	source, hello := hello(t)
	cache := t.TempDir()
	var group sync.WaitGroup
	outputs := make([]strings.Builder, 2)
	for i := range outputs {
		group.Go(func() {
			shop := workshop{source, cache, &outputs[i]}
			binaries := noBinaries()
			if err := shop.make(t.Context(), hello, "go1", &binaries); err != nil {
				t.Error(err)
				return
			}
			output, err := exec.Command(binaries.Path("hello")).CombinedOutput()
			if err != nil || string(output) != "hello\n" {
				t.Errorf("the program said %q, %v", output, err)
			}
			if tag := binaries.Tag("hello"); !regexp.MustCompile("^own-[0-9a-f]{12}$").MatchString(tag) {
				t.Errorf("the tag is %s", tag)
			}
		})
	}
	group.Wait()
	both := outputs[0].String() + outputs[1].String()
	if strings.Count(both, "built in") != 1 || strings.Count(both, "cached") != 1 {
		t.Errorf("progress:\n%s", both)
	}
	left, err := filepath.Glob(filepath.Join(cache, "*.unfinished"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestWhatAKilledBuilderLeftIsNotTakenForThePart(t *testing.T) {
	source, hello := hello(t)
	cache := t.TempDir()
	write(t, cache, "hello.unfinished/hello", "half a program")
	write(t, cache, "hello.unfinished/rubbish", "")
	binaries := noBinaries()
	if err := (workshop{source, cache, &strings.Builder{}}).make(t.Context(), hello, "go1", &binaries); err != nil {
		t.Fatal(err)
	}
	if exists(filepath.Join(filepath.Dir(binaries.Path("hello")), "rubbish")) {
		t.Error("what was left is in the finished part")
	}
	if output, err := exec.Command(binaries.Path("hello")).CombinedOutput(); err != nil || string(output) != "hello\n" {
		t.Errorf("the program said %q, %v", output, err)
	}
}

func TestAFailedBuildSaysWhatTheCompilerSaidAndLeavesNothing(t *testing.T) {
	source, hello := hello(t)
	cache := t.TempDir()
	write(t, source, "hello/main.go", "package main\n\nfunc main() { missing() }\n")
	binaries := noBinaries()
	err := workshop{source, cache, &strings.Builder{}}.make(t.Context(), hello, "go1", &binaries)
	if err == nil {
		t.Fatal("a program that does not compile was built")
	}
	for _, wanted := range []string{"hello own", "undefined: missing", "remedy:", filepath.Join(source, "hello")} {
		if !strings.Contains(err.Error(), wanted) {
			t.Errorf("no %q in: %v", wanted, err)
		}
	}
	entries, _ := os.ReadDir(cache)
	for _, entry := range entries {
		if entry.IsDir() {
			t.Errorf("left behind: %s", entry.Name())
		}
	}
}

func TestWhoWaitsForALockIsToldAndCanGiveUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	held, err := acquire(t.Context(), path, func() { t.Error("nobody held the lock") })
	if err != nil {
		t.Fatal(err)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	told := 0
	if _, err := acquire(ctx, path, func() { told++; giveUp() }); !errors.Is(err, context.Canceled) || told != 1 {
		t.Errorf("told %d times, %v", told, err)
	}
	held.release()
	again, err := acquire(t.Context(), path, func() { t.Error("the lock was still held") })
	if err != nil {
		t.Fatal(err)
	}
	again.release()
}

func TestTheRemedyFitsTheComplaint(t *testing.T) {
	for complaint, wanted := range map[string]string{
		"write /tmp/x: no space left on device": "disk space",
		"dial tcp: lookup proxy: no such host":  "can be reached",
		"verifying m@v1: checksum mismatch":     "do not go on",
		"missing go.sum entry for module":       "go mod tidy",
		"./main.go:3: undefined: missing":       "by hand",
		"go: build: compile: signal: killed":    "memory",
		"/usr/bin/python3: No module named pip": "python3-pip",
	} {
		if got := remedy("go", complaint, errors.New("exit status 1")); !strings.Contains(got, wanted) {
			t.Errorf("%q: %s", complaint, got)
		}
	}
	if got := remedy("go", "", exec.ErrNotFound); !strings.Contains(got, "install Go") {
		t.Errorf("without Go: %s", got)
	}
}

func TestTheTailOfATextIsItsLastLines(t *testing.T) {
	if got := tail("a\nb\nc\n", 2); got != "b\nc" {
		t.Errorf("%q", got)
	}
	if got := tail("a", 2); got != "a" {
		t.Errorf("%q", got)
	}
}
