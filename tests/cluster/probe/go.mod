module shopkeeper.dev/cluster/probe

go 1.26
