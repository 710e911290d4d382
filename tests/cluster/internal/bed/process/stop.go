package process

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Kill ends the process at once and waits until it is gone.
func Kill(ctx context.Context, id Identity) error { return signal(ctx, id, syscall.SIGKILL) }

// Stop asks the process to end, and kills it if it still runs after the grace.
func Stop(ctx context.Context, id Identity, grace time.Duration) error {
	patience, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if err := signal(patience, id, syscall.SIGTERM); err == nil || ctx.Err() != nil {
		return err
	}
	return Kill(ctx, id)
}

// signal sends a signal and waits for the end. A process that has ended already is no error.
func signal(ctx context.Context, id Identity, which syscall.Signal) error {
	if !id.Alive() {
		return nil
	}
	if err := syscall.Kill(id.PID, which); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("send %v to process %d: %w", which, id.PID, err)
	}
	for id.Alive() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("process %d still runs after %v: %w", id.PID, which, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}
