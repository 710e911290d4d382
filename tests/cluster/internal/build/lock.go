package build

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

// A lock on a file, which the kernel releases when its holder ends in whatever way.
type lock struct{ file *os.File }

// acquire waits for the lock as long as ctx lasts; busy is called once if somebody else holds it.
func acquire(ctx context.Context, path string, busy func()) (lock, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return lock{}, fmt.Errorf("opening the lock: %w", err)
	}
	told := false
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return lock{file}, nil
		}
		if err != syscall.EWOULDBLOCK {
			file.Close()
			return lock{}, fmt.Errorf("locking %s: %w", path, err)
		}
		if !told {
			busy()
			told = true
		}
		select {
		case <-ctx.Done():
			file.Close()
			return lock{}, fmt.Errorf("waiting for %s: %w", path, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (l lock) release() { l.file.Close() }
