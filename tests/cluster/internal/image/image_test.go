package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func sample(t *testing.T) Image {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, bytes.Repeat([]byte("program "), 1000), 0o700); err != nil {
		t.Fatal(err)
	}
	return Image{Name: "localhost/program:1", Files: []File{{"/usr/bin/program", program}}, Entrypoint: []string{"/usr/bin/program"}}
}

func TestAnImageHoldsItsProgramUnderTheDigestsThatItNames(t *testing.T) {
	target := filepath.Join(t.TempDir(), "image.tar")
	if err := Write(sample(t), target); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	archive := untar(t, content)

	var manifests []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if err := json.Unmarshal(archive["manifest.json"].content, &manifests); err != nil || len(manifests) != 1 {
		t.Fatalf("manifest.json: %v, %v", manifests, err)
	}
	manifest := manifests[0]
	if len(manifest.RepoTags) != 1 || manifest.RepoTags[0] != "localhost/program:1" || len(manifest.Layers) != 1 {
		t.Fatalf("manifest: %+v", manifest)
	}
	configuration := archive[manifest.Config].content
	if manifest.Config != digest(configuration)+".json" {
		t.Errorf("the configuration is called %s", manifest.Config)
	}
	var settings struct {
		OS     string
		Config struct {
			User       string
			Entrypoint []string
		}
		Rootfs struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	if err := json.Unmarshal(configuration, &settings); err != nil {
		t.Fatal(err)
	}
	if settings.Config.User != User || settings.OS != "linux" || strings.Join(settings.Config.Entrypoint, " ") != "/usr/bin/program" {
		t.Errorf("configuration: %+v", settings)
	}
	layer := archive[manifest.Layers[0]].content
	if len(settings.Rootfs.DiffIDs) != 1 || settings.Rootfs.DiffIDs[0] != "sha256:"+digest(layer) {
		t.Errorf("the layer is %s, but the configuration names %v", digest(layer), settings.Rootfs.DiffIDs)
	}
	files := untar(t, layer)
	program := files["usr/bin/program"]
	if program.mode != 0o755 || !bytes.Equal(program.content, bytes.Repeat([]byte("program "), 1000)) {
		t.Errorf("the program has mode %o and %d bytes", program.mode, len(program.content))
	}
	if files["tmp/"].mode != 0o1777 || files["usr/"].mode != 0o755 || files["usr/bin/"].mode != 0o755 {
		t.Errorf("folders: %v", files)
	}
}

func TestTheSameProgramGivesTheSameBytesAtAnotherTime(t *testing.T) {
	image := sample(t)
	var once, again bytes.Buffer
	if err := write(image, &once); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(image.Files[0].Source, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if err := write(image, &again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(once.Bytes(), again.Bytes()) {
		t.Error("the two images differ")
	}
}

func TestAMissingProgramIsAnErrorThatNamesItAndLeavesNoFile(t *testing.T) {
	folder := t.TempDir()
	image := Image{Name: "localhost/none:1", Files: []File{{"/none", filepath.Join(folder, "none")}}}
	err := Write(image, filepath.Join(folder, "image.tar"))
	if err == nil || !strings.Contains(err.Error(), "localhost/none:1") {
		t.Errorf("error: %v", err)
	}
	if entries, _ := os.ReadDir(folder); len(entries) > 0 {
		t.Errorf("left behind: %v", entries)
	}
}

type entry struct {
	mode    int64
	content []byte
}

func untar(t *testing.T, content []byte) map[string]entry {
	t.Helper()
	entries := map[string]entry{}
	archive := tar.NewReader(bytes.NewReader(content))
	for {
		header, err := archive.Next()
		if err == io.EOF {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		file, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		entries[header.Name] = entry{header.Mode, file}
	}
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
