// The process that holds a pod's namespaces.
module shopkeeper.dev/cluster/tools/pause

go 1.26.0
