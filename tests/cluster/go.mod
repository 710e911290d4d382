// The test bed: a real Kubernetes on one plain Linux machine.
module shopkeeper.dev/cluster

go 1.26.0

require golang.org/x/sys v0.49.0
