"""What the parts tell of themselves: the reference of all metrics, their text by promtool, and the sample configurations
of those who carry logs away. `.cache/venv/bin/python tests/tiers/telemetry.py --write` writes the reference anew.

It opens a shop of its own on a temporary folder, and closes it by its process id.
"""

import argparse
import contextlib
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import yaml

from checks import check

ROOT = pathlib.Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "charts/shopkeeper/METRICS.md"
LOGS = ROOT / "manifests/logs"

# In the order of their ports.
PARTS = ("storefront", "user", "product", "order")

REFERENCE_HEAD = """\
# What is measured

Every part and the operator tell it at `/metrics`, in Prometheus' text format; a ServiceMonitor adds the labels `namespace`,
`shop` and `part`. Names and labels follow OpenTelemetry's semantic conventions where these have one (`http_*`, `db_*`),
and those of Prometheus' client libraries (`process_*`); what is the shop's own begins with `shop_`, the operator's with
`shopkeeper_`. Labels are bounded: routes, never paths. This page is generated from the running parts, which also tell
it as JSON at `/metrics/definitions`.

| metric | type | unit | labels | of | meaning |
|---|---|---|---|---|---|
"""

# From how a name ends, without `_total`.
UNITS = (
    ("_timestamp_seconds", "unix seconds"), ("_start_time_seconds", "unix seconds"), ("_seconds", "seconds"),
    ("_bytes", "bytes"), ("_minor_units", "minor units of the currency"),
)  # fmt: skip

# What promtool would rather not see, and why it is there.
ACCEPTED = {
    'db_client_connection_count non-histogram and non-summary metrics should not have "_count" suffix':
        "so OpenTelemetry calls it",
}  # fmt: skip

# A visit that leaves a number in most of the families.
VISIT = ("/", "/?q=tea", "/product/first-flush-darjeeling", "/basket", "/login", "/staff", "/nowhere")


@contextlib.contextmanager
def shop(program, folder):
    """A shop on `folder` that logs JSON; gives the first of its ports."""
    port = 10_000 + 2000 * random.randrange(11) + 4 * random.randrange(250)
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            [program, "--data", str(folder / "data"), "--port", str(port), "--log-format", "json"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 120
        while " is open " not in (folder / "log").read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit("the shop did not open:\n" + (folder / "log").read_text())
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def ask(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        return answer.read().decode()


def visit(port):
    for path in VISIT:
        # Some are there to be refused.
        with contextlib.suppress(urllib.error.HTTPError):
            ask(port, path)


def reference(definitions):
    """The page, of the definitions by part."""
    measures = {}
    for part, defined in definitions.items():
        for each in defined:
            known = measures.setdefault(each["name"], {**each, "of": []})
            known["of"].append(part)
    rows = (row(measures[name]) for name in sorted(measures))
    return REFERENCE_HEAD + "".join(rows)


def row(measure):
    labels = ", ".join(f"`{label}`" for label in measure["labels"])
    of = "all" if len(measure["of"]) == len(PARTS) + 1 else ", ".join(measure["of"])
    return f"| `{measure['name']}` | {measure['type']} | {unit(measure['name'])} | {labels} | {of} | {measure['help']} |\n"


def unit(name):
    name = name.removesuffix("_total")
    return next((unit for end, unit in UNITS if name.endswith(end)), "")


def inconsistencies(definitions):
    """Where one name means two things."""
    meanings = {}
    for part, defined in definitions.items():
        for each in defined:
            meaning = (each["type"], tuple(each["labels"]), each["help"])
            first = meanings.setdefault(each["name"], (part, meaning))
            if first[1] != meaning:
                yield f"{each['name']} of {part} is not that of {first[0]}"
            if not re.fullmatch(r"(http|db|process|shop|shopkeeper)_[a-z0-9_]+", each["name"]):
                yield f"{each['name']} of {part} has no name of ours"
            if (each["type"] == "counter") != each["name"].endswith("_total"):
                yield f"{each['name']} of {part} is a {each['type']}"


def promtool():
    """The program, if the programs of a Kubernetes were built."""
    found = sorted((ROOT / ".cache/cluster/bin").glob("prometheus-*/promtool"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None


def check_logs(log):
    """The configurations of shippers name what the lines have."""
    lines = []
    for line in log.splitlines():
        with contextlib.suppress(ValueError):
            lines.append(json.loads(line))
    members = {name for line in lines if isinstance(line, dict) for name in line}
    text = (LOGS / "loki.alloy").read_text()
    expressions = re.search(r"expressions = \{(.*?)\}", text, re.S)[1]
    named = set(re.findall(r"(\w+)\s*=", expressions))
    check("manifests/logs/loki.alloy reads what the lines have", sorted(named - members))
    unbalanced = [pair for pair in ("{}", "[]", "()") if text.count(pair[0]) != text.count(pair[1])]
    check("manifests/logs/loki.alloy closes what it opens", unbalanced)
    filebeat = yaml.safe_load((LOGS / "filebeat.yml").read_text())
    [reader] = filebeat["filebeat.inputs"]
    parsers = [name for parser in reader["parsers"] for name in parser]
    check("manifests/logs/filebeat.yml reads lines of containers as JSON", {"container", "ndjson"} ^ set(parsers))
    [renamed] = [each["rename"]["fields"] for each in filebeat["processors"] if "rename" in each]
    named = {each["from"].removeprefix("shopkeeper.") for each in renamed}
    check("manifests/logs/filebeat.yml reads what the lines have", sorted(named - members))


arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--built", type=pathlib.Path, default=ROOT / "target/debug", help="where the programs are")
arguments.add_argument("--write", action="store_true", help="write the reference instead of checking")
options = arguments.parse_args()

with tempfile.TemporaryDirectory(prefix="shopkeeper-telemetry-") as folder:
    folder = pathlib.Path(folder)
    with shop(options.built / "shopkeeper", folder) as first:
        visit(first)
        internal = {part: first + 1000 + index for index, part in enumerate(PARTS)}
        definitions = {part: json.loads(ask(port, "/metrics/definitions")) for part, port in internal.items()}
        texts = {part: ask(port, "/metrics") for part, port in internal.items()}
    log = (folder / "log").read_text()
of_operator = json.loads(subprocess.run([options.built / "operator", "metrics"], check=True, capture_output=True).stdout)
# It answers nobody but probes, and measures none of that.
definitions["operator"] = [each for each in of_operator if not each["name"].startswith("http_")]

page = reference(definitions)
if options.write:
    REFERENCE.write_text(page)
    sys.exit()
stale = not REFERENCE.exists() or REFERENCE.read_text() != page
check("charts/shopkeeper/METRICS.md is fresh", ["run tests/tiers/telemetry.py --write"] if stale else [])
check("each name means one thing everywhere", inconsistencies(definitions))
for part, text in texts.items():
    told = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    missing = told - {each["name"] for each in definitions[part]}
    check(f"the {part} measures nothing that it does not define", sorted(missing))
program = promtool()
if program is None:
    print("NOTE: promtool is not built: the text of the metrics was not checked by it")
for part, text in texts.items() if program else ():
    made = subprocess.run([program, "check", "metrics"], input=text, capture_output=True, text=True)
    problems = [line for line in (made.stdout + made.stderr).splitlines() if line not in ACCEPTED]
    if made.returncode not in (0, 3):
        problems.append(f"promtool ended with {made.returncode}")
    check(f"promtool finds nothing wrong with the metrics of the {part}", problems)
check_logs(log)
