package main

import (
	"slices"
	"testing"
)

func TestTheBedsNumberComesBeforeTheCommandOrFromTheEnvironment(t *testing.T) {
	for _, given := range []struct {
		arguments   []string
		environment string
		number      int
		rest        []string
	}{
		{[]string{"up"}, "", 0, []string{"up"}},
		{[]string{"up"}, "4", 4, []string{"up"}},
		{[]string{"--bed", "3", "cut", "n1"}, "4", 3, []string{"cut", "n1"}},
		{[]string{"kubectl", "--bed", "3"}, "", 0, []string{"kubectl", "--bed", "3"}},
		{nil, "", 0, nil},
	} {
		number, rest, err := parse(given.arguments, given.environment)
		if err != nil || number != given.number || !slices.Equal(rest, given.rest) {
			t.Errorf("%q with %q: got %d, %q, %v", given.arguments, given.environment, number, rest, err)
		}
	}
	for _, wrong := range [][]string{{"--bed"}, {"--bed", "one", "up"}} {
		if _, _, err := parse(wrong, ""); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func TestWhatCannotBeMeantIsRefused(t *testing.T) {
	t.Setenv("SHOPKEEPER_CACHE", t.TempDir())
	for _, wrong := range [][]string{{"foo"}, {"up", "now"}, {"cut"}, {"cut", "n1", "n2"}, {"load-image"}, {"exec", "n1"}, {"logs", "-f"}, {"logs", "a", "b"}} {
		err := run(wrong)
		if _, usage := err.(usageError); !usage {
			t.Errorf("%q: got %v", wrong, err)
		}
	}
}
