package process

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// namespaces are what a machine has for itself. The mounts come last, since /proc changes with them.
var namespaces = []struct {
	file string
	flag int
}{
	{"pid", unix.CLONE_NEWPID},
	{"uts", unix.CLONE_NEWUTS},
	{"ipc", unix.CLONE_NEWIPC},
	{"net", unix.CLONE_NEWNET},
	{"mnt", unix.CLONE_NEWNS},
}

// Within does something in the namespaces of another process: processes that are started there belong to them, files
// are found and connections made as that process would. It happens in a thread of its own, that ends afterwards.
func Within(id Identity, do func() error) error {
	if !id.Alive() {
		return fmt.Errorf("enter process %d: it has ended", id.PID)
	}
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the runtime ends a thread in that state, instead of using it again
		if err := enter(id.PID); err != nil {
			result <- fmt.Errorf("enter process %d: %w", id.PID, err)
			return
		}
		result <- do()
	}()
	return <-result
}

func enter(pid int) error {
	var files []int
	defer func() {
		for _, file := range files {
			unix.Close(file)
		}
	}()
	for _, namespace := range namespaces {
		file, err := unix.Open(fmt.Sprintf("/proc/%d/ns/%s", pid, namespace.file), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open namespace %s: %w", namespace.file, err)
		}
		files = append(files, file)
	}
	// A thread that shares its root folder with others may not change its mounts.
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("unshare the root folder: %w", err)
	}
	for i, namespace := range namespaces {
		if err := unix.Setns(files[i], namespace.flag); err != nil {
			return fmt.Errorf("join namespace %s: %w", namespace.file, err)
		}
	}
	return nil
}
