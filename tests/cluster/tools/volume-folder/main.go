// What local-path-provisioner runs on a node to make or remove the folder of a volume, in place of its shell scripts:
// so the image needs no shell.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	folder := flag.String("p", "", "path of the volume's folder")
	action := flag.String("a", "", "create or delete")
	flag.String("s", "", "size in bytes; nothing enforces it")
	flag.String("m", "", "volume mode; nothing depends on it")
	flag.Parse()
	if err := act(*action, *folder); err != nil {
		fmt.Fprintf(os.Stderr, "volume-folder: %v\n", err)
		os.Exit(1)
	}
}

// act makes a folder that every user may write to, since nobody knows yet which one the pods have; or it removes the
// folder and all that is in it. Both may be repeated.
func act(action, folder string) error {
	if !filepath.IsAbs(folder) || filepath.Dir(filepath.Clean(folder)) == "/" {
		return fmt.Errorf("%s %q: not a folder for a volume", action, folder)
	}
	switch action {
	case "create":
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
		return os.Chmod(folder, 0o777) // whatever the umask is
	case "delete":
		return os.RemoveAll(folder)
	}
	return fmt.Errorf("the action is %q, but has to be create or delete", action)
}
