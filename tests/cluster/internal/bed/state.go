package bed

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"shopkeeper.dev/cluster/internal/bed/process"
)

// record is a process that the bed has started.
type record struct {
	process.Identity
	// Fingerprint is that of the program, its arguments and its settings.
	Fingerprint string `json:"fingerprint"`
}

// state is what the bed has started, kept in a file: machines by their names ("n1"), and processes in them by both
// names ("n1/kubelet"). Whether they still run, only the kernel knows.
type state struct {
	path    string
	mutex   sync.Mutex
	records map[string]record
}

func readState(path string) (*state, error) {
	now := &state{path: path, records: map[string]record{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return now, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &now.records)
	}
	if err != nil {
		return now, fmt.Errorf("read the bed's state %s: %w", path, err)
	}
	return now, nil
}

// get returns what was started under that name, and whether it runs.
func (now *state) get(name string) (record, bool) {
	now.mutex.Lock()
	defer now.mutex.Unlock()
	found, known := now.records[name]
	return found, known && found.Alive()
}

// set keeps what was started; it is on disk when this returns.
func (now *state) set(name string, started record) error {
	now.mutex.Lock()
	defer now.mutex.Unlock()
	now.records[name] = started
	text, err := json.MarshalIndent(now.records, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(now.path), 0o755); err != nil {
		return fmt.Errorf("keep the bed's state: %w", err)
	}
	if err := os.WriteFile(now.path+".new", text, 0o644); err != nil {
		return fmt.Errorf("keep the bed's state: %w", err)
	}
	if err := os.Rename(now.path+".new", now.path); err != nil {
		return fmt.Errorf("keep the bed's state: %w", err)
	}
	return nil
}
