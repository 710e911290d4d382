package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// ticks is how many of the kernel's clock ticks make a second, as it tells them to programs; the same on every Linux.
const ticks = 100

// Age is how long the process has run.
func (id Identity) Age() (time.Duration, error) {
	text, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return 0, fmt.Errorf("read the time since the boot: %w", err)
	}
	first, _, _ := strings.Cut(string(text), " ")
	uptime, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0, fmt.Errorf("read the time since the boot: %w", err)
	}
	return time.Duration((uptime - float64(id.Started)/ticks) * float64(time.Second)), nil
}

// Memory is how many bytes of memory the process holds, shared ones included.
func (id Identity) Memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", id.PID))
	if err != nil {
		return 0, fmt.Errorf("read the memory of process %d: %w", id.PID, err)
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, fmt.Errorf("read the memory of process %d: too few fields in %q", id.PID, text)
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the memory of process %d: %w", id.PID, err)
	}
	return pages * int64(os.Getpagesize()), nil
}
