package bed

import (
	"context"
	"time"

	"shopkeeper.dev/cluster/internal/bed/host"
	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/machine"
	"shopkeeper.dev/cluster/internal/bed/process"
)

// startMachines makes sure that machines run, and returns their inits.
func (bed *Bed) startMachines(ctx context.Context, machines []layout.Machine) (map[string]process.Identity, error) {
	inits := map[string]process.Identity{}
	for _, wanted := range machines {
		if running, alive := bed.state.get(wanted.Name); alive {
			inits[wanted.Name] = running.Identity
			continue
		}
		// An init begins when it is recorded, so one that runs and is not has lost its record with the bed's folder.
		for _, orphan := range machine.Orphans(bed.fullName(wanted)) {
			if err := process.Kill(ctx, orphan); err != nil {
				return nil, err
			}
		}
		if wanted.Pods.IsValid() {
			if err := freshCgroup(wanted); err != nil {
				return nil, err
			}
		}
		spec := machine.Spec{
			Name:     bed.fullName(wanted),
			Hostname: wanted.Name,
			Settings: wanted.Settings,
			Programs: bed.Programs(),
			Disk:     wanted.Disk,
		}
		init, err := machine.Start(ctx, spec, bed.Log(wanted.Name, "init"), func(id process.Identity) error {
			return bed.state.set(wanted.Name, record{Identity: id})
		})
		if err != nil {
			return nil, err
		}
		inits[wanted.Name] = init
		bed.progress.say("machine %s", wanted.Name)
	}
	return inits, nil
}

// freshCgroup makes the cgroup of a node, without what the pods of a node that lost its power left in it: a kubelet
// would wait for each of them.
func freshCgroup(node layout.Machine) error {
	if err := host.CgroupsOfThisHost.Remove(node.CgroupRoot, time.Now().Add(downPatience)); err != nil {
		return err
	}
	return host.CgroupsOfThisHost.Make(node.CgroupRoot)
}

// fullName is a machine's name among those of all beds.
func (bed *Bed) fullName(wanted layout.Machine) string { return bed.Link + "-" + wanted.Name }
