"""What is generated for the chart and by it: `.cache/venv/bin/python tests/tiers/chart_files.py` writes all of it anew.

The chart's tier calls the same functions, and fails where a file says something else.
"""

import json
import pathlib
import subprocess

import yaml

from helm import helm

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts/shopkeeper"
DEFINITION = ROOT / "crds/shops.yaml"

REFERENCE_HEAD = """\
# The chart shopkeeper

It installs the operator, its rights, and the definition of the Shop. [README.md](../../README.md#on-kubernetes) tells
how to go on from there. This page is generated from `values.schema.json` and `values.yaml`.

```sh
helm install shopkeeper charts/shopkeeper --namespace shopkeeper-system --create-namespace \\
    --set image.registry=registry.example.com/shopkeeper --set image.tag=0.1.0
```

Values that are not in this table, or not as it says, are refused.

| value | default | meaning |
|---|---|---|
"""

RIGHTS_HEAD = """
## What the operator may do

In the namespaces that it watches, or in all:

| API group | resources | verbs |
|---|---|---|
"""

INSTALL_HEAD = """\
# The operator, its rights, its namespace and the definition of the Shop, for clusters whose nodes have the images, or
# as a base for kustomize. Generated from charts/shopkeeper by tests/tiers/chart_files.py.
"""


def template(*arguments, values=None, release="shopkeeper", namespace="shopkeeper-system"):
    """What helm makes of the chart, as a finished process."""
    command = [helm(), "template", release, CHART, "--namespace", namespace, *arguments]
    if values is not None:
        command += ["--values", "-"]
    return subprocess.run(command, input=json.dumps(values or {}), capture_output=True, text=True)


def install_manifest():
    """The chart with its defaults, for who has no helm."""
    made = template("--skip-tests", "--set", "namespace.create=true", "--set", "test.enabled=false")
    made.check_returncode()
    return INSTALL_HEAD + made.stdout


def values_reference():
    """README.md of the chart."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    rows = "".join(
        f"| `{path}` | {shown(default)} | {description} |\n" for path, default, description in values(schema, defaults)
    )
    return REFERENCE_HEAD + rows + RIGHTS_HEAD + rights()


def values(schema, defaults, path=()):
    """Path, default and description of each value that somebody may set, in the schema's order."""
    for name, of in schema["properties"].items():
        here, default = (*path, name), defaults.get(name) if isinstance(defaults, dict) else None
        if "properties" in of:
            yield from values(of, default, here)
        else:
            yield ".".join(here), default, of["description"] + bounds(of)


def bounds(schema):
    """What a value must be, where the description doesn't say so."""
    if "enum" in schema:
        return " One of " + ", ".join(f"`{value}`" for value in schema["enum"]) + "."
    if "minimum" in schema:
        return f" {schema['minimum']} to {schema['maximum']}."
    return ""


def shown(default):
    if default in (None, "", [], {}):
        return ""
    if isinstance(default, list):
        return " ".join(f"`{value}`" for value in default)
    return f"`{json.dumps(default) if isinstance(default, bool) else default}`"


def rights():
    objects = yaml.safe_load_all(template("--show-only", "templates/rights.yaml").stdout)
    roles = {role["metadata"]["name"]: role["rules"] for role in objects if role["kind"] in ("ClusterRole", "Role")}
    row = lambda group, resources, verbs: f"| {group} | {', '.join(resources)} | {', '.join(verbs)} |\n"
    rules = [row(rule["apiGroups"][0] or "(core)", rule["resources"], rule["verbs"]) for rule in roles["shopkeeper"]]
    lease = (
        "\nIn its own namespace, besides: make Leases, and get and update the one that is called shopkeeper-operator.\n"
    )
    return "".join(rules) + lease


def generated():
    """Path → what must be in it."""
    return {
        CHART / "files/shops.yaml": DEFINITION.read_text(),
        CHART / "README.md": values_reference(),
        ROOT / "manifests/install.yaml": install_manifest(),
    }


if __name__ == "__main__":
    # The others are made from this one.
    (CHART / "files/shops.yaml").write_text(DEFINITION.read_text())
    for path, text in generated().items():
        path.write_text(text)
        print(path.relative_to(ROOT))
