package main

import (
	"errors"
	"flag"
	"os"
	"time"
)

// burn computes nothing, on one core.
func burn(words []string) error {
	flags := flag.NewFlagSet("burn", flag.ExitOnError)
	duration := flags.Duration("for", time.Minute, "how long")
	flags.Parse(words)
	for end := time.Now().Add(*duration); time.Now().Before(end); {
	}
	return nil
}

// write leaves the text in the file and the file on the disk, so that it outlives whatever happens to the pod.
func write(words []string) error {
	if len(words) != 2 {
		return errors.New("a file and a text are needed")
	}
	file, err := os.Create(words[0])
	if err != nil {
		return err
	}
	_, err = file.WriteString(words[1])
	return errors.Join(err, file.Sync(), file.Close())
}

func read(words []string) error {
	if len(words) != 1 {
		return errors.New("one file is needed")
	}
	text, err := os.ReadFile(words[0])
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}
