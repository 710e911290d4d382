package build

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheKeyChangesWithEverythingThePartIsMadeFrom(t *testing.T) {
	source := t.TempDir()
	write(t, source, "tools/tool/go.mod", "require example.org/tool v1.2.3\n")
	write(t, source, "tools/tool/go.sum", "a\n")
	write(t, source, "tools/tool/main.go", "package main\n")
	tool := part{name: "tool", folder: "tools/tool", module: "example.org/tool", programs: map[string]string{"a": ".", "b": "b"}}
	key := func(p part, version, toolchain string) string {
		key, err := p.key(source, version, toolchain)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}

	seen := map[string]string{key(tool, "1", "go1"): "the first key"}
	if _, same := seen[key(tool, "1", "go1")]; !same {
		t.Fatal("the key of the same part differs from time to time")
	}
	write(t, source, "tools/tool/main_test.go", "package main\n")
	if _, same := seen[key(tool, "1", "go1")]; !same {
		t.Error("a test, which no program contains, changed the key")
	}
	fresh := func(what, key string) {
		if before, same := seen[key]; same {
			t.Errorf("%s: the key is still that of: %s", what, before)
		}
		seen[key] = what
	}
	fresh("another version", key(tool, "2", "go1"))
	fresh("another toolchain", key(tool, "1", "go2"))
	other := tool
	other.flags = func(string) []string { return []string{"-tags=x"} }
	fresh("other flags", key(other, "1", "go1"))
	other = tool
	other.programs = map[string]string{"a": ".", "b": "c"}
	fresh("another package", key(other, "1", "go1"))
	other = tool
	other.manifests = []string{"*.yaml"}
	fresh("manifests", key(other, "1", "go1"))
	write(t, source, "tools/tool/go.sum", "b\n")
	fresh("another go.sum", key(tool, "1", "go1"))
	write(t, source, "tools/tool/main.go", "package main // changed\n")
	fresh("another source", key(tool, "1", "go1"))
	write(t, source, "tools/tool/sub/more.go", "package sub\n")
	fresh("one more file", key(tool, "1", "go1"))
}

func TestTheVersionIsTheOneThatTheRequirementsName(t *testing.T) {
	for _, try := range []struct{ requirements, module, separator, version string }{
		{"module m\n\nrequire example.org/tool v1.2.3\n", "example.org/tool", " v", "1.2.3"},
		{"require (\n\texample.org/tool/v2 v2.0.1 // why\n\texample.org/tool v1.0.0\n)\n", "example.org/tool", " v", "1.0.0"},
		{"# a remark\ntool-bin==3.7.15 --hash=sha256:00\n", "tool-bin", "==", "3.7.15"},
	} {
		if version, found := required(try.requirements, try.module, try.separator); !found || version != try.version {
			t.Errorf("%q: found %v %q", try.requirements, found, version)
		}
	}
	if version, found := required("module example.org/tool\n", "example.org/tool", " v"); found {
		t.Errorf("a version %q where none is required", version)
	}
}

func TestEveryPartOfThisRepositoryHasAVersionAndAKeyOfItsOwn(t *testing.T) {
	source := filepath.Join("..", "..")
	programs := map[string]string{}
	for _, part := range parts {
		version, err := part.version(source)
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := part.key(source, version, "go1"); err != nil {
			t.Error(err)
		}
		if part.module != "" && !exists(filepath.Join(source, part.folder, "go.sum")) && !part.fromWheel() {
			t.Errorf("%s has no go.sum: what it is made from is not pinned", part.name)
		}
		for program := range part.programs {
			if other, twice := programs[program]; twice {
				t.Errorf("%s and %s both make %s", other, part.name, program)
			}
			programs[program] = part.name
		}
	}
}

func TestTheReleaseOfPrometheusIsReadOffItsModulesVersion(t *testing.T) {
	for module, release := range map[string]string{"0.310.0": "3.10.0", "0.305.2": "3.5.2", "0.300.1": "3.0.1", "1.0.0": "1.0.0"} {
		if got := PrometheusRelease(module); got != release {
			t.Errorf("%s: %s, not %s", module, got, release)
		}
	}
}

func write(t *testing.T, source, name, content string) {
	t.Helper()
	path := filepath.Join(source, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
