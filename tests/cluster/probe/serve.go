package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
)

// serve answers until it is told to stop, and then ends at once: tests wait for nothing.
func serve(words []string) error {
	flags := flag.NewFlagSet("serve", flag.ExitOnError)
	web := flags.String("http", "8080", "ports that answer HTTP")
	datagrams := flags.String("udp", "", "ports that echo datagrams")
	flags.Parse(words)
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	failed := make(chan error)
	handler := pages()
	for _, port := range split(*web) {
		listener, err := net.Listen("tcp", ":"+port)
		if err != nil {
			return err
		}
		go func() { failed <- http.Serve(listener, handler) }()
	}
	for _, port := range split(*datagrams) {
		socket, err := net.ListenPacket("udp", ":"+port)
		if err != nil {
			return err
		}
		go func() { failed <- echoAll(socket) }()
	}
	select {
	case err := <-failed:
		return err
	case <-stopped.Done():
		return nil
	}
}

// pages: who answers, to whom; and how often that was asked, for Prometheus.
func pages() http.Handler {
	host, _ := os.Hostname() // Empty if it has none: then nobody asks for it.
	var asked atomic.Uint64
	routes := http.NewServeMux()
	routes.HandleFunc("GET /", func(answer http.ResponseWriter, request *http.Request) {
		asked.Add(1)
		fmt.Fprintf(answer, "%s to %s\n", host, request.RemoteAddr)
	})
	routes.HandleFunc("GET /metrics", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(answer, "# HELP probe_requests_total Requests that asked who answers.\n"+
			"# TYPE probe_requests_total counter\nprobe_requests_total %d\n", asked.Load())
	})
	return routes
}

// echoAll sends every datagram back to whom it came from.
func echoAll(socket net.PacketConn) error {
	buffer := make([]byte, 1500) // No test sends more than one Ethernet frame.
	for {
		length, sender, err := socket.ReadFrom(buffer)
		if err != nil {
			return err
		}
		socket.WriteTo(buffer[:length], sender) // A sender who is gone misses it, as with any datagram.
	}
}

func split(ports string) []string {
	return strings.FieldsFunc(ports, func(letter rune) bool { return letter == ',' })
}
