"""Executes the commands of the runbooks: `.cache/venv/bin/python tests/tiers/runbooks.py --namespace shops --shop tea`.

Each runbook's commands run in one shell, as somebody would paste them, with the cluster that KUBECONFIG names; `--kubectl`
is the command to use as kubectl (default: that of the test bed). The monitoring tier only has their syntax checked.
"""

import argparse
import os
import pathlib
import re
import subprocess
import tempfile

from checks import check

ROOT = pathlib.Path(__file__).resolve().parents[2]


def runbooks():
    """The name of each runbook, and its commands as one script."""
    for path in sorted((ROOT / "operator/monitoring/runbooks").glob("*.md")):
        yield path.stem, "\n".join(re.findall(r"```sh\n(.*?)```", path.read_text(), re.S))


def check_syntax():
    """A shell can read them, and they use nothing but kubectl and the two variables."""
    for name, script in runbooks():
        made = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
        problems = made.stderr.splitlines()
        lines = script.strip().splitlines()
        problems += [line for line in lines if not re.match(r"kubectl |OPERATOR=\$\(kubectl |export NAMESPACE=", line)]
        problems += [f"${each}" for each in re.findall(r"\$\{?([A-Z_]+)", script) if each not in ("NAMESPACE", "SHOP", "OPERATOR")]
        check(f"the commands of runbook {name} can be read", problems if lines else ["there is none"])


def execute(namespace, shop, kubectl):
    """Each line has to succeed, whatever the shop is like at the moment."""
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "kubectl"
        program.write_text(f'#!/bin/sh\nexec {kubectl} "$@"\n')
        program.chmod(0o755)
        environment = os.environ | {
            "NAMESPACE": namespace,
            "SHOP": shop,
            "PATH": f"{folder}:{os.environ['PATH']}",
        }
        for name, script in runbooks():
            made = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", script.replace("export NAMESPACE=", ": ")],
                env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600,
            )  # fmt: skip
            said = made.stdout.strip() or made.stderr.strip() or name == "README"
            problems = made.stderr.splitlines() if made.returncode else [] if said else ["nothing was said"]
            check(f"the commands of runbook {name} work", problems)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--namespace", required=True)
    arguments.add_argument("--shop", required=True)
    arguments.add_argument("--kubectl", default=f"{ROOT}/tests/cluster/bed kubectl")
    arguments = arguments.parse_args()
    execute(arguments.namespace, arguments.shop, arguments.kubectl)
