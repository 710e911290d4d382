// The process that keeps a pod's namespaces while its containers come and go. It only waits to be told to stop.
//
// It reaps no orphans, so a pod of the bed must not ask for shareProcessNamespace.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT)
	<-told
}
