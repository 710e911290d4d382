package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// patience is how long an answer may take where nothing else is said.
const patience = 5 * time.Second

func get(words []string) error {
	if len(words) != 1 {
		return errors.New("one URL is needed")
	}
	client := http.Client{Timeout: patience}
	answer, err := client.Get(words[0])
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(os.Stdout, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}

func lookup(words []string) error {
	flags := flag.NewFlagSet("lookup", flag.ExitOnError)
	within := flags.Duration("within", patience, "how long to wait")
	flags.Parse(words)
	if flags.NArg() != 1 {
		return errors.New("one name is needed")
	}
	ctx, cancel := context.WithTimeout(context.Background(), *within)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", flags.Arg(0))
	for _, address := range addresses {
		fmt.Println(address.Unmap())
	}
	return err
}

// knock tries all addresses at once and prints a line for each, in their order: "open ADDRESS", or "closed
// ADDRESS" with the reason. It fails if one is closed.
func knock(what string, try func(address string, within time.Duration) error, words []string) error {
	flags := flag.NewFlagSet(what, flag.ExitOnError)
	within := flags.Duration("within", time.Second, "how long to wait for each")
	flags.Parse(words)
	if flags.NArg() == 0 {
		return errors.New("an address is needed, as HOST:PORT")
	}
	outcomes := make([]error, flags.NArg())
	var tries sync.WaitGroup
	for i, address := range flags.Args() {
		tries.Go(func() { outcomes[i] = try(address, *within) })
	}
	tries.Wait()
	for i, address := range flags.Args() {
		if outcomes[i] == nil {
			fmt.Println("open", address)
		} else {
			fmt.Println("closed", address, outcomes[i])
		}
	}
	return errors.Join(outcomes...)
}

func connect(address string, within time.Duration) error {
	connection, err := net.DialTimeout("tcp", address, within)
	if err != nil {
		return err
	}
	return connection.Close()
}

// echo asks three times, since a datagram may be lost: whoever answers once is open.
func echo(address string, within time.Duration) error {
	connection, err := net.Dial("udp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	for range 3 {
		if err = connection.SetDeadline(time.Now().Add(within / 3)); err != nil {
			return err
		}
		if _, err = connection.Write([]byte("probe")); err != nil {
			continue
		}
		if _, err = connection.Read(make([]byte, 16)); err == nil {
			return nil
		}
	}
	return err
}
