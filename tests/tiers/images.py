"""Checks archives of images (`docker save`'s format) for what images of this project promise."""

import argparse
import io
import json
import struct
import tarfile

from checks import check

MIB = 1024 * 1024
# What a part may weigh, layers unpacked: the project's own promise.
PART_MAY_WEIGH = 15 * MIB
LABELS = ["title", "description", "version", "revision", "source", "licenses"]
SHELLS = {"sh", "bash", "dash", "ash", "busybox"}
PT_DYNAMIC, PT_INTERP, DT_NEEDED = 2, 3, 1


class Image:
    """An image as its archive holds it: its configuration and its files, the layers on top of each other."""

    def __init__(self, path):
        with tarfile.open(path) as archive:
            read = lambda name: archive.extractfile(name).read()
            [self.manifest] = json.loads(read("manifest.json"))
            self.config = json.loads(read(self.manifest["Config"]))["config"]
            self.files, self.weight = {}, 0
            for layer in self.manifest["Layers"]:
                layer = read(layer)
                self.weight += len(layer)
                with tarfile.open(fileobj=io.BytesIO(layer)) as files:
                    for entry in files:
                        path = entry.name.lstrip("./")
                        self.files[path] = files.extractfile(entry).read() if entry.isreg() else None
        self.name = self.manifest["RepoTags"][0].rsplit("/", 1)[-1]
        self.labels = {
            name.removeprefix("org.opencontainers.image."): value for name, value in self.config["Labels"].items()
        }

    def programs(self):
        return {path: data for path, data in self.files.items() if data and data.startswith(b"\x7fELF")}


def needed_at_run_time(program):
    """What a 64-bit ELF program asks of the system that loads it: a loader, or libraries."""
    start, size, count = struct.unpack_from("<Q", program, 32)[0], *struct.unpack_from("<HH", program, 54)
    for position in range(start, start + size * count, size):
        kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", program, position)
        if kind == PT_INTERP:
            yield "the loader " + program[offset : offset + length].rstrip(b"\0").decode()
        if kind == PT_DYNAMIC:
            for entry in range(offset, offset + length, 16):
                if struct.unpack_from("<Q", program, entry)[0] == DT_NEEDED:
                    yield "a shared library"


def about_every_image(image, name, version):
    if image.name != f"{name}:{version}":
        yield f"it is called {image.name}, not {name}:{version}"
    for label in LABELS:
        if not image.labels.get(label):
            yield f"the label org.opencontainers.image.{label} is missing"
    if image.labels.get("title") != name:
        yield f"its title is {image.labels.get('title')}"
    uid = image.config.get("User", "").partition(":")[0]
    if not uid.isdigit() or int(uid) == 0:
        yield f"it runs as {uid or 'root'}, not as a numeric uid that is not root's"
    for variable in image.config.get("Env", []):
        if any(word in variable.upper() for word in ("PASSWORD=", "SECRET=", "TOKEN=")):
            yield f"it carries a secret: {variable.partition('=')[0]}"


def about_a_part(image, part):
    if image.weight > PART_MAY_WEIGH:
        yield f"it weighs {image.weight / MIB:.1f} MiB"
    if image.config.get("Entrypoint") != [f"/{part}"]:
        yield f"it starts {image.config.get('Entrypoint')}"
    programs = image.programs()
    if list(programs) != [part]:
        yield f"its programs are {sorted(programs)}, not {part} alone"
    for path, program in programs.items():
        yield from (f"{path} needs {what}" for what in needed_at_run_time(program))
    for path in image.files:
        if path.rsplit("/", 1)[-1] in SHELLS:
            yield f"it has a shell: {path}"
    authorities = image.files.get("etc/ssl/certs/ca-certificates.crt") or b""
    if authorities.count(b"BEGIN CERTIFICATE") < 50:
        yield "it has no certificate authorities"
    if part != "operator" and set(image.config.get("ExposedPorts", {})) != {"8080/tcp", "9080/tcp"}:
        yield f"its ports are {image.config.get('ExposedPorts')}"


def about_postgres(image):
    if image.config.get("StopSignal") != "SIGINT":
        yield f"{image.config.get('StopSignal')} would wait for every client"
    if "5432/tcp" not in image.config.get("ExposedPorts", {}):
        yield "it does not show its port"


arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--version", required=True, help="the version that the parts must have")
arguments.add_argument("archives", nargs="+")
arguments = arguments.parse_args()

for path in arguments.archives:
    image = Image(path)
    part = image.name.partition(":")[0].removeprefix("shopkeeper-")
    version = image.name.partition(":")[2] if part == "postgres" else arguments.version
    problems = list(about_every_image(image, f"shopkeeper-{part}", version))
    problems += about_postgres(image) if part == "postgres" else about_a_part(image, part)
    check(f"image {image.name}, {image.weight / MIB:.1f} MiB", problems)
