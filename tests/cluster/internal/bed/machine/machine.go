package machine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"shopkeeper.dev/cluster/internal/bed/process"
)

// Path is where programs are looked for in a machine: first those of the bed.
const Path = Programs + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Environment is that of every process in a machine; nothing of the caller's gets in. The two limits, in seconds, are
// those after which Kubernetes' clients give up a connection that is silent: usually 45 s together, which is how long a
// node would take to come back after its cable was out.
var Environment = []string{"PATH=" + Path, "HOME=/run", "LC_ALL=C.UTF-8",
	"HTTP2_READ_IDLE_TIMEOUT_SECONDS=4", "HTTP2_PING_TIMEOUT_SECONDS=2"}

// setUpTime is how long an init may take to set its machine up, which takes some milliseconds.
const setUpTime = 10 * time.Second

// Start starts a machine: an init, and nothing else.
func Start(ctx context.Context, spec Spec, log string, record func(process.Identity) error) (process.Identity, error) {
	init, err := process.Start(process.Spec{
		Arguments:   []string{"/proc/self/exe", Init, spec.argument()},
		Environment: Environment,
		Log:         log,
		Namespaces:  syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
	}, record)
	if errors.Is(err, syscall.EPERM) {
		return init, fmt.Errorf("start machine %s: %w: root is not enough here, namespaces want CAP_SYS_ADMIN; a container has to be privileged", spec.Name, err)
	}
	if err != nil {
		return init, fmt.Errorf("start machine %s: %w", spec.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, setUpTime)
	defer cancel()
	for {
		if _, err := os.Stat(Inside(init, Ready)); err == nil {
			return init, nil
		}
		if !init.Alive() {
			return init, fmt.Errorf("start machine %s: its init ended; see %s", spec.Name, log)
		}
		select {
		case <-ctx.Done():
			return init, fmt.Errorf("start machine %s: not set up: %w; see %s", spec.Name, ctx.Err(), log)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Inside is the host's name of a file in a machine.
func Inside(init process.Identity, path string) string {
	return filepath.Join("/proc", fmt.Sprint(init.PID), "root", path)
}

// Run runs a short command in the machine and returns what it printed.
func Run(ctx context.Context, init process.Identity, arguments ...string) (string, error) {
	var output bytes.Buffer
	command := Command(ctx, arguments...)
	command.Stdout, command.Stderr = &output, &output
	if err := RunCommand(init, command); err != nil {
		return output.String(), fmt.Errorf("%s: %w: %s", strings.Join(arguments, " "), err, strings.TrimSpace(output.String()))
	}
	return output.String(), nil
}

// Command is a command for RunCommand. Its program is found in the machine, not here.
func Command(ctx context.Context, arguments ...string) *exec.Cmd {
	// env looks for the program when it already runs in the machine; exec.Command would do so on the host.
	command := exec.CommandContext(ctx, "/usr/bin/env", arguments...)
	command.Env = Environment
	command.Dir = "/"
	return command
}

// RunCommand runs a command in the machine, to its end.
func RunCommand(init process.Identity, command *exec.Cmd) error {
	if err := process.Within(init, command.Start); err != nil {
		return err
	}
	return command.Wait()
}

// WaitForSocket waits until something listens on a Unix socket of the machine, or the process that should do so ends.
func WaitForSocket(ctx context.Context, init, listener process.Identity, path string) error {
	for {
		connection, err := net.Dial("unix", Inside(init, path))
		if err == nil {
			return connection.Close()
		}
		if !listener.Alive() {
			return errors.New("it ended")
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it does not listen on %s: %w", path, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Orphans finds the inits of machines whose name begins with a prefix, whether anybody has recorded them or not.
func Orphans(prefix string) []process.Identity {
	var found []process.Identity
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil {
			continue // it has just ended
		}
		if !isInit(line, prefix) {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(file, "/proc/%d/cmdline", &pid); err != nil {
			continue
		}
		if id, err := process.Identify(pid); err == nil {
			found = append(found, id)
		}
	}
	return found
}

// isInit tells whether a line of /proc/PID/cmdline is that of an init of such a machine.
func isInit(line []byte, prefix string) bool {
	arguments := strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
	return len(arguments) == 3 && arguments[1] == Init && strings.HasPrefix(arguments[2], `{"name":"`+prefix)
}
