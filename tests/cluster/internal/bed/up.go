package bed

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shopkeeper.dev/cluster/internal/addons"
	"shopkeeper.dev/cluster/internal/bed/host"
	"shopkeeper.dev/cluster/internal/bed/kubernetes"
	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/machine"
	"shopkeeper.dev/cluster/internal/bed/process"
	"shopkeeper.dev/cluster/internal/build"
)

// How long parts may take until they are ready, on a busy machine with two cores; it is usually a few seconds.
const (
	apiPatience  = 90 * time.Second
	nodePatience = 90 * time.Second
)

// Up brings the bed up: whatever is missing is made, whatever runs as it should is left alone. A bare bed gets no
// add-ons.
func (bed *Bed) Up(ctx context.Context, bare bool) error {
	return bed.alone(func() error {
		if err := host.Programs(ctx, bed.progress.out); err != nil {
			return err
		}
		make := build.All
		if bare {
			make = build.Bare
		}
		binaries, err := make(ctx, bed.cache, bed.progress.out)
		if err != nil {
			return err
		}
		if err := bed.prepare(binaries); err != nil {
			return err
		}
		inits, err := bed.startMachines(ctx, bed.Machines())
		if err != nil {
			return err
		}
		if err := bed.connect(ctx, inits, bed.Nodes); err != nil {
			return err
		}
		bed.progress.say("network %s on interface %s", bed.Network, bed.Link)
		archives, err := addons.Images(binaries, bed.cache, bed.progress.say)
		if err != nil {
			return err
		}
		// Images need no API server, and add-ons no nodes to be applied: both are waited for together.
		runtime := func(ctx context.Context, node layout.Machine) error { return bed.startRuntime(ctx, node, archives) }
		err = together(ctx,
			bed.startControlPlane,
			func(ctx context.Context) error { return each(ctx, bed.Nodes, runtime) },
		)
		if err != nil {
			return err
		}
		err = together(ctx,
			func(ctx context.Context) error { return each(ctx, bed.Nodes, bed.startNode) },
			func(ctx context.Context) error {
				if bare {
					return nil
				}
				return bed.addOns(ctx, binaries)
			},
		)
		if err != nil {
			return err
		}
		bed.progress.say("up: export KUBECONFIG=%s", bed.Kubeconfig())
		return nil
	})
}

// Build builds what the bed needs, and starts nothing.
func (bed *Bed) Build(ctx context.Context) error {
	binaries, err := build.All(ctx, bed.cache, bed.progress.out)
	if err != nil {
		return err
	}
	_, err = addons.Images(binaries, bed.cache, bed.progress.say)
	return err
}

// prepare makes what processes find when they start: keys, settings, programs.
func (bed *Bed) prepare(binaries build.Binaries) error {
	if err := bed.forgetOtherBoot(); err != nil {
		return err
	}
	if len(bed.state.records) == 0 {
		if err := os.RemoveAll(bed.Logs()); err != nil { // those of an earlier bed
			return fmt.Errorf("remove old logs: %w", err)
		}
	}
	if err := host.OfThisHost.Acquire(bed.Number); err != nil {
		return err
	}
	if err := host.OfThisHost.LoadForwarding(); err != nil {
		return err
	}
	keys, err := kubernetes.MakeKeys(bed.Layout, time.Now())
	if err != nil {
		return err
	}
	if err := writeFile(bed.Kubeconfig(), kubernetes.Kubeconfig(bed.Layout, keys, kubernetes.Admin), 0o600); err != nil {
		return err
	}
	settings := map[string]kubernetes.Files{bed.ControlPlane.Settings: kubernetes.ControlPlaneFiles(bed.Layout, keys)}
	for _, node := range bed.Nodes {
		settings[node.Settings] = kubernetes.NodeFiles(bed.Layout, keys, node)
	}
	for folder, files := range settings {
		for name, content := range files {
			if err := writeFile(filepath.Join(folder, name), content, 0o600); err != nil {
				return err
			}
		}
	}
	for link, name := range kubernetes.Links {
		if err := linkFile(binaries.Path(name), filepath.Join(bed.Programs(), link)); err != nil {
			return err
		}
	}
	return nil
}

// forgetOtherBoot removes what a bed left that a reboot ended: etcd did not wait for the disk, so nothing of it counts.
func (bed *Bed) forgetOtherBoot() error {
	first, known := bed.state.records[bed.ControlPlane.Name]
	if !known || first.Boot == process.Boot() {
		return nil
	}
	bed.progress.say("the machine was started anew since this bed was up: it begins empty")
	if err := bed.removeFiles(); err != nil {
		return err
	}
	var err error
	bed.state, err = readState(bed.State())
	return err
}

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

// startControlPlane makes sure of the control plane, and waits until it serves.
func (bed *Bed) startControlPlane(ctx context.Context) error {
	if err := bed.stopOutdated(ctx); err != nil {
		return err
	}
	if _, err := bed.startProcess(ctx, bed.ControlPlane, kubernetes.Etcd()); err != nil {
		return err
	}
	server, err := bed.startProcess(ctx, bed.ControlPlane, kubernetes.APIServer(bed.Layout))
	if err != nil {
		return err
	}
	client, err := newAPI(bed.Layout)
	if err != nil {
		return err
	}
	err = until(ctx, apiPatience, "wait for the API server", func(ctx context.Context) (string, error) {
		if !server.Alive() {
			return "", bed.ended(bed.ControlPlane, kubernetes.APIServerProcess)
		}
		if err := client.get(ctx, "/readyz", nil); err != nil {
			return err.Error(), nil
		}
		return "", nil
	})
	if err != nil {
		return err
	}
	for _, object := range kubernetes.Permissions() {
		if err := client.apply(ctx, object.Path, object.Body); err != nil {
			return fmt.Errorf("give permissions: %w", err)
		}
	}
	bed.progress.say("API server at %s", bed.APIServer())
	for _, wanted := range []kubernetes.Process{
		kubernetes.ControllerManagerOf(bed.Layout), kubernetes.SchedulerOf(bed.Layout), kubernetes.ProxyOf(),
	} {
		if _, err := bed.startProcess(ctx, bed.ControlPlane, wanted); err != nil {
			return err
		}
	}
	return nil
}

// stopOutdated ends the control plane if any of it has to be started with new settings. It ends in the order in which
// it can: an API server whose etcd has gone would take half a minute.
func (bed *Bed) stopOutdated(ctx context.Context) error {
	processes := []kubernetes.Process{kubernetes.Etcd(), kubernetes.APIServer(bed.Layout)}
	for _, wanted := range processes {
		running, alive := bed.state.get(bed.ControlPlane.Name + "/" + wanted.Name)
		fingerprint, err := bed.fingerprint(bed.ControlPlane, wanted)
		if err != nil {
			return err
		}
		if alive && running.Fingerprint != fingerprint {
			return bed.stopControlPlane(ctx)
		}
	}
	return nil
}

// startRuntime makes sure of a node's container runtime, and that it has images.
func (bed *Bed) startRuntime(ctx context.Context, node layout.Machine, archives []addons.Archive) error {
	runtime, err := bed.startProcess(ctx, node, kubernetes.ContainerdOf())
	if err != nil {
		return err
	}
	init, _ := bed.state.get(node.Name)
	patience, cancel := context.WithTimeout(ctx, nodePatience)
	defer cancel()
	if err := machine.WaitForSocket(patience, init.Identity, runtime, kubernetes.Containerd); err != nil {
		return fmt.Errorf("wait for containerd of node %s: %w; see %s", node.Name, err, bed.Log(node.Name, kubernetes.ContainerdProcess))
	}
	loaded, err := bed.loadMissing(ctx, node, archives)
	if err == nil && loaded > 0 {
		bed.progress.say("node %s has %d more images", node.Name, loaded)
	}
	return err
}

// startNode makes sure of a node's other processes, and waits until the node is ready.
func (bed *Bed) startNode(ctx context.Context, node layout.Machine) error {
	begin := time.Now()
	before, _ := bed.state.get(node.Name + "/" + kubernetes.KubeletProcess)
	agent, err := bed.startProcess(ctx, node, kubernetes.KubeletOf(node))
	if err != nil {
		return err
	}
	for _, wanted := range []kubernetes.Process{kubernetes.ProxyOf(), kubernetes.PolicyOf(node)} {
		if _, err := bed.startProcess(ctx, node, wanted); err != nil {
			return err
		}
	}
	client, err := newAPI(bed.Layout)
	if err != nil {
		return err
	}
	if agent == before.Identity {
		begin = time.Time{} // any sign of life will do
	}
	err = until(ctx, nodePatience, "wait for node "+node.Name, func(ctx context.Context) (string, error) {
		if !agent.Alive() {
			return "", bed.ended(node, kubernetes.KubeletProcess)
		}
		return client.nodeReady(ctx, node.Name, begin), nil
	})
	if err == nil {
		bed.progress.say("node %s is ready", node.Name)
	}
	return err
}

// startProcess makes sure that a process runs in a machine, from the present program with the present settings.
func (bed *Bed) startProcess(ctx context.Context, in layout.Machine, wanted kubernetes.Process) (process.Identity, error) {
	name := in.Name + "/" + wanted.Name
	fingerprint, err := bed.fingerprint(in, wanted)
	if err != nil {
		return process.Identity{}, err
	}
	running, alive := bed.state.get(name)
	if alive && running.Fingerprint == fingerprint {
		return running.Identity, nil
	}
	if alive {
		bed.progress.say("%s is started again, with new settings", name)
		if err := process.Stop(ctx, running.Identity, stopGrace); err != nil {
			return process.Identity{}, fmt.Errorf("stop %s: %w", name, err)
		}
	} else if running.PID != 0 {
		bed.progress.say("%s had ended, and is started again", name)
	}
	init, alive := bed.state.get(in.Name)
	if !alive {
		return process.Identity{}, fmt.Errorf("start %s: machine %s does not run; `bed up` starts it", name, in.Name)
	}
	return process.Start(process.Spec{
		Arguments:   wanted.Arguments,
		Environment: machine.Environment,
		Log:         bed.Log(in.Name, wanted.Name),
		Within:      &init.Identity,
	}, func(id process.Identity) error {
		return bed.state.set(name, record{Identity: id, Fingerprint: fingerprint})
	})
}

// fingerprint changes with the program, the arguments and the machine's settings.
func (bed *Bed) fingerprint(in layout.Machine, wanted kubernetes.Process) (string, error) {
	hash := sha256.New()
	fmt.Fprintf(hash, "%q\n", wanted.Arguments)
	program, err := os.Stat(filepath.Join(bed.Programs(), wanted.Arguments[0]))
	if err != nil {
		return "", fmt.Errorf("look at the program of %s: %w", wanted.Name, err)
	}
	fmt.Fprintf(hash, "%d %d\n", program.Size(), program.ModTime().UnixNano())
	err = filepath.WalkDir(in.Settings, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(hash, "%s %x\n", path, sha256.Sum256(content))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read the settings of machine %s: %w", in.Name, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// ended tells of a process that ended by itself, with the end of what it printed.
func (bed *Bed) ended(in layout.Machine, name string) error {
	path := bed.Log(in.Name, name)
	return fmt.Errorf("%s of machine %s has ended; the end of %s:\n%s", name, in.Name, path, tail(path, 15))
}

// tail is the last lines of a file.
func tail(path string, lines int) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// writeFile writes a file whole or not at all, with the folders above it, and leaves it alone if it is right.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	if now, err := os.ReadFile(path); err == nil && string(now) == string(content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.WriteFile(path+".new", content, mode); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// linkFile gives a file a second name; both lie in the cache, so on one disk.
func linkFile(old, link string) error {
	was, err := os.Stat(old)
	if err != nil {
		return fmt.Errorf("find program %s: %w", filepath.Base(old), err)
	}
	if is, err := os.Stat(link); err == nil && os.SameFile(was, is) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Link(old, link)
}
