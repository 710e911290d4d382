// Package addons are what a cluster has besides Kubernetes itself: names, volumes, metrics, ingress and monitoring.
// It makes their images, renders their manifests, and waits until they serve.
package addons

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"shopkeeper.dev/cluster/internal/build"
	"shopkeeper.dev/cluster/internal/image"
)

// An imageOf is the image of one program. Its tag is the program's, unless others know the image by a fixed one.
type imageOf struct{ program, tag string }

var images = []imageOf{
	{program: "pause", tag: "1"}, // containerd's settings name it
	{program: "coredns"},
	{program: "metrics-server"},
	{program: "local-path-provisioner"},
	{program: "volume-folder"},
	{program: "traefik"},
	{program: "prometheus-operator"},
	{program: "prometheus-config-reloader"},
	{program: "prometheus"},
	{program: "probe", tag: "1"}, // the suites name it
}

// programs is what this package needs to know of the programs that were built.
type programs interface {
	Path(program string) string
	Tag(program string) string
}

// describe says what the program's image is: prometheus-operator expects its reloader in /bin, so all are there.
func (i imageOf) describe(built programs) image.Image {
	path := "/bin/" + i.program
	return image.Image{
		Name:       i.name(built),
		Files:      []image.File{{Path: path, Source: built.Path(i.program)}},
		Entrypoint: []string{path},
	}
}

func (i imageOf) name(built programs) string {
	tag := i.tag
	if tag == "" {
		tag = built.Tag(i.program)
	}
	return "localhost/" + i.program + ":" + tag
}

// Archive is an image as a tar file.
type Archive struct {
	Name, File string
	// Fixed says that the name does not change with the content: that an image of this name is there says nothing.
	Fixed bool
}

// Images makes sure of the images of all add-ons whose programs were made, below `cluster/images` of the cache. Those that are there already are
// not made again. say is told of each that is.
func Images(built build.Binaries, cache string, say func(format string, values ...any)) ([]Archive, error) {
	folder := filepath.Join(cache, "cluster", "images")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("making the images: %w", err)
	}
	var archives []Archive
	for _, one := range images {
		if !built.Has(one.program) {
			continue // a bare bed
		}
		file := filepath.Join(folder, one.program+"-"+built.Tag(one.program)+".tar")
		archives = append(archives, Archive{one.name(built), file, one.tag != ""})
		if _, err := os.Stat(file); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		started := time.Now()
		description := one.describe(built)
		if err := image.Write(description, file); err != nil {
			return nil, err
		}
		say("image %s made in %.1f s", description.Name, time.Since(started).Seconds())
	}
	return archives, nil
}
