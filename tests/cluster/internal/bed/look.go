package bed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"shopkeeper.dev/cluster/internal/bed/machine"
)

// Exec runs a command in a machine, with this command's input and output. The error is an exec.ExitError if the
// command itself failed.
func (bed *Bed) Exec(ctx context.Context, name string, arguments []string) error {
	if err := needRoot(); err != nil {
		return err
	}
	init, alive := bed.state.get(name)
	if !alive || strings.Contains(name, "/") {
		return fmt.Errorf("machine %q does not run; `bed status` lists those that do", name)
	}
	command := machine.Command(ctx, arguments...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	return machine.RunCommand(init.Identity, command)
}

// Kubectl runs kubectl as the bed's administrator.
func (bed *Bed) Kubectl(ctx context.Context, arguments []string) error {
	if err := bed.needUp(); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, filepath.Join(bed.Programs(), "kubectl"), arguments...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Env = append(os.Environ(), "KUBECONFIG="+bed.Kubeconfig())
	return command.Run()
}

// PrintLog prints the log of a process, such as n1/kubelet, and then what is added to it if it is to follow.
func (bed *Bed) PrintLog(ctx context.Context, out io.Writer, name string, follow bool) error {
	inside, process, found := strings.Cut(name, "/")
	path := bed.Log(inside, process)
	if _, err := os.Stat(path); !found || err != nil {
		return fmt.Errorf("there is no log %q; `bed logs` lists them", name)
	}
	arguments := []string{"--lines=+1", path}
	if follow {
		arguments = append([]string{"--follow"}, arguments...)
	}
	command := exec.CommandContext(ctx, "tail", arguments...)
	command.Stdout, command.Stderr = out, os.Stderr
	if err := command.Run(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("print %s: %w", path, err)
	}
	return nil
}

// ListLogs prints the names of the processes that have one, with the sizes in bytes.
func (bed *Bed) ListLogs(out io.Writer) error {
	entries, err := os.ReadDir(bed.Logs())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("list the logs: %w", err)
	}
	for _, entry := range entries {
		inside, process, _ := strings.Cut(strings.TrimSuffix(entry.Name(), ".log"), "-")
		size := int64(0)
		if info, err := entry.Info(); err == nil {
			size = info.Size()
		}
		fmt.Fprintf(out, "%-24s %9d bytes  %s\n", inside+"/"+process, size, filepath.Join(bed.Logs(), entry.Name()))
	}
	return nil
}
