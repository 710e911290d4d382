// Package process knows a process for longer than one run of a command: who it is, whether it lives, how to start
// it so that it is never unknown, and how to stop it.
package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// Identity is one process and no other: its number is used again after its end, and again after a reboot, so the
// time of its start and the boot belong to it.
type Identity struct {
	PID int `json:"pid"`
	// Started is in clock ticks after the boot, as the kernel tells it.
	Started uint64 `json:"started"`
	// Boot is the kernel's random name of the boot.
	Boot string `json:"boot"`
}

// Identify tells who has the number now.
func Identify(pid int) (Identity, error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Identity{}, fmt.Errorf("identify process %d: %w", pid, err)
	}
	_, started, err := parseStat(line)
	if err != nil {
		return Identity{}, fmt.Errorf("identify process %d: %w", pid, err)
	}
	return Identity{PID: pid, Started: started, Boot: boot()}, nil
}

// Alive tells whether this process runs. One that has ended and whose parent has not noticed does not.
func (id Identity) Alive() bool {
	if id.PID <= 0 || id.Boot != boot() {
		return false
	}
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id.PID))
	if err != nil {
		return false
	}
	state, started, err := parseStat(line)
	return err == nil && started == id.Started && state != 'Z' && state != 'X'
}

// parseStat reads the state and the time of start from a line of /proc/PID/stat. The second field is the program's
// name in parentheses, and may itself contain parentheses and spaces.
func parseStat(line []byte) (state byte, started uint64, err error) {
	end := bytes.LastIndexByte(line, ')')
	if end < 0 {
		return 0, 0, fmt.Errorf("no program's name in %q", line)
	}
	fields := strings.Fields(string(line[end+1:]))
	const startedField = 22 - 3 // fields are counted from 1, and the first here is the third
	if len(fields) <= startedField {
		return 0, 0, fmt.Errorf("too few fields in %q", line)
	}
	started, err = strconv.ParseUint(fields[startedField], 10, 64)
	if err != nil {
		return 0, 0, fmt.Errorf("time of start: %w", err)
	}
	return fields[0][0], started, nil
}

// boot is the kernel's random name of this boot.
var boot = sync.OnceValue(func() string {
	name, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(name))
})

// Boot is the kernel's random name of this boot.
func Boot() string { return boot() }
