package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAFolderIsMadeForAllUsersAndRemovedWithItsFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "volumes", "pvc-1")
	for range 2 {
		if err := act("create", folder); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != 0o777 {
		t.Fatalf("mode %v, error %v", info, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "file"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := act("delete", folder); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Fatalf("the folder is still there: %v", err)
	}
}

func TestTheRootAndRelativePathsAndUnknownActionsAreRefused(t *testing.T) {
	for _, try := range [][2]string{{"delete", "/"}, {"delete", "/etc"}, {"delete", ""}, {"create", "a/b"}, {"erase", "/a/b"}} {
		if err := act(try[0], try[1]); err == nil {
			t.Errorf("%s %q was accepted", try[0], try[1])
		}
	}
}
