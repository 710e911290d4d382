"""How the checks written in Python report to tests/run: one line for each, with what is wrong under it."""

import json
import subprocess


def check(what, problems):
    """Reports one check; it holds if there are no problems."""
    problems = list(problems)
    print(f"FAILED: {what}" if problems else f"ok: {what}", flush=True)
    for problem in problems:
        print(f"    {problem}", flush=True)


def cargo(*arguments):
    """What a cargo command prints."""
    return subprocess.run(["cargo", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def metadata(*arguments):
    """The workspace as cargo sees it; without arguments, with every crate that it pulls in."""
    return json.loads(cargo("metadata", "--format-version", "1", "--locked", *arguments))
