// Package image writes images of programs that need nothing but themselves, as tar files that containerd, kind, k3d
// and Docker can load (the format of `docker save`). The same programs give the same bytes, on any day and machine.
package image

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"runtime"
	"strings"
)

// User is who programs run as unless a pod says otherwise: nobody in particular, and not root.
const User = "65532:65532"

// Image is what a tar file is to hold.
type Image struct {
	// Name is the full name, with a tag: localhost/coredns:1.
	Name string
	// Files are the paths in the image, and the files of this machine they are copies of.
	Files []File
	// Entrypoint is the command that a container runs.
	Entrypoint []string
	// User overrides User.
	User string
}

// File is a program: everybody may read and run it.
type File struct{ Path, Source string }

// Write writes the image to a file, whole or not at all.
func Write(image Image, target string) error {
	unfinished, err := os.CreateTemp(path.Dir(target), "unfinished-*.tar")
	if err != nil {
		return fmt.Errorf("write image %s: %w", image.Name, err)
	}
	defer os.Remove(unfinished.Name())
	defer unfinished.Close()
	if err := write(image, unfinished); err != nil {
		return fmt.Errorf("write image %s: %w", image.Name, err)
	}
	if err := unfinished.Chmod(0o644); err != nil {
		return fmt.Errorf("write image %s: %w", image.Name, err)
	}
	return os.Rename(unfinished.Name(), target)
}

// write reads the layer's files twice, since a tar file names the size and the digest of what it holds beforehand.
func write(image Image, to io.Writer) error {
	digest, size := sha256.New(), &counter{}
	if err := writeLayer(image.Files, io.MultiWriter(digest, size)); err != nil {
		return err
	}
	layer := hex.EncodeToString(digest.Sum(nil))
	configuration, err := json.Marshal(configurationOf(image, layer))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(configuration)
	name := hex.EncodeToString(sum[:]) + ".json"
	manifest, err := json.Marshal([]map[string]any{{
		"Config": name, "RepoTags": []string{image.Name}, "Layers": []string{layer + ".tar"}}})
	if err != nil {
		return err
	}

	archive := tar.NewWriter(to)
	for _, file := range []struct {
		name    string
		content []byte
	}{{"manifest.json", manifest}, {name, configuration}} {
		if err := archive.WriteHeader(header(file.name, int64(len(file.content)), 0o644)); err != nil {
			return err
		}
		if _, err := archive.Write(file.content); err != nil {
			return err
		}
	}
	if err := archive.WriteHeader(header(layer+".tar", size.bytes, 0o644)); err != nil {
		return err
	}
	again := sha256.New()
	if err := writeLayer(image.Files, io.MultiWriter(archive, again)); err != nil {
		return err
	}
	if hex.EncodeToString(again.Sum(nil)) != layer {
		return fmt.Errorf("a file changed while it was read")
	}
	return archive.Close()
}

// configurationOf is the image's configuration, as the OCI image specification has it.
func configurationOf(image Image, layer string) map[string]any {
	user := image.User
	if user == "" {
		user = User
	}
	return map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"created":      "1970-01-01T00:00:00Z", // any fixed time: the same content is the same image
		"config": map[string]any{
			"Entrypoint": image.Entrypoint,
			"User":       user,
			"WorkingDir": "/",
			"Env":        []string{"PATH=/bin"},
		},
		"rootfs":  map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + layer}},
		"history": []map[string]any{{"created": "1970-01-01T00:00:00Z", "created_by": "the test bed"}},
	}
}

// writeLayer writes the files with the folders above them, and a /tmp, as every program expects one.
func writeLayer(files []File, to io.Writer) error {
	archive := tar.NewWriter(to)
	made := map[string]bool{"/": true}
	var folder func(name string, mode int64) error
	folder = func(name string, mode int64) error {
		if made[name] {
			return nil
		}
		if err := folder(path.Dir(name), 0o755); err != nil {
			return err
		}
		made[name] = true
		entry := header(strings.TrimPrefix(name, "/")+"/", 0, mode)
		entry.Typeflag = tar.TypeDir
		return archive.WriteHeader(entry)
	}
	if err := folder("/tmp", 0o1777); err != nil {
		return err
	}
	for _, file := range files {
		if err := folder(path.Dir(file.Path), 0o755); err != nil {
			return err
		}
		if err := copyFile(archive, file); err != nil {
			return err
		}
	}
	return archive.Close()
}

func copyFile(archive *tar.Writer, file File) error {
	source, err := os.Open(file.Source)
	if err != nil {
		return err
	}
	defer source.Close()
	info, err := source.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(header(strings.TrimPrefix(file.Path, "/"), info.Size(), 0o755)); err != nil {
		return err
	}
	_, err = io.Copy(archive, source)
	return err
}

// header leaves out the time and the owner, so that they are always the same.
func header(name string, size, mode int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: mode, Format: tar.FormatUSTAR}
}

// A counter counts what is written to it.
type counter struct{ bytes int64 }

func (c *counter) Write(data []byte) (int, error) {
	c.bytes += int64(len(data))
	return len(data), nil
}
