#!/usr/bin/env python3
"""Proves of the bed command what can only be seen from outside: that `up` heals what was killed, and that `down` leaves
the machine as it was, however far `up` had come.

usage: tests/cluster/check_bed.py [--bed N] [--bare]     as root; takes some minutes; no bed of that number may be up

Each line "ok: …" or "FAILED: …" is one check; the exit status is 1 if any failed. Other beds may be up meanwhile, but
what other programs change of the machine's network and settings counts as this bed's.
"""
import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

BED = pathlib.Path(__file__).resolve().parent / "bed"
UP_SECONDS = 60  # what a warm `up` may take
failures = 0


def check(what, good, detail=""):
    global failures
    print(f"ok: {what}" if good else f"FAILED: {what}\n{detail}", flush=True)
    failures += not good


def text_of(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout


class Bed:
    def __init__(self, number, bare):
        self.number, self.bare = number, bare

    def command(self, *arguments):
        if arguments == ("up",) and self.bare:
            arguments = ("up", "--bare")
        return [str(BED), "--bed", str(self.number), *arguments]

    def run(self, *arguments, stdin=None):
        done = subprocess.run(self.command(*arguments), input=stdin, capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout + done.stderr

    def need(self, *arguments, stdin=None):
        """Runs a command that has to succeed, and returns the seconds that it took."""
        begin = time.monotonic()
        status, output = self.run(*arguments, stdin=stdin)
        seconds = time.monotonic() - begin
        check(f"bed {' '.join(arguments)}, {seconds:.1f} s", status == 0, output)
        return seconds

    def inits(self):
        """The first processes of the bed's machines: {"n1": 4711}."""
        found = {}
        for line in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                name = re.search(rb'machine-init\0\{"name":"sk%d-(\w+)"' % self.number, line.read_bytes())
            except OSError:
                continue  # it has just ended
            if name:
                found[name[1].decode()] = int(line.parent.name)
        return found

    def process(self, name):
        """The process id that the status tells of a process such as n1/kubelet."""
        row = re.search(rf"^{name}\s+running\s+(\d+)", self.run("status")[1], re.MULTILINE)
        return int(row[1]) if row else None


# --- what a bed could change of the machine: each look prints the same if nothing has changed ------------------------

NOT_OF_A_BED = re.compile(r"\bsk\d\b")  # interfaces of other beds, which come and go
CHANGES_BY_ITSELF = re.compile(
    r"^(fs\.(dentry-state|file-nr|inode-nr|inode-state|quota\.)|kernel\.(ns_last_pid|random\.|pty\.nr)"
    r"|net\.netfilter\.nf_conntrack_count|net\.ipv[46]\.(conf|neigh)\.sk\d)|vm\.stat_refresh"
)


def without_other_beds(text, number):
    own = f"sk{number}"
    return [line for line in text.splitlines() if own in line or not NOT_OF_A_BED.search(line)]


def looks(bed):
    number = bed.number
    settings = [line for line in text_of("sysctl", "--all").splitlines() if not CHANGES_BY_ITSELF.match(line)]
    if pathlib.Path("/run/shopkeeper-beds").exists():  # another bed is up, and needs these
        settings = [line for line in settings if not re.match(r"fs\.inotify|kernel\.(panic|keys)|vm\.(overcommit|panic)", line)]
    return {
        "interfaces": without_other_beds(text_of("ip", "-brief", "link"), number),
        "addresses": without_other_beds(text_of("ip", "-brief", "address"), number),
        "routes": without_other_beds(text_of("ip", "route", "show", "table", "all"), number),
        "routing rules": text_of("ip", "rule").splitlines(),
        "named network namespaces": text_of("ip", "netns", "list").splitlines(),
        "mounts": sorted(line.split(" ", 3)[3] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()),
        "nftables": text_of("nft", "list", "ruleset").splitlines(),
        "iptables": [line for line in text_of("iptables-save").splitlines() if not line.startswith("#")],
        "kernel modules": sorted(line.split()[0] for line in text_of("cat", "/proc/modules").splitlines()),
        "cgroups": [str(path) for path in pathlib.Path("/sys/fs/cgroup").glob(f"**/sk{number}-*")],
        "kernel settings": settings,
        "machines": sorted(bed.inits()),
        "files outside of the cache": [str(path) for folder in ("/run", "/var/lib", "/opt", "/etc/cni") for path in
                                       pathlib.Path(folder).glob("*") if re.search("kubelet|containerd|cni|etcd", path.name)],
    }


def compare(before, bed, when):
    after = looks(bed)
    for name, was in before.items():
        lost, new = [line for line in was if line not in after[name]], [line for line in after[name] if line not in was]
        check(f"{when}: {name} as before", not lost and not new, "\n".join([f"- {l}" for l in lost] + [f"+ {l}" for l in new]))


def namespaces(inits):
    """The namespaces of the machines, as the kernel numbers them."""
    return {os.readlink(f"/proc/{pid}/ns/{kind}") for pid in inits.values() for kind in ("pid", "mnt", "net")}


def inhabitants(spaces):
    """Processes that are in one of the namespaces still. A zombie is none: it waits for its parent to look at it."""
    found = []
    for link in pathlib.Path("/proc").glob("[0-9]*/ns/*"):
        try:
            state = (link.parent.parent / "stat").read_text().rpartition(")")[2].split()[0]
            if os.readlink(link) in spaces and state != "Z":
                found.append(str(link))
        except OSError:
            continue  # it has just ended
    return found


# Pods on both nodes, with what pods leave on a machine: namespaces, mounts, cgroups, interfaces and rules of Services.
PODS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: idle}
spec:
  replicas: 4
  selector: {matchLabels: {app: idle}}
  template:
    metadata: {labels: {app: idle}}
    spec:
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: idle}}}
      containers:
        - {name: idle, image: "localhost/pause:1", imagePullPolicy: Never, volumeMounts: [{name: memory, mountPath: /memory}]}
      volumes: [{name: memory, emptyDir: {medium: Memory}}]
---
apiVersion: v1
kind: Service
metadata: {name: idle}
spec: {selector: {app: idle}, ports: [{port: 80}]}
"""


# --- the checks ------------------------------------------------------------------------------------------------------


def interrupted_up(bed, line):
    """Kills `up` in the moment when it prints a line, as a power cut or an impatient person would."""
    up = subprocess.Popen(bed.command("up"), stdout=subprocess.PIPE, text=True)
    seen = []
    for output in up.stdout:
        seen.append(output)
        if line in output:
            break
    up.send_signal(signal.SIGKILL)
    up.wait()
    check(f"bed up was killed at the line “{line}”", line in "".join(seen), "".join(seen))


def until_ended(pid):
    """Waits for the end of a process that was killed. That of an init takes a moment: all others of its machine end first."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                if stat.read().rpartition(")")[2].split()[0] in "ZX":
                    return
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(0.05)


def heals(bed, what, names):
    """Kills processes and brings the bed up again: they are new, and all else is as it was."""
    every = ["cp/etcd", "cp/apiserver", "n1/containerd", "n1/kubelet", "n2/kubelet", "n2/proxy"]
    before = {name: bed.process(name) for name in every}
    for name in names:
        os.kill(before[name], signal.SIGKILL)
    for name in names:
        until_ended(before[name])
    status, _ = bed.run("status")
    check(f"the status tells that {what} ended", status == 1)
    seconds = bed.need("up")
    check(f"up after {what} ended takes at most {UP_SECONDS} s", seconds <= UP_SECONDS)
    after = {name: bed.process(name) for name in every}
    changed = {name for name in every if before[name] != after[name]}
    check(f"up starts {what} again, and nothing else", changed == set(names) and None not in after.values(), f"{before}\n{after}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bed", type=int, default=9, help="the number of the bed to use (default 9)")
    arguments.add_argument("--bare", action="store_true", help="without add-ons")
    options = arguments.parse_args()
    bed = Bed(options.bed, options.bare)
    if bed.inits():
        sys.exit(f"bed {bed.number} is up; take another number, or take it down")
    bed.need("up")  # which builds what is missing
    bed.need("down")
    before = looks(bed)

    seconds = bed.need("up")
    check(f"a warm up takes at most {UP_SECONDS} s", seconds <= UP_SECONDS)
    check("the status is good", *reversed([bed.run("status")[1], bed.run("status")[0] == 0]))
    bed.need("kubectl", "apply", "-f", "-", stdin=PODS)
    bed.need("kubectl", "rollout", "status", "deployment/idle", "--timeout=60s")
    seconds = bed.need("up")
    check("up of a bed that is up takes at most 15 s", seconds <= 15)
    heals(bed, "a kubelet", ["n2/kubelet"])
    heals(bed, "etcd and the API server", ["cp/etcd", "cp/apiserver"])
    heals(bed, "containerd", ["n1/containerd"])
    for name in ("n1", "cp"):
        machines = bed.inits()
        os.kill(machines[name], signal.SIGKILL)
        until_ended(machines[name])
        bed.need("up")
        changed = {other for other, pid in bed.inits().items() if machines[other] != pid}
        check(f"machine {name} was killed and is made anew, the others stay", changed == {name}, str(changed))
        bed.need("kubectl", "rollout", "status", "deployment/idle", "--timeout=60s")
    spaces = namespaces(bed.inits())
    bed.need("down")
    check("after down: no process is left in the machines' namespaces", not inhabitants(spaces), "\n".join(inhabitants(spaces)))
    compare(before, bed, "after down")

    for line in ("machine n1", "network", "API server"):
        interrupted_up(bed, line)
        bed.need("down")
        compare(before, bed, f"after an up that was killed at “{line}”, and down")
    interrupted_up(bed, "API server")
    bed.need("up")
    bed.need("status")
    bed.need("down")
    sys.exit(1 if failures else 0)


main()
