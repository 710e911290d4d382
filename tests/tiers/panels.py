"""Asks a Prometheus what each panel of the dashboards asks, of one Shop: every answer has to have data.

`.cache/venv/bin/python tests/tiers/panels.py --namespace shops --shop tea` asks the Prometheus of the test bed through the
API server. `--save FILE` keeps the answers, so that those in health and those in an outage can be compared.
"""

import argparse
import json
import pathlib
import shlex
import subprocess
import urllib.parse

from checks import check

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROXY = "/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query?query="

# What $namespace is on each dashboard, where it is not the Shop's.
FLEET, OPERATOR = "shopkeeper-fleet", "shopkeeper-operator"


def panels(program):
    """What `operator queries` prints."""
    made = subprocess.run([program, "queries"], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in made.stdout.splitlines()]


def filled_in(panel, namespace, shop, operator):
    """The query with the dashboard's variables as somebody has chosen them."""
    chosen = {FLEET: ".*", OPERATOR: operator}.get(panel["dashboard"], namespace)
    query = panel["query"].replace("$__rate_interval", "1m")
    return query.replace("$namespace", chosen).replace("$shop", shop)


def answer(kubectl, query):
    """The series of the answer with their values; an error of Prometheus is raised with what it said."""
    path = PROXY + urllib.parse.quote(query, safe="")
    made = subprocess.run([*kubectl, "get", "--raw", path], capture_output=True, text=True, timeout=60)
    if made.returncode != 0:
        raise RuntimeError(made.stderr.strip())
    result = json.loads(made.stdout)["data"]["result"]
    return {json.dumps(each["metric"], sort_keys=True): each["value"][1] for each in result}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--namespace", required=True)
    arguments.add_argument("--shop", required=True)
    arguments.add_argument("--operator-namespace", default="shopkeeper-system")
    arguments.add_argument("--operator", default=f"{ROOT}/target/debug/operator", help="the program")
    arguments.add_argument("--kubectl", default=f"{ROOT}/tests/cluster/bed kubectl")
    arguments.add_argument("--save", type=pathlib.Path)
    arguments = arguments.parse_args()
    kubectl, answers = shlex.split(arguments.kubectl), {}
    for panel in panels(arguments.operator):
        query = filled_in(panel, arguments.namespace, arguments.shop, arguments.operator_namespace)
        what = f"{panel['dashboard']}: {panel['panel']}"
        try:
            told = answer(kubectl, query)
            answers.setdefault(what, {}).update(told)
            problems = [] if told else [f"no data: {query}"]
        except (RuntimeError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            problems = [str(error), query]
        check(f"{what} has data", problems)
    if arguments.save:
        arguments.save.write_text(json.dumps(answers, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
