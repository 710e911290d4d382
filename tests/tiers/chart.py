"""Checks the chart, the manifests and the Tiltfile without a cluster: what the chart makes of which values, which it
refuses, that all of it is what Kubernetes takes, and that generated files are fresh.
"""

import argparse
import json
import pathlib
import re
import subprocess
import tempfile

import kubernetes_validate
import yaml

from chart_files import CHART, DEFINITION, ROOT, generated, template
from checks import check
from helm import helm

# The oldest that the chart says it works on, those in wide use, and the newest that is known.
KUBERNETES = ["1.29", "1.33", "1.36", "1.37"]

# What trivy would rather not see, and why it is there.
ACCEPTED = {
    "KSV-0011": "a limit of CPU only delays the renewal of the Lease, and what waits for it",
    "KSV-0036": "the test makes a Shop, so it needs a token, for as long as it runs",
    "KSV-0041": "each shop has Secrets of its own, which the operator makes",
    "KSV-0048": "a shop consists of workloads, which the operator makes",
    "KSV-0049": "the settings of a shop's parts are ConfigMaps, which the operator makes",
    "KSV-0056": "a shop has Services, network policies and a way in, which the operator makes",
    "KSV-0110": "what restores a backup is applied in the namespace of its Shop, whichever that is",
    "KSV-0113": "the test reads the one Secret by which it is staff of the Shop that it made",
    "KSV-0125": "which registry is trusted only who runs the cluster knows",
}


class Objects:
    """The objects that the chart made of some values."""

    def __init__(self, text):
        self.all = [each for each in yaml.safe_load_all(text) if each]
        self.deployment = self.named("Deployment", "shopkeeper")
        self.pod = self.deployment["spec"]["template"]["spec"]
        self.container = self.pod["containers"][0]

    def of(self, kind):
        return [each for each in self.all if each["kind"] == kind]

    def named(self, kind, name):
        return next((each for each in self.of(kind) if each["metadata"]["name"] == name), None)

    def argument(self, flag):
        prefix = f"--{flag}="
        return next((each.removeprefix(prefix) for each in self.container["args"] if each.startswith(prefix)), None)


def rights_in(objects):
    """Where the operator has the rights that it needs for Shops; `*` is everywhere."""
    everywhere = ["*"] if objects.named("ClusterRoleBinding", "shopkeeper") else []
    return everywhere + [
        each["metadata"]["namespace"] for each in objects.of("RoleBinding") if each["metadata"]["name"] == "shopkeeper"
    ]


def namespaces_in(peers):
    return [
        name
        for peer in peers
        if "namespaceSelector" in peer
        for name in peer["namespaceSelector"]["matchExpressions"][0]["values"]
    ]


def trial_in(objects):
    role = objects.named("Role", "shopkeeper-test")
    return role and role["metadata"]["namespace"]


def dashboards_in(objects):
    """Which there are, by the label and the annotation that Grafana looks for."""
    return sorted(
        (
            json.loads(next(iter(each["data"].values())))["uid"],
            each["metadata"]["labels"].get("grafana_dashboard"),
            each["metadata"].get("annotations", {}).get("grafana_folder"),
        )
        for each in objects.of("ConfigMap")
        if "dashboard" in each["metadata"]["name"]
    )


# What can be told of the objects, by the name that the table below uses.
FACTS = {
    "image": lambda o: o.container["image"],
    "pull policy": lambda o: o.container["imagePullPolicy"],
    "pull secrets": lambda o: [each["name"] for each in o.pod.get("imagePullSecrets", [])],
    "replicas": lambda o: o.deployment["spec"]["replicas"],
    "budget": lambda o: len(o.of("PodDisruptionBudget")),
    "spread": lambda o: len(o.pod.get("topologySpreadConstraints", [])),
    "rights in": rights_in,
    "kinds of people": lambda o: sorted(
        each["metadata"]["name"]
        for each in o.of("ClusterRole")
        if "rbac.authorization.k8s.io/aggregate-to-edit" in each["metadata"]["labels"]
    ),
    "may lead": lambda o: o.named("RoleBinding", "shopkeeper-leader") is not None,
    "account": lambda o: o.pod["serviceAccountName"],
    "accounts made": lambda o: [
        each["metadata"]["name"]
        for each in o.of("ServiceAccount")
        if "helm.sh/hook" not in each["metadata"].get("annotations", {})
    ],
    "account's annotations": lambda o: o.of("ServiceAccount")[0]["metadata"].get("annotations"),
    "definition": lambda o: [
        each["metadata"]["annotations"]["helm.sh/resource-policy"] for each in o.of("CustomResourceDefinition")
    ],
    "policies": lambda o: len(o.of("NetworkPolicy")),
    "who asks for metrics": lambda o: namespaces_in(o.of("NetworkPolicy")[0]["spec"]["ingress"][0]["from"]),
    "ports of the API server": lambda o: [
        each["port"] for each in o.of("NetworkPolicy")[0]["spec"]["egress"][0]["ports"]
    ],
    "where DNS is": lambda o: namespaces_in(o.of("NetworkPolicy")[0]["spec"]["egress"][1]["to"]),
    "monitors": lambda o: [each["spec"]["endpoints"][0]["interval"] for each in o.of("ServiceMonitor")],
    "monitor's release": lambda o: o.of("ServiceMonitor")[0]["metadata"]["labels"].get("release"),
    "rules": lambda o: [each["metadata"]["labels"].get("release") for each in o.of("PrometheusRule")],
    "alerts lead to": lambda o: sorted({
        rule["annotations"]["runbook_url"].rpartition("/")[0]
        for group in o.of("PrometheusRule")[0]["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }),
    "dashboards": lambda o: dashboards_in(o),
    "dashboards lead to": lambda o: sorted({
        link["url"].rpartition("/")[0]
        for each in o.of("ConfigMap")
        for link in json.loads(next(iter(each["data"].values())))["links"]
        if link["title"] == "Runbooks"
    }),
    "monitor believes the operator": lambda o: o.of("ServiceMonitor")[0]["spec"]["endpoints"][0]["honorLabels"],
    "namespaces made": lambda o: [each["metadata"]["name"] for each in o.of("Namespace")],
    "trial in": trial_in,
    "trial takes": lambda o: o.named("Pod", "shopkeeper-test")["spec"]["containers"][0]["args"][-1],
    "resources": lambda o: o.container.get("resources"),
    "own label": lambda o: o.deployment["spec"]["template"]["metadata"]["labels"].get("team"),
    "name label": lambda o: o.deployment["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"],
    "annotations": lambda o: o.deployment["spec"]["template"]["metadata"].get("annotations"),
    "nodes": lambda o: o.pod.get("nodeSelector"),
    "tolerations": lambda o: o.pod.get("tolerations"),
    "affinity": lambda o: o.pod.get("affinity"),
    "priority": lambda o: o.pod.get("priorityClassName"),
}

# Flags of the operator are facts, too.
FLAGS = [
    "namespace", "identity", "watch-namespaces", "image-registry", "image-tag", "image-pull-policy", "postgres-image",
    "ingress-namespaces", "monitoring-namespaces", "dns-namespaces", "trusted-proxies", "otlp-endpoint", "listen",
    "max-concurrent", "log-format", "log-level", "monitoring-labels", "dashboard-labels", "dashboard-annotations",
    "runbooks",
]  # fmt: skip
FACTS |= {f"--{flag}": lambda o, flag=flag: o.argument(flag) for flag in FLAGS}

# A sentence, values, and what is then so.
RENDERINGS = [
    ("one process looks after the Shops of all namespaces", {}, {
        "replicas": 1, "budget": 0, "spread": 0, "rights in": ["*"], "--watch-namespaces": None, "may lead": True,
        "image": "shopkeeper-operator:0.1.0", "--image-tag": "0.1.0", "--image-registry": None,
        "pull policy": "IfNotPresent", "--namespace": "$(POD_NAMESPACE)", "--identity": "$(POD_NAME)",
        "--listen": "0.0.0.0:8080", "account": "shopkeeper", "accounts made": ["shopkeeper"],
        "definition": ["keep"], "policies": 1, "monitors": [], "namespaces made": [], "affinity": None,
        "--postgres-image": "docker.io/library/postgres:17", "--otlp-endpoint": None, "--max-concurrent": "8",
    }),
    ("images come from a registry, the operator's and the parts'",
        {"image": {"registry": "registry.example.com:5000/shops", "tag": "1.2.3", "pullPolicy": "Always"}},
        {"image": "registry.example.com:5000/shops/shopkeeper-operator:1.2.3", "--image-tag": "1.2.3",
         "--image-registry": "registry.example.com:5000/shops", "--image-pull-policy": "Always",
         "pull policy": "Always"}),
    ("a tag that looks like a number stays a text", {"image": {"tag": "20261122"}}, {"--image-tag": "20261122"}),
    ("the operator is pulled by Secrets", {"image": {"pullSecrets": ["registry"]}}, {"pull secrets": ["registry"]}),
    ("PostgreSQL may come from elsewhere", {"image": {"postgres": "localhost/postgres@sha256:abc"}},
        {"--postgres-image": "localhost/postgres@sha256:abc"}),
    ("two processes are kept apart", {"replicas": 2}, {"replicas": 2, "budget": 1, "spread": 1}),
    ("in named namespaces it has rights in these alone", {"watchNamespaces": ["tea", "coffee"]},
        {"rights in": ["tea", "coffee"], "--watch-namespaces": "tea,coffee", "may lead": True, "trial in": "tea"}),
    ("somebody else gives rights", {"rbac": {"create": False}}, {"rights in": [], "may lead": False}),
    ("people's roles speak of Shops", {}, {"kinds of people": ["shopkeeper-edit", "shopkeeper-view"]}),
    ("people's roles are left as they are", {"rbac": {"aggregate": False}}, {"kinds of people": []}),
    ("the definition is left to somebody else", {"crd": {"install": False}}, {"definition": []}),
    ("the account has another name", {"serviceAccount": {"name": "keeper", "annotations": {"a": "b"}}},
        {"account": "keeper", "accounts made": ["keeper"], "account's annotations": {"a": "b"}}),
    ("the account is there already", {"serviceAccount": {"create": False, "name": "keeper"}},
        {"account": "keeper", "accounts made": []}),
    ("without an account it is the namespace's", {"serviceAccount": {"create": False}}, {"account": "default"}),
    ("no network policy", {"networkPolicy": {"enabled": False}}, {"policies": 0}),
    ("the monitoring, DNS and the API server are elsewhere",
        {"monitoringNamespaces": ["watch", "observe"], "dnsNamespaces": ["dns"],
         "networkPolicy": {"apiServerPorts": [8443]}},
        {"who asks for metrics": ["watch", "observe"], "where DNS is": ["dns"], "ports of the API server": [8443],
         "--monitoring-namespaces": "watch,observe", "--dns-namespaces": "dns"}),
    ("ingress controllers are elsewhere, and the test reaches shops", {"ingressNamespaces": ["edge"]},
        {"--ingress-namespaces": "edge,shopkeeper-system"}),
    ("without the test nobody but ingress controllers reaches shops",
        {"ingressNamespaces": ["edge"], "test": {"enabled": False}}, {"--ingress-namespaces": "edge", "trial in": None}),
    ("the test makes its Shop where it is told", {"test": {"namespace": "scratch", "timeout": "90s"}},
        {"trial in": "scratch", "trial takes": "--timeout=90s"}),
    ("other proxies are believed", {"trustedProxies": ["192.0.2.0/24", "2001:db8::/32"]},
        {"--trusted-proxies": "192.0.2.0/24,2001:db8::/32"}),
    ("parts send traces, the log is text",
        {"otlpEndpoint": "http://collector.monitoring:4318", "log": {"format": "text", "level": "info,kube=warn"},
         "maxConcurrent": 16},
        {"--otlp-endpoint": "http://collector.monitoring:4318", "--log-format": "text",
         "--log-level": "info,kube=warn", "--max-concurrent": "16"}),
    ("Prometheus finds it", {"serviceMonitor": {"enabled": True, "interval": "10s", "labels": {"release": "prometheus"}}},
        {"monitors": ["10s"], "monitor's release": "prometheus"}),
    ("nobody is alerted and nothing is drawn unless asked for", {},
        {"rules": [], "dashboards": [], "--dashboard-labels": None, "--monitoring-labels": None,
         "--runbooks": "operator/monitoring/runbooks"}),
    ("alerts are there, and lead to runbooks", {
        "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
        "shopMonitoringLabels": {"release": "prometheus", "team": "shops"}, "runbooks": "https://runbooks.example.com/shops",
    }, {
        "rules": ["prometheus"], "alerts lead to": ["https://runbooks.example.com/shops"],
        "--monitoring-labels": "release=prometheus,team=shops", "--runbooks": "https://runbooks.example.com/shops",
    }),
    ("the operator's word about other namespaces counts", {"serviceMonitor": {"enabled": True}},
        {"monitor believes the operator": True}),
    ("Grafana finds dashboards", {
        "dashboards": {"enabled": True, "annotations": {"grafana_folder": "Shops"}}, "runbooks": "https://runbooks.example.com",
    }, {
        "dashboards": [(f"shopkeeper-{name}", "1", "Shops") for name in ("fleet", "operator", "shop")],
        "dashboards lead to": ["https://runbooks.example.com"],
        "--dashboard-labels": "grafana_dashboard=1", "--dashboard-annotations": "grafana_folder=Shops",
    }),
    ("Pods are placed and labelled", {
        "podLabels": {"team": "shops", "app.kubernetes.io/name": "other"}, "podAnnotations": {"a": "b"},
        "nodeSelector": {"disk": "ssd"}, "tolerations": [{"key": "infra", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}}, "priorityClassName": "high",
    }, {
        "own label": "shops", "name label": "shopkeeper-operator", "annotations": {"a": "b"}, "nodes": {"disk": "ssd"},
        "tolerations": [{"key": "infra", "operator": "Exists"}], "affinity": {"nodeAffinity": {}}, "priority": "high",
    }),
    ("it takes what it is given", {"resources": {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"cpu": "500m"}}},
        {"resources": {"requests": {"cpu": 1, "memory": "1Gi"}, "limits": {"cpu": "500m", "memory": "256Mi"}}}),
    ("the namespace is printed", {"namespace": {"create": True}}, {"namespaces made": ["shopkeeper-system"]}),
    ("a chart around this one may have globals", {"global": {"anything": True}}, {"replicas": 1}),
]  # fmt: skip

# Values that are refused, and what the message names.
REFUSALS = [
    ({"nonsense": 1}, ["nonsense"]),
    ({"image": {"tagg": "1"}}, ["/image", "tagg"]),
    ({"image": {"registry": "registry.example.com/"}}, ["/image/registry"]),
    ({"image": {"registry": "https://registry.example.com"}}, ["/image/registry"]),
    ({"image": {"tag": "1 2"}}, ["/image/tag"]),
    ({"image": {"tag": 1.5}}, ["/image/tag", "string"]),
    ({"image": {"pullPolicy": "Sometimes"}}, ["/image/pullPolicy", "'Always'"]),
    ({"image": {"postgres": ""}}, ["/image/postgres"]),
    ({"image": {"pullSecrets": [{"name": "registry"}]}}, ["/image/pullSecrets/0"]),
    ({"replicas": 0}, ["/replicas", "want 1"]),
    ({"replicas": 6}, ["/replicas", "want 5"]),
    ({"replicas": "2"}, ["/replicas", "integer"]),
    ({"watchNamespaces": "tea"}, ["/watchNamespaces", "array"]),
    ({"watchNamespaces": ["Tea"]}, ["/watchNamespaces/0"]),
    ({"watchNamespaces": ["tea", "tea"]}, ["/watchNamespaces"]),
    ({"ingressNamespaces": []}, ["/ingressNamespaces", "minItems"]),
    ({"trustedProxies": ["10.0.0.1"]}, ["/trustedProxies/0"]),
    ({"otlpEndpoint": "collector:4318"}, ["/otlpEndpoint"]),
    ({"maxConcurrent": 65}, ["/maxConcurrent", "want 64"]),
    ({"log": {"format": "yaml"}}, ["/log/format", "'json'"]),
    ({"crd": {"install": "no"}}, ["/crd/install", "boolean"]),
    ({"crd": {"keep": False}}, ["/crd", "keep"]),
    ({"serviceAccount": {"name": "Keeper"}}, ["/serviceAccount/name"]),
    ({"networkPolicy": {"apiServerPorts": [70000]}}, ["/networkPolicy/apiServerPorts/0", "want 65,535"]),
    ({"serviceMonitor": {"interval": "often"}}, ["/serviceMonitor/interval"]),
    ({"resources": {"limits": {"memory": "lots"}}}, ["/resources/limits/memory"]),
    ({"resources": {"limits": {"gpu": 1}}}, ["/resources/limits", "gpu"]),
    ({"test": {"timeout": 90}}, ["/test/timeout", "string"]),
]  # fmt: skip

# Values, and commands that the notes after an installation must give.
NOTES = [
    ({}, ["kubectl create namespace shops", "--namespace shops apply -k manifests",
          "helm test shopkeeper --namespace shopkeeper-system", "rollout status deployment/shopkeeper",
          "No image.registry was given"]),
    ({"watchNamespaces": ["tea", "coffee"], "image": {"registry": "registry.example.com"}},
        ["the Shops of tea, coffee", "--namespace tea apply -k manifests", "!create namespace", "!No image.registry"]),
    ({"crd": {"install": False}, "test": {"enabled": False}},
        ["kubectl apply --server-side -f crds/shops.yaml", "!helm test"]),
]  # fmt: skip


def render(values, *arguments):
    made = template(*arguments, values=values)
    return (made.stdout, []) if made.returncode == 0 else (None, made.stderr.splitlines())


def check_renderings():
    """Gives what was made, by its sentence."""
    outputs = {}
    for sentence, values, facts in RENDERINGS:
        text, problems = render(values)
        if text is not None:
            outputs[sentence] = text
            objects = Objects(text)
            told = {name: FACTS[name](objects) for name in facts}
            problems = [f"{name} is {told[name]!r}, not {facts[name]!r}" for name in facts if told[name] != facts[name]]
            problems += hardened(objects)
        check(f"chart: {sentence}", problems)
    return outputs


def hardened(objects):
    """What Pod Security `restricted` and good manners ask of every Pod."""
    pods = [(each["metadata"]["name"], each["spec"]) for each in objects.of("Pod")] + [("shopkeeper", objects.pod)]
    for name, pod in pods:
        security = pod["securityContext"]
        if security != {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        }:
            yield f"{name}: its security context is {security}"
        for container in pod["containers"]:
            wanted = {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            if container["securityContext"] != wanted:
                yield f"{name}: the security context of {container['name']} is {container['securityContext']}"
            if not container["resources"].get("limits", {}).get("memory"):
                yield f"{name}: {container['name']} may take all memory"
    for role in objects.of("Role") + objects.of("ClusterRole"):
        if "*" in json.dumps(role["rules"]):
            yield f"{role['metadata']['name']} names rights by *"


def check_refusals():
    for values, words in REFUSALS:
        _, message = render(values)
        message = "\n".join(message)
        problems = (
            ["it was taken"]
            if not message
            else [f"no word of {word}: {message}" for word in words if word not in message]
        )
        check(f"chart: {json.dumps(values)} is refused", problems)


def check_notes():
    for values, words in NOTES:
        command = [
            helm(),
            "install",
            "shopkeeper",
            CHART,
            "--namespace",
            "shopkeeper-system",
            "--dry-run=client",
            "--values",
            "-",
        ]
        made = subprocess.run(command, input=json.dumps(values), capture_output=True, text=True)
        notes = made.stdout.partition("NOTES:")[2]
        missing = [word for word in words if (word.removeprefix("!") in notes) == word.startswith("!")]
        problems = [f"{word!r} in:\n{notes}{made.stderr}" for word in missing]
        check(f"chart: the notes fit {json.dumps(values)}", problems)


def check_fixed_points():
    """How scripts install it, word for word."""
    arguments = ["--set", "image.registry=localhost:5000", "--set", "image.tag=dev", "--set", "image.pullPolicy=Never"]
    made = template(*arguments)
    operator = Objects(made.stdout)
    told = [
        operator.container["image"],
        operator.argument("image-registry"),
        operator.argument("image-tag"),
        operator.argument("image-pull-policy"),
    ]
    wanted = ["localhost:5000/shopkeeper-operator:dev", "localhost:5000", "dev", "Never"]
    check(
        "chart: --set image.registry, image.tag and image.pullPolicy are for the operator and its parts",
        [told] if told != wanted else [],
    )
    other = yaml.safe_load_all(template(release="keeper", values={"crd": {"install": False}}).stdout)
    names = {each["metadata"]["name"] for each in other}
    check(
        "chart: another release has other names", [name for name in names if not name.startswith("keeper-shopkeeper")]
    )
    one, other = (Objects(render(values)[0]) for values in ({}, {"watchNamespaces": ["tea"]}))
    rules = one.named("ClusterRole", "shopkeeper")["rules"], other.named("Role", "shopkeeper")["rules"]
    check("chart: rights in a namespace are those in all", [] if rules[0] == rules[1] else rules)


def check_lint():
    made = subprocess.run([helm(), "lint", "--strict", CHART], capture_output=True, text=True)
    check("helm lint --strict", [] if made.returncode == 0 else (made.stdout + made.stderr).splitlines())


def check_freshness():
    for path, text in generated().items():
        stale = path.read_text() != text if path.exists() else True
        check(
            f"{path.relative_to(ROOT)} is fresh",
            ["run .cache/venv/bin/python tests/tiers/chart_files.py"] if stale else [],
        )
    [templated] = Objects(render({})[0]).of("CustomResourceDefinition")
    del templated["metadata"]["labels"], templated["metadata"]["annotations"]
    same = templated == yaml.safe_load(DEFINITION.read_text())
    check("the chart's definition of the Shop is crds/shops.yaml", [] if same else ["it says something else"])


def check_versions():
    [version] = re.findall(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text(), re.M)
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    said = {
        "Chart.yaml, version": chart["version"],
        "Chart.yaml, appVersion": chart["appVersion"],
        "Tiltfile": re.search(r"VERSION = '(.*)'", (ROOT / "Tiltfile").read_text())[1],
    }
    for path in (ROOT / "manifests/restore").glob("*.yaml"):
        said[path.name] = re.search(r"image: .*:(.*)", path.read_text())[1]
    check(
        "all speak of one version",
        [f"{where}: {what}, not {version}" for where, what in said.items() if what != version],
    )


def validate(what, objects, versions=KUBERNETES):
    """Holds objects to the schemas of Kubernetes, strictly, and to one meaning of each name."""
    problems = []
    # Nobody publishes schemas of these with Kubernetes; the Shop's own is checked by the operator.
    foreign = ("PrometheusRule", "ServiceMonitor", "HTTPRoute", "Shop", "Kustomization")
    for each in objects:
        if each["kind"] in foreign:
            continue
        for version in versions:
            try:
                kubernetes_validate.validate(each, version, strict=True)
            except Exception as error:
                problems.append(f"{version}: {each['kind']} {each['metadata']['name']}: {error}")
    names = [(each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in objects]
    problems += [f"{name} is there twice" for name in set(names) if names.count(name) > 1]
    check(f"{what} is what Kubernetes takes", problems)


def check_schemas(outputs):
    for number, (sentence, text) in enumerate(outputs.items()):
        objects = [each for each in yaml.safe_load_all(text) if each]
        # The definition is the same each time, and the largest by far.
        rest = [each for each in objects if each["kind"] != "CustomResourceDefinition"]
        if number == 0:
            validate("what the chart makes by default", objects)
        else:
            validate(f"what the chart makes where {sentence}", rest, KUBERNETES[:1])
    for path in sorted((ROOT / "manifests").rglob("*.yaml")):
        if path.name not in ("kustomization.yaml", "install.yaml"):
            objects = [each for each in yaml.safe_load_all(path.read_text()) if each]
            validate(path.relative_to(ROOT), objects)


def check_samples(operator):
    """Each sample Shop is taken, and what becomes of it is what Kubernetes takes."""
    for path in sorted((ROOT / "manifests").glob("*.yaml")):
        shops = [each for each in yaml.safe_load_all(path.read_text()) if each and each.get("kind") == "Shop"]
        for shop in shops:
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                yaml.safe_dump(shop, file)
                made = subprocess.run([operator, "render", file.name], capture_output=True, text=True)
            check(f"manifests/{path.name} is a Shop", [] if made.returncode == 0 else made.stderr.splitlines())
            if made.returncode == 0:
                validate(
                    f"what becomes of manifests/{path.name}", [each for each in yaml.safe_load_all(made.stdout) if each]
                )


def check_misconfigurations(outputs):
    """trivy's checks of Kubernetes objects, but for those that are accepted above with a reason."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for number, text in enumerate(outputs.values()):
            # Dashboards are large, and nothing that trivy knows anything of.
            rest = [each for each in yaml.safe_load_all(text) if each and each["kind"] != "ConfigMap"]
            (folder / f"{number}.yaml").write_text(yaml.safe_dump_all(rest))
        for path in (ROOT / "manifests/restore").glob("*.yaml"):
            (folder / path.name).write_text(path.read_text())
        trivy = ROOT / ".cache/venv/bin/trivy"
        command = [
            trivy,
            "config",
            "--skip-check-update",
            "--skip-version-check",
            "--quiet",
            "--timeout=30m",
            "--format",
            "json",
            "--cache-dir",
            folder / "cache",
            folder,
        ]
        made = subprocess.run(command, capture_output=True, text=True)
        results = json.loads(made.stdout)["Results"] if made.returncode == 0 else []
    for result in results:
        for problem in result.get("Misconfigurations", []):
            found.setdefault(problem["ID"], f"{problem['ID']} {problem['Title']}: {problem['Message']}")
    problems = made.stderr.splitlines() if made.returncode != 0 else []
    check("trivy read what it was given", problems + ([] if results else ["nothing was checked"]))
    check("trivy finds nothing that has no reason", [text for name, text in found.items() if name not in ACCEPTED])
    check("trivy finds all that has a reason", [name for name in ACCEPTED if name not in found])


def check_tiltfile():
    """Tilt's language is nearly Python: what the file asks for is collected by stand-ins."""
    asked = []

    def stand_in(name):
        return lambda *arguments, **named: asked.append((name, arguments, named)) or name

    text = (ROOT / "Tiltfile").read_text()
    words = ["allow_k8s_contexts", "local_resource", "k8s_yaml", "k8s_resource", "helm", "kustomize"]
    try:
        exec(compile(text, "Tiltfile", "exec"), {word: stand_in(word) for word in words})
        folders = [arguments[0] for name, arguments, _ in asked if name in ("helm", "kustomize")]
        problems = [f"{folder} is not there" for folder in folders if not (ROOT / folder).is_dir()]
        sets = [each for name, _, named in asked if name == "helm" for each in named["set"]]
        made = template(*(word for each in sets for word in ("--set", each)))
        problems += made.stderr.splitlines()
    except Exception as error:
        problems = [repr(error)]
    lines = len(text.splitlines())
    check("the Tiltfile asks for what is there", problems)
    check("the Tiltfile has under 30 lines", [] if lines < 30 else [f"it has {lines}"])


arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--operator", default="target/debug/operator", help="the program that reads Shops")
arguments = arguments.parse_args()

check_lint()
outputs = check_renderings()
check_refusals()
check_notes()
check_fixed_points()
check_freshness()
check_versions()
check_schemas(outputs)
check_misconfigurations(outputs)
check_samples(arguments.operator)
check_tiltfile()
