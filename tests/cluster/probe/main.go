// Command probe is what the tests of a cluster put into its pods: something that answers, and something that
// asks. One static program without dependencies, for an image without anything else.
package main

import (
	"fmt"
	"os"
	"strings"
)

const usage = `usage:
  probe serve [--http PORT,…] [--udp PORT,…]   answer HTTP (/ tells who answers, /metrics counts) and echo datagrams
  probe get URL                                print what is answered; it fails unless the status is 2xx
  probe lookup [--within TIME] NAME            print the IPv4 addresses of a name, one a line
  probe tcp [--within TIME] HOST:PORT…         connect to each at once; a line for each: open or closed
  probe udp [--within TIME] HOST:PORT…         send a datagram to each at once and wait for its echo; likewise
  probe burn [--for TIME]                      keep one core busy
  probe write FILE TEXT                        write a file, to the disk
  probe read FILE                              print a file`

// A command gets the words after its name.
var commands = map[string]func(words []string) error{
	"serve":  serve,
	"get":    get,
	"lookup": lookup,
	"tcp":    func(words []string) error { return knock("tcp", connect, words) },
	"udp":    func(words []string) error { return knock("udp", echo, words) },
	"burn":   burn,
	"write":  write,
	"read":   read,
}

func main() {
	var name string
	if len(os.Args) > 1 {
		name = os.Args[1]
	}
	command, known := commands[name]
	if !known {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	if err := command(os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "probe %s: %v\n", strings.Join(os.Args[1:], " "), err)
		os.Exit(1)
	}
}
