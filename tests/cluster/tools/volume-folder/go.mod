// Makes and removes the folder of a volume.
module shopkeeper.dev/cluster/tools/volume-folder

go 1.26.0
