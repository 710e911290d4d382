// Package build makes the programs and manifests of the bed once and keeps them in a cache, each part in a folder whose
// name changes with all that the part is made from. It compiles and downloads; what is then done with it is not its
// business.
package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Binaries are the programs that All made, and the manifests that came with them.
type Binaries struct {
	programs  map[string]string
	manifests map[string]string
	versions  map[string]string
}

func noBinaries() Binaries {
	return Binaries{map[string]string{}, map[string]string{}, map[string]string{}}
}

// Path is where the program of that name is. A name that no part makes is a mistake in the bed itself.
func (b Binaries) Path(program string) string {
	return known(b.programs, program, "program")
}

// Has tells whether the program was made: Bare makes few.
func (b Binaries) Has(program string) bool {
	_, there := b.programs[program]
	return there
}

// Manifests is the folder with the manifests that came with a part.
func (b Binaries) Manifests(part string) string {
	return known(b.manifests, part, "part with manifests")
}

// Version is that of the part which makes the program, without a leading v; "own" where the program is our own.
func (b Binaries) Version(program string) string {
	return known(b.versions, program, "program")
}

// Tag is the version with the part's key: it is another one as soon as the program is made from anything else.
func (b Binaries) Tag(program string) string {
	folder := filepath.Base(filepath.Dir(b.Path(program)))
	return b.Version(program) + folder[strings.LastIndex(folder, "-"):]
}

func known(among map[string]string, name, kind string) string {
	value, there := among[name]
	if !there {
		panic(fmt.Sprintf("the bed builds no %s %q", kind, name))
	}
	return value
}

// Source is the folder tests/cluster, from which the parts are built. The bed's program is told when it is linked.
var Source string

// All makes sure of every part; cache is the folder in which `cluster/bin` is kept. A part that is being built by
// another process is waited for. progress gets a line or two per part.
//
// # Errors
//
// A part could not be built: the error has the end of what the compiler said, and the remedy.
func All(ctx context.Context, cache string, progress io.Writer) (Binaries, error) {
	return some(ctx, cache, progress, parts)
}

// bare are the parts that a cluster needs to run pods, without any add-on.
var bare = []string{"kubernetes", "etcd", "containerd", "pause", "policy", "probe"}

// Bare makes sure of what a cluster without add-ons needs, as All does of every part.
func Bare(ctx context.Context, cache string, progress io.Writer) (Binaries, error) {
	return some(ctx, cache, progress, slices.DeleteFunc(slices.Clone(parts), func(part part) bool {
		return !slices.Contains(bare, part.name)
	}))
}

func some(ctx context.Context, cache string, progress io.Writer, parts []part) (Binaries, error) {
	binaries := noBinaries()
	if Source == "" {
		return binaries, errors.New("the bed does not know its sources: run it as tests/cluster/bed")
	}
	shop := workshop{source: Source, folder: filepath.Join(cache, "cluster", "bin"), progress: progress}
	if err := os.MkdirAll(shop.folder, 0o755); err != nil {
		return binaries, fmt.Errorf("making the cache: %w", err)
	}
	toolchain, err := goVersion(ctx, Source)
	if err != nil {
		return binaries, err
	}
	for _, part := range parts {
		if err := shop.make(ctx, part, toolchain, &binaries); err != nil {
			return binaries, err
		}
	}
	return binaries, nil
}

// A workshop knows where parts are made from, where they are put, and who wants to hear about it.
type workshop struct {
	source, folder string
	progress       io.Writer
}

// make leaves the part in the cache and notes what it has. The folder of a part appears in one step, when it is whole.
func (shop workshop) make(ctx context.Context, part part, toolchain string, binaries *Binaries) error {
	version, err := part.version(shop.source)
	if err != nil {
		return err
	}
	key, err := part.key(shop.source, version, toolchain)
	if err != nil {
		return err
	}
	finished := filepath.Join(shop.folder, part.name+"-"+version+"-"+key)
	title := part.name + " " + version
	for program := range part.programs {
		binaries.programs[program] = filepath.Join(finished, program)
		binaries.versions[program] = version
	}
	if len(part.manifests) > 0 {
		binaries.manifests[part.name] = filepath.Join(finished, "manifests")
	}

	if exists(finished) {
		fmt.Fprintf(shop.progress, "%-34s cached, %s\n", title, size(finished))
		return nil
	}
	lock, err := acquire(ctx, filepath.Join(shop.folder, part.name+".lock"), func() {
		fmt.Fprintf(shop.progress, "%-34s another process builds it, waiting\n", title)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", title, err)
	}
	defer lock.release()
	if exists(finished) {
		fmt.Fprintf(shop.progress, "%-34s cached by another process, %s\n", title, size(finished))
		return nil
	}

	fmt.Fprintf(shop.progress, "%-34s building\n", title)
	started := time.Now()
	unfinished := filepath.Join(shop.folder, part.name+".unfinished") // ours, as long as the lock is
	if err := errors.Join(os.RemoveAll(unfinished), os.Mkdir(unfinished, 0o755)); err != nil {
		return fmt.Errorf("%s: %w", title, err)
	}
	defer os.RemoveAll(unfinished)
	if err := part.build(ctx, filepath.Join(shop.source, part.folder), version, unfinished); err != nil {
		return fmt.Errorf("%s: %w", title, err)
	}
	if err := os.Rename(unfinished, finished); err != nil {
		return fmt.Errorf("%s: %w", title, err)
	}
	fmt.Fprintf(shop.progress, "%-34s built in %.0f s, %s\n", title, time.Since(started).Seconds(), size(finished))
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// size is what the files below the folder hold together, in words.
func size(folder string) string {
	var bytes int64
	_ = filepath.Walk(folder, func(_ string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			bytes += info.Size()
		}
		return nil
	})
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}
