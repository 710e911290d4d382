// Package bed runs a real Kubernetes on this one machine: a control plane and nodes, each in namespaces of its own.
// What is to be is computed by the packages below this one; here it is compared with what is, and made so.
package bed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"shopkeeper.dev/cluster/internal/bed/layout"
)

// Bed is one bed of this machine, whether it is up or not.
type Bed struct {
	layout.Layout
	cache    string
	progress *progress
	state    *state
}

// Open finds the bed of that number; its files lie in the cache folder. Progress is told line by line.
func Open(number int, cache string, out io.Writer) (*Bed, error) {
	const nodes = 2
	plan, err := layout.New(number, cache, nodes)
	if err != nil {
		return nil, err
	}
	now, err := readState(plan.State())
	if err != nil {
		return nil, err
	}
	return &Bed{Layout: plan, cache: cache, progress: newProgress(out), state: now}, nil
}

// alone does something to the bed while no other command does. Commands that only look need not wait.
func (bed *Bed) alone(do func() error) error {
	if err := needRoot(); err != nil {
		return err
	}
	if err := os.MkdirAll(bed.Folder, 0o755); err != nil {
		return fmt.Errorf("make the bed's folder: %w", err)
	}
	lock, err := os.OpenFile(bed.Lock(), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("lock the bed: %w", err)
	}
	defer lock.Close() // which unlocks it
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		bed.progress.say("waiting for another command on this bed")
		if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
			return fmt.Errorf("lock the bed: %w", err)
		}
	}
	if bed.state, err = readState(bed.State()); err != nil { // which the other command may have changed
		return err
	}
	return do()
}

func needRoot() error {
	if os.Geteuid() != 0 {
		return errors.New("the bed is made of namespaces, cgroups and network links: run this as root (sudo)")
	}
	return nil
}

// progress prints what was done, with the seconds since the beginning.
type progress struct {
	out   io.Writer
	start time.Time
	mutex sync.Mutex
}

func newProgress(out io.Writer) *progress { return &progress{out: out, start: time.Now()} }

func (p *progress) say(format string, values ...any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	fmt.Fprintf(p.out, "%5.1f s  %s\n", time.Since(p.start).Seconds(), fmt.Sprintf(format, values...))
}

// each does something for every item at once. When one fails the others are told to end, and its error is returned.
func each[T any](ctx context.Context, items []T, do func(context.Context, T) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make(chan error, len(items))
	for _, item := range items {
		go func() { errs <- do(ctx, item) }()
	}
	var first error
	for range items {
		if err := <-errs; err != nil && first == nil {
			first = err
			cancel()
		}
	}
	return first
}

// together does several things at once, as each does.
func together(ctx context.Context, things ...func(context.Context) error) error {
	return each(ctx, things, func(ctx context.Context, do func(context.Context) error) error { return do(ctx) })
}

// until asks again and again whether something is so, until it is, fails or the time is over. It says last what was
// missing last.
func until(ctx context.Context, patience time.Duration, what string, ask func(context.Context) (missing string, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		missing, err := ask(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if missing == "" {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: not within %v: %s", what, patience, missing)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
