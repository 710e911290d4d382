package bed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"shopkeeper.dev/cluster/internal/bed/kubernetes"
	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/machine"
	"shopkeeper.dev/cluster/internal/bed/process"
)

// startProcess makes sure that a process runs in a machine, from the present program with the present settings.
func (bed *Bed) startProcess(ctx context.Context, in layout.Machine, wanted kubernetes.Process) (process.Identity, error) {
	name := in.Name + "/" + wanted.Name
	fingerprint, err := bed.fingerprint(in, wanted)
	if err != nil {
		return process.Identity{}, err
	}
	running, alive := bed.state.get(name)
	if alive && running.Fingerprint == fingerprint {
		return running.Identity, nil
	}
	if alive {
		bed.progress.say("%s is started again, with new settings", name)
		if err := process.Stop(ctx, running.Identity, stopGrace); err != nil {
			return process.Identity{}, fmt.Errorf("stop %s: %w", name, err)
		}
	} else if running.PID != 0 {
		bed.progress.say("%s had ended, and is started again", name)
	}
	init, alive := bed.state.get(in.Name)
	if !alive {
		return process.Identity{}, fmt.Errorf("start %s: machine %s does not run; `bed up` starts it", name, in.Name)
	}
	return process.Start(process.Spec{
		Arguments:   wanted.Arguments,
		Environment: machine.Environment,
		Log:         bed.Log(in.Name, wanted.Name),
		Within:      &init.Identity,
	}, func(id process.Identity) error {
		return bed.state.set(name, record{Identity: id, Fingerprint: fingerprint})
	})
}

// fingerprint changes with the program, the arguments and the machine's settings.
func (bed *Bed) fingerprint(in layout.Machine, wanted kubernetes.Process) (string, error) {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q\n", wanted.Arguments)
	program, err := os.Stat(filepath.Join(bed.Programs(), wanted.Arguments[0]))
	if err != nil {
		return "", fmt.Errorf("look at the program of %s: %w", wanted.Name, err)
	}
	fmt.Fprintf(hash, "%d %d\n", program.Size(), program.ModTime().UnixNano())
	err = filepath.WalkDir(in.Settings, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(hash, "%s %x\n", path, sha256.Sum256(content))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the settings of machine %s: %w", in.Name, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// ended tells of a process that ended by itself, with the end of what it printed.
func (bed *Bed) ended(in layout.Machine, name string) error {
	path := bed.Log(in.Name, name)
	return fmt.Errorf("%s of machine %s has ended; the end of %s:\n%s", name, in.Name, path, tail(path, 15))
}

// tail is the last lines of a file.
func tail(path string, lines int) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
