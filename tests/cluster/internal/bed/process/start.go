package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Gate is the command under which this program has to call RunGate: what Start starts first.
const Gate = "start-when-recorded"

// Spec is a process to start.
type Spec struct {
	// Arguments begin with the program, by its path or to be found in the PATH of Environment.
	Arguments   []string
	Environment []string
	// Log is the file to which its output is appended.
	Log string
	// Namespaces are the CLONE_NEW… flags of those that it gets for itself.
	Namespaces uintptr
	// Within starts it in the namespaces of another process, if set.
	Within *Identity
}

// Start starts a process that outlives this one. It does not run before record has returned without an error, so
// that there is no moment, whatever happens to the caller, when a process runs that nobody knows of.
func Start(spec Spec, record func(Identity) error) (Identity, error) {
	name := filepath.Base(spec.Arguments[0])
	if err := os.MkdirAll(filepath.Dir(spec.Log), 0o755); err != nil {
		return Identity{}, fmt.Errorf("start %s: %w", name, err)
	}
	log, err := os.OpenFile(spec.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return Identity{}, fmt.Errorf("start %s: %w", name, err)
	}
	defer log.Close()
	closed, gate, err := os.Pipe()
	if err != nil {
		return Identity{}, fmt.Errorf("start %s: %w", name, err)
	}
	defer gate.Close()

	command := exec.Command("/proc/self/exe", append([]string{Gate}, spec.Arguments...)...)
	command.Env = spec.Environment
	command.Stdout, command.Stderr = log, log
	command.Dir = "/"
	command.ExtraFiles = []*os.File{closed}
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: spec.Namespaces}
	if spec.Within == nil {
		err = command.Start()
	} else {
		err = Within(*spec.Within, command.Start)
	}
	closed.Close()
	if err != nil {
		return Identity{}, fmt.Errorf("start %s: %w", name, err)
	}
	go command.Wait() // so that it does not stay a zombie while this program runs

	identity, err := Identify(command.Process.Pid)
	if err == nil {
		err = record(identity)
	}
	if err == nil {
		_, err = gate.Write([]byte{1})
	}
	if err != nil {
		return Identity{}, fmt.Errorf("start %s: %w", name, err)
	}
	return identity, nil
}

// RunGate waits for the word that the process is recorded and becomes the program that the arguments name. If the
// starter dies first, it ends.
func RunGate(arguments []string) error {
	const gate = 3 // the first of exec.Cmd.ExtraFiles
	word := make([]byte, 1)
	file := os.NewFile(gate, "gate")
	if _, err := io.ReadFull(file, word); err != nil {
		return errors.New("not started: the command that would have started this ended first")
	}
	file.Close()
	program, err := exec.LookPath(arguments[0])
	if err != nil {
		return fmt.Errorf("start %s: %w", arguments[0], err)
	}
	return fmt.Errorf("start %s: %w", program, syscall.Exec(program, arguments, os.Environ()))
}
