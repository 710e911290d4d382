package build

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// version is that of the part's module in its go.mod or requirements.txt, without a leading v; "own" for our own.
func (p part) version(source string) (string, error) {
	if p.module == "" {
		return "own", nil
	}
	name, separator := "go.mod", " v"
	if p.fromWheel() {
		name, separator = "requirements.txt", "=="
	}
	path := filepath.Join(source, p.folder, name)
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("the version of %s: %w", p.name, err)
	}
	version, found := required(string(content), p.module, separator)
	if !found {
		return "", fmt.Errorf("the version of %s: %s does not require %s", p.name, path, p.module)
	}
	return version, nil
}

// required finds the version that a list of requirements, one a line, has for a module.
func required(requirements, module, separator string) (string, bool) {
	for line := range strings.Lines(requirements) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if version, found := strings.CutPrefix(line, module+separator); found {
			return strings.Fields(version)[0], true
		}
	}
	return "", false
}

// key changes with everything that the part is made from: version, toolchain, flags, and each file of its folder.
func (p part) key(source, version, toolchain string) (string, error) {
	sum := sha256.New()
	write := func(field string) { fmt.Fprintf(sum, "%d:%s,", len(field), field) }
	for _, field := range []string{p.name, version, toolchain, runtime.GOOS, runtime.GOARCH} {
		write(field)
	}
	for _, fields := range [][]string{p.buildFlags(version), p.manifests, p.commands()} {
		write(fmt.Sprint(len(fields)))
		for _, field := range fields {
			write(field)
		}
	}
	folder := filepath.Join(source, p.folder)
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		write(filepath.ToSlash(name))
		write(string(content))
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("the key of %s: %w", p.name, err)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12], nil
}

func (p part) buildFlags(version string) []string {
	if p.flags == nil {
		return variables("")
	}
	return p.flags(version)
}

// commands are the programs with their packages, in a fixed order.
func (p part) commands() []string {
	var commands []string
	for program, pkg := range p.programs {
		commands = append(commands, program+"="+pkg)
	}
	slices.Sort(commands)
	return commands
}
