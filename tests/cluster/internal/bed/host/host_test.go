package host

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// kernel is a folder that stands in for /proc/sys.
func kernel(t *testing.T, values map[string]string) Tunables {
	t.Helper()
	tunables := Tunables{Folder: filepath.Join(t.TempDir(), "beds"), Settings: t.TempDir(), Cgroups: Cgroups{t.TempDir()}}
	must(t, os.Mkdir(filepath.Join(tunables.Cgroups.Folder, "memory"), 0o755))
	for name, value := range values {
		path := filepath.Join(tunables.Settings, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(value+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return tunables
}

func expect(t *testing.T, tunables Tunables, name, want string) {
	t.Helper()
	if got, err := tunables.read(name); err != nil || got != want {
		t.Errorf("%s is %q (%v), want %q", name, got, err, want)
	}
}

// soon is the time by which a test wants something done.
func soon() time.Time { return time.Now().Add(time.Second) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheLastBedPutsSettingsBack(t *testing.T) {
	host := kernel(t, map[string]string{"fs/inotify/max_user_instances": "128", "kernel/panic": "1"})
	must(t, host.Acquire(1))
	expect(t, host, "fs/inotify/max_user_instances", "2048")
	must(t, host.write("kernel/panic", "10")) // as a kubelet does
	must(t, host.Acquire(2))
	must(t, host.Acquire(1)) // again: up is idempotent
	must(t, host.Release(1))
	expect(t, host, "fs/inotify/max_user_instances", "2048")
	expect(t, host, "kernel/panic", "10")
	must(t, host.Release(2))
	expect(t, host, "fs/inotify/max_user_instances", "128")
	expect(t, host, "kernel/panic", "1")
	if _, err := os.Stat(host.Folder); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
}

func TestALimitThatIsHighEnoughStays(t *testing.T) {
	host := kernel(t, map[string]string{"fs/inotify/max_user_watches": "1000000"})
	must(t, host.Acquire(0))
	expect(t, host, "fs/inotify/max_user_watches", "1000000")
	must(t, host.Release(0))
	expect(t, host, "fs/inotify/max_user_watches", "1000000")
}

func TestABedThatWasNeverUpIsReleasedWithoutATrace(t *testing.T) {
	host := kernel(t, nil)
	must(t, host.Release(7))
	if _, err := os.Stat(host.Folder); !os.IsNotExist(err) {
		t.Errorf("a folder was made: %v", err)
	}
}

func TestOnlyControllersThatAreNotYetGivenAreGiven(t *testing.T) {
	if got := missing("cpuset cpu io memory pids\n", "memory pids\n"); !slices.Equal(got, []string{"cpuset", "cpu", "io"}) {
		t.Errorf("got %v", got)
	}
}

func TestCgroupsOfVersion1AreMadeAndRemovedInEveryHierarchy(t *testing.T) {
	root := Cgroups{t.TempDir()}
	for _, controller := range []string{"cpuset", "memory"} {
		must(t, os.Mkdir(filepath.Join(root.Folder, controller), 0o755))
	}
	must(t, os.WriteFile(filepath.Join(root.Folder, "cpuset", "cpuset.cpus"), []byte("0-1\n"), 0o644))
	must(t, root.Make("/sk5-n1"))
	must(t, root.Make("/sk5-n1"))
	given := filepath.Join(root.Folder, "cpuset", "sk5-n1", "cpuset.cpus")
	if text, err := os.ReadFile(given); err != nil || string(text) != "0-1\n" {
		t.Errorf("the cgroup has processors %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(root.Folder, "memory", "sk5-n1")); err != nil {
		t.Error(err)
	}
	must(t, os.Remove(given)) // the kernel's files go with their folder, those of this test do not
	must(t, os.MkdirAll(filepath.Join(root.Folder, "memory", "sk5-n1", "kubepods", "pod1"), 0o755))
	must(t, os.Mkdir(filepath.Join(root.Folder, "memory", "sk6-n1"), 0o755))
	must(t, root.Remove("/sk5-", soon()))
	for name, want := range map[string]bool{"sk5-n1": false, "sk6-n1": true} {
		if _, err := os.Stat(filepath.Join(root.Folder, "memory", name)); (err == nil) != want {
			t.Errorf("%s is there: %v", name, err == nil)
		}
	}
}

func TestControllersThatTheRootGaveForTheBedAreTakenBack(t *testing.T) {
	root := Cgroups{t.TempDir()}
	control := filepath.Join(root.Folder, "cgroup.subtree_control")
	must(t, os.WriteFile(filepath.Join(root.Folder, "cgroup.controllers"), []byte("cpuset cpu memory pids\n"), 0o644))
	must(t, os.WriteFile(control, []byte("cpuset cpu memory pids\n"), 0o644))
	must(t, root.takeBack("cpuset memory pids"))
	if text, err := os.ReadFile(control); err != nil || string(text) != "-cpu" { // a plain file keeps the last word
		t.Errorf("the kernel was told %q, %v", text, err)
	}
}

func TestMissingProgramsAreNamedByTheirPackages(t *testing.T) {
	there := func(path string) bool { return path != "runc" && path != "/usr/lib/cni/bridge" }
	if got := absent(programs, there); !slices.Equal(got, []string{"runc", "containernetworking-plugins"}) {
		t.Errorf("got %v", got)
	}
}
