package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// aClosedAddress of this machine: it was free a moment ago, and nobody listens.
func aClosedAddress(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestAnAddressIsOpenWhereSomebodyListens(t *testing.T) {
	server := httptest.NewServer(pages())
	defer server.Close()
	if err := connect(server.Listener.Addr().String(), time.Second); err != nil {
		t.Error(err)
	}
	if err := connect(aClosedAddress(t), time.Second); err == nil {
		t.Error("a closed address was open")
	}
}

func TestOneClosedAddressAmongOpenOnesFails(t *testing.T) {
	server := httptest.NewServer(pages())
	defer server.Close()
	if err := knock("tcp", connect, []string{server.Listener.Addr().String(), aClosedAddress(t)}); err == nil {
		t.Error("nothing failed")
	}
}

func TestDatagramsComeBack(t *testing.T) {
	socket, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go echoAll(socket)
	address := socket.LocalAddr().String()
	if err := echo(address, time.Second); err != nil {
		t.Error(err)
	}
	socket.Close()
	if err := echo(address, 100*time.Millisecond); err == nil {
		t.Error("a closed socket answered")
	}
}

func TestWhatWasAskedIsCounted(t *testing.T) {
	server := httptest.NewServer(pages())
	defer server.Close()
	for asked := range 2 {
		if counted := body(t, server.URL+"/metrics"); !strings.HasSuffix(counted, fmt.Sprintf("probe_requests_total %d\n", asked)) {
			t.Error(counted)
		}
		body(t, server.URL)
	}
}

func TestAnAnswerThatIsNot2xxFails(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	if err := get([]string{server.URL}); err == nil || !strings.Contains(err.Error(), "404") {
		t.Error(err)
	}
}

func TestAFileIsWrittenAndFoundMissing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := read([]string{file}); err == nil {
		t.Error("a file that is not there was read")
	}
	if err := write([]string{file, "text"}); err != nil {
		t.Error(err)
	}
	if err := read([]string{file}); err != nil {
		t.Error(err)
	}
}

func body(t *testing.T, url string) string {
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
