"""The commands of the runbooks. Here only their syntax is looked at; the suite of the operator executes them."""

import pathlib
import re
import subprocess

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
