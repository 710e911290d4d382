package build

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// A failure of a command, with the end of what it printed and what to do about it.
type failure struct {
	command, folder, tail, remedy string
	cause                         error
}

func (f failure) Error() string {
	return fmt.Sprintf("%v\n%s\ncommand: %s\nin:      %s\nremedy:  %s", f.cause, f.tail, f.command, f.folder, f.remedy)
}

func (f failure) Unwrap() error { return f.cause }

// remedy is what helps against the usual causes, told from what the command complained of.
func remedy(program, complaints string, err error) string {
	says := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(complaints, word) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(err, exec.ErrNotFound) && program == "go":
		return "install Go 1.26 or later, and have it in PATH"
	case errors.Is(err, exec.ErrNotFound), says("No module named pip"):
		return "install Python with pip; on Debian and Ubuntu: apt-get install python3-pip"
	case says("no space left on device"):
		return "free some disk space: the compiler's cache wants about 8 GB, the programs 1 GB"
	case says("signal: killed", "cannot allocate memory"):
		return "the machine ran out of memory: free some, or build with GOFLAGS=-p=1"
	case says("dial tcp", "no such host", "i/o timeout", "connection refused", "TLS handshake", "Max retries exceeded", "403 Forbidden"):
		return "check that the Go module proxy (GOPROXY) and Python's package index can be reached, then run this again: what is built stays built"
	case says("checksum mismatch", "SECURITY ERROR", "DO NOT MATCH THE HASHES"):
		return "a download differs from what this repository pins: do not go on, find out why"
	case says("missing go.sum entry", "updates to go.mod needed"):
		return "go.mod was changed by hand: run `go mod tidy` in that folder"
	}
	return "run the command by hand in that folder to see all of its output"
}

// tail is the end of a text, in lines.
func tail(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
