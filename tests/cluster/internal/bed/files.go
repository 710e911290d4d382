package bed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// writeFile writes a file whole or not at all, with the folders above it, and leaves it alone if it is right.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	if now, err := os.ReadFile(path); err == nil && string(now) == string(content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.WriteFile(path+".new", content, mode); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// linkFile gives a file a second name; both lie in the cache, so on one disk.
func linkFile(old, link string) error {
	was, err := os.Stat(old)
	if err != nil {
		return fmt.Errorf("find program %s: %w", filepath.Base(old), err)
	}
	if is, err := os.Stat(link); err == nil && os.SameFile(was, is) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Link(old, link)
}
