"""Checks what Prometheus and Grafana are given, without a cluster: promtool evaluates each alert over made-up series, in
which it has to fire and not to fire; the dashboards are held to Grafana's schema; and no query asks for what nobody tells.
"""

import argparse
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from chart_files import CHART, ROOT
from checks import check
from runbooks import check_syntax

# A Shop with every default; the rules of its own are what the operator makes of it.
SHOP = """
apiVersion: shopkeeper.dev/v1alpha1
kind: Shop
metadata: {name: tea, namespace: shops}
spec:
  title: Tea House
  currency: EUR
  slo:
    browse: {latencyMillis: 1000}
    logIn: {success: "50"}
"""

OF_SHOP = 'namespace="shops",shop="tea"'
REQUESTS = "http_server_request_duration_seconds"


def series(name, labels, values):
    """One series of a test; values are in promtool's notation, 30 s apart."""
    return {"series": f"{name}{{{OF_SHOP},{labels}}}" if labels else f"{name}{{{OF_SHOP}}}", "values": values}


def posts(route, status, per_sample, samples=240, start=0):
    """A counter of requests that a form sends, as the storefront counts them, with all of them fast enough."""
    labels = f'part="storefront",http_request_method="POST",http_route="{route}",http_response_status_code="{status}"'
    values = f"{'_x%d ' % start if start else ''}0+{per_sample}x{samples}"
    return [
        series(f"{REQUESTS}_count", labels, values),
        series(f"{REQUESTS}_bucket", f'{labels},le="0.5"', values),
    ]


def visits(status, per_sample, fast, le="1.0"):
    """Requests for the first page, of which some are fast enough."""
    labels = f'part="storefront",http_request_method="GET",http_route="/",http_response_status_code="{status}"'
    return [
        series(f"{REQUESTS}_count", labels, f"0+{per_sample}x240"),
        series(f"{REQUESTS}_bucket", f'{labels},le="{le}"', f"0+{fast}x240"),
    ]


def ups(values="1x240", **others):
    """Whether Prometheus could ask each part."""
    return [
        series("up", f'part="{part}",instance="{part}"', others.get(part, values))
        for part in ("user", "product", "order", "storefront")
    ]


def day(good, bad):
    """The recorded measures of one journey over a day and more: requests and failures per second, a sample in 30 s."""
    labels = 'journey="order"'
    return [
        series("shop:journey_requests:rate5m", labels, f"{good + bad}x3000"),
        series("shop:journey_failures:rate5m", f'{labels},slo="success"', f"{bad}x3000"),
        series("shop:slo_error_budget:ratio", f'{labels},slo="success"', "0.001x3000"),
    ]


def gone(capability, values):
    return series("shop_capability", f'capability="{capability}",pod="a"', values)


def condition(kind, values):
    return {
        "series": f'shopkeeper_shop_condition{{{OF_SHOP},type="{kind}",status="True"}}',
        "values": values,
    }


def operator(name, values, more=""):
    return {"series": f'{name}{{namespace="shopkeeper-system"{more}}}', "values": values}


# The alert, a sentence, the series, the moments at which it does not fire, and those at which it does.
ALERTS = [
    ("ShopClosed", "the storefront is gone for two minutes, and comes back",
        ups(storefront="1x9 0x5 1x20"), ["4m", "9m"], ["7m"]),
    ("ShopClosed", "one process of two is gone", ups() + [series("up", 'part="storefront",instance="b"', "0x240")], ["9m"], []),
    ("ShopClosed", "another part is gone", ups(user="0x240"), ["9m"], []),
    ("ShopPartDown", "the order service was never there", ups(order="_x240"), ["1m"], ["5m"]),
    ("ShopPartDown", "the user service does not answer for five minutes", ups(user="1x9 0x10 1x20"),
        ["4m", "12m"], ["9m"]),
    ("ShopErrorBudgetBurnsFast", "all goes well", posts("/checkout", 303, 30), ["5m", "60m", "119m"], []),
    ("ShopErrorBudgetBurnsFast", "every checkout fails", posts("/checkout", 303, 30, 60) +
        posts("/checkout", 503, 30, 60, start=60), ["20m"], ["50m"]),
    ("ShopErrorBudgetBurnsFast", "every checkout failed for ten minutes, an hour ago",
        posts("/checkout", 303, 30) + posts("/checkout", 503, 30, 20), ["90m"], []),
    ("ShopErrorBudgetBurnsFast", "one in a thousand fails", posts("/checkout", 303, 999) + posts("/checkout", 503, 1),
        ["60m", "119m"], []),
    ("ShopErrorBudgetBurnsFast", "a single checkout fails, of three in two hours",
        posts("/checkout", 303, 1, 3, start=40) + posts("/checkout", 503, 1, 1, start=50), ["30m", "60m", "119m"], []),
    ("ShopErrorBudgetBurnsFast", "answers of 4xx are the client's affair", posts("/login", 401, 30), ["60m"], []),
    ("ShopErrorBudgetBurnsFast", "every page is slow", visits(200, 30, 0), [], ["30m"]),
    ("ShopErrorBudgetBurnsFast", "pages are as fast as promised, as an older Prometheus writes it",
        visits(200, 30, 30, le="1"), ["30m"], []),
    ("ShopErrorBudgetBurnsFast", "nine logins of ten fail where half of them may",
        posts("/login", 303, 1) + posts("/login", 503, 19), [], ["60m"]),
    ("ShopErrorBudgetBurnsSlowly", "one in a thousand fails for a day", day(0.9995, 0.0005), ["1500m"], []),
    ("ShopErrorBudgetBurnsSlowly", "four in a thousand fail for a day", day(0.996, 0.004), [], ["1400m"]),
    ("ShopErrorBudgetBurnsSlowly", "four of a thousand fail, but hardly anybody comes", day(0.000996, 0.000004),
        ["1400m"], []),
    ("ShopCapabilityGone", "nobody can register for three minutes", [gone("register", "1x9 0x6 1x20")],
        ["4m", "10m"], ["7m"]),
    ("ShopCapabilityGone", "one of two storefronts is cut off",
        [gone("order", "0x40"), series("shop_capability", 'capability="order",pod="b"', "1x40")], ["10m"], []),
    ("ShopRuleBroken", "nobody can log in while the user service is down", ups(user="0x40") + [gone("log_in", "0x40")],
        ["10m"], []),
    ("ShopRuleBroken", "nobody can log in though the user service answers", ups() + [gone("log_in", "1x9 0x20 1x20")],
        ["4m", "16m"], ["9m"]),
    ("ShopRuleBroken", "nobody can order though the order service answers", ups() + [gone("order", "0x40")], [], ["9m"]),
    ("ShopRuleBroken", "nobody can browse while the product service is down",
        ups(product="0x40") + [gone("browse", "0x40")], [], ["9m"]),
    ("ShopCircuitOpen", "a circuit is open, tries, and is open again",
        [series("shop_circuit_state", 'peer="order"', "0x9 2 1 2 1 2 1 2 1 2 1 0x20")], ["4m", "12m"], ["9m"]),
    ("ShopFeedLags", "events are late for four minutes",
        [series("shop_event_lag_seconds", 'part="order",feed="product"', "0x9 30 70 100 130 160 190 220 250 0x20")],
        ["4m", "6m", "12m"], ["8m"]),
    ("ShopOrdersStuck", "an order waits for a quarter of an hour, and is confirmed",
        [series("shop_open_order_age_seconds", 'part="order"', "0x9 0+30x35 0x20")], ["4m", "14m", "24m"], ["21m"]),
    ("ShopStockOut", "the last piece of a product goes", [series("shop_stock_outs_total", 'part="product"', "0x19 1x200")],
        ["9m", "90m"], ["15m"]),
    ("ShopDatabaseSaturated", "all connections are in use for ten minutes",
        [series("db_client_connection_count", 'part="order",instance="a",db_client_connection_state="used"', "2x9 10x20 1x20"),
         series("db_client_connection_max", 'part="order",instance="a"', "10x60")], ["4m", "8m", "18m"], ["13m"]),
    ("ShopDatabaseSaturated", "many wait for their turn to write",
        [series("db_client_connection_pending_requests", 'part="order",instance="a"', "0x9 50x20 0x20")],
        ["4m", "18m"], ["13m"]),
    ("ShopSigningKeyOld", "a key becomes a year old",
        [series("shop_signing_key_age_seconds", 'part="user"', f"{365 * 86400 - 600}+30x240")], ["9m", "60m"], ["75m"]),
    ("ShopCertificateExpiresSoon", "a certificate ends in two weeks, and is renewed",
        [series("shopkeeper_certificate_expiry_timestamp_seconds", "", f"{14 * 86400 + 600}x200 {90 * 86400}x40")],
        ["9m", "60m", "110m"], ["80m"]),
    ("ShopNotReady", "a shop is not ready for twenty minutes", [condition("Ready", "1x9 0x40 1x20")],
        ["4m", "15m", "30m"], ["22m"]),
    ("ShopStalled", "a shop is stalled for ten minutes", [condition("Stalled", "0x9 1x20 0x20")], ["4m", "18m"], ["12m"]),
    ("ShopkeeperOperatorDown", "nothing is heard of the operator", [operator("shopkeeper_leader", "1x9 _x40 1x20")],
        ["4m", "12m", "27m"], ["20m"]),
    ("ShopkeeperNotLeading", "both processes wait",
        [operator("shopkeeper_leader", "1x9 0x10 1x20", ',pod="a"'), operator("shopkeeper_leader", "0x40", ',pod="b"')],
        ["4m", "12m"], ["8m"]),
    ("ShopkeeperOperatorStalled", "no Shop is looked at for half an hour",
        [operator("shopkeeper_reconcile_duration_seconds_count", "0+1x20 20x80 21+1x40", ',outcome="done"'),
         operator("shopkeeper_shops", "3x200")], ["9m", "20m", "60m"], ["40m"]),
    ("ShopkeeperOperatorStalled", "there is no Shop",
        [operator("shopkeeper_reconcile_duration_seconds_count", "5x200", ',outcome="done"'),
         operator("shopkeeper_shops", "0x200")], ["40m"], []),
    ("ShopkeeperReconcilesFail", "the API server refuses something again and again",
        [operator("shopkeeper_reconcile_errors_total", "0x9 0+1x60 60x120", ',reason="forbidden"')],
        ["4m", "12m", "70m"], ["30m"]),
]  # fmt: skip

# What no part of ours tells, but Prometheus itself, or the library that watches a process.
OF_OTHERS = {
    "up", "ALERTS", "process_resident_memory_bytes", "process_cpu_seconds_total", "process_start_time_seconds",
    "process_open_fds",
}  # fmt: skip


def promtool(arguments):
    """The newest that was built for the test bed."""
    built = sorted((ROOT / ".cache/cluster/bin").glob("prometheus-[0-9]*/promtool"), key=lambda path: path.stat().st_mtime)
    if not built:
        sys.exit("there is no promtool: run tests/cluster/bed build")
    return subprocess.run([built[-1], *arguments], capture_output=True, text=True)


def made_of_shop(program, folder):
    """The rules of the Shop, and its dashboard."""
    file = folder / "shop.yaml"
    file.write_text(SHOP)
    command = [program, "render", file, "--dashboard-labels=grafana_dashboard=1"]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    objects = {(each["kind"], each["metadata"]["name"]): each for each in yaml.safe_load_all(made.stdout)}
    dashboard = objects["ConfigMap", "tea-dashboard"]
    check("Grafana finds a Shop's own dashboard by its label",
        [] if dashboard["metadata"]["labels"]["grafana_dashboard"] == "1" else [dashboard["metadata"]["labels"]])  # fmt: skip
    return objects["PrometheusRule", "tea"]["spec"], json.loads(dashboard["data"]["shops-tea.json"])


def case(alert, sentence, given, quiet, loud):
    # What is about a shop has to say which.
    about = "" if alert.startswith("Shopkeeper") else f",{OF_SHOP}"
    firing = f'count(ALERTS{{alertname="{alert}",alertstate="firing"{about}}}) > bool 0 or vector(0)'
    moments = [(moment, 0) for moment in quiet] + [(moment, 1) for moment in loud]
    return {
        "name": f"{alert}: {sentence}",
        "interval": "30s",
        "input_series": given,
        "promql_expr_test": [
            {"expr": firing, "eval_time": moment, "exp_samples": [{"labels": "{}", "value": value}]}
            for moment, value in moments
        ],
    }


def check_alerts(folder, files, alerts):
    def trial(number):
        alert, sentence, *rest = ALERTS[number]
        test = folder / f"test-{number}.yaml"
        # Where recorded series are given, the rules that record them would stand in the way.
        given_recorded = any(each["series"].startswith("shop:") for each in rest[0])
        used = [file for file in files if not (given_recorded and file.name == "of-shop.yaml")]
        content = {"rule_files": [str(file) for file in used], "evaluation_interval": "30s"}
        test.write_text(json.dumps(content | {"tests": [case(alert, sentence, *rest)]}))
        return promtool(["test", "rules", test])

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for (alert, sentence, *_), made in zip(ALERTS, pool.map(trial, range(len(ALERTS)))):
            check(f"{alert}: {sentence}", [] if made.returncode == 0 else (made.stdout + made.stderr).splitlines())
    for fires, word in ((4, "firing"), (3, "silent")):
        shown = {row[0] for row in ALERTS if row[fires]}
        check(f"every alert was seen {word}", sorted(alerts - shown))
    check("only alerts that there are were tried", sorted({row[0] for row in ALERTS} - alerts))


def names_in(query):
    """The series that a query asks for."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", query)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    bare = re.sub(r"\b(by|on|ignoring|without|group_left|group_right)\s*\([^)]*\)", "", bare)
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    words = re.findall(r"[a-zA-Z_][a-zA-Z0-9_:]*(?!\s*\()\b", bare)
    return {word for word in words if not re.search(rf"\b{word}\s*\(", bare)} - {"and", "or", "unless", "bool"}


def check_names(rules, queries):
    """Every series is recorded by a rule, or told by a program of ours under this very name."""
    recorded = {rule["record"] for group in rules for rule in group["rules"] if "record" in rule}
    sources = "".join(
        path.read_text()
        for folder in ("services", "operator/src")
        for path in (ROOT / folder).rglob("*.rs")
        if "/tests" not in str(path)
    )
    asked = {}
    for where, query in queries:
        for name in names_in(query):
            asked.setdefault(name, where)
    strangers = []
    for name, where in sorted(asked.items()):
        plain = re.sub(r"_(bucket|count|sum)$", "", name)
        if name not in recorded | OF_OTHERS and not any(f'"{each}"' in sources for each in (name, plain)):
            strangers.append(f"{name}, in {where}")
    check(f"all {len(asked)} series that are asked for are told by somebody", strangers)
    check("every recorded series is asked for", sorted(recorded - asked.keys()))


def same(one, other, path=""):
    """Where two values differ; members that are null or empty are no difference."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() | other.keys():
            yield from same(one.get(name), other.get(name), f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other)):
            yield from same(left, right, f"{path}[{number}]")
    elif one != other and (one or other) and one is not None:
        yield f"{path}: {json.dumps(one)} became {json.dumps(other)}"


def check_dashboard(what, dashboard):
    """Grafana's own types, which are generated from its schema, know every field, and give it back as it was."""
    try:
        read = Dashboard.from_json(dashboard)
        back = json.loads(JSONEncoder(sort_keys=True).encode(read))
        problems = list(same(dashboard, back))
    except Exception as error:
        problems = [repr(error)]
    check(f"{what} is what Grafana's schema describes", problems)


def check_links(dashboards):
    known = {f"/d/{each['uid']}" for each in dashboards}
    for each in dashboards:
        places = {link["url"].partition("?")[0] for link in each["links"]}
        others = known - {f"/d/{each['uid']}"}
        check(f"{each['uid']} leads to the others and to the runbooks",
            [f"not to {place}" for place in others - places]
            + [f"to {place}, which is nowhere" for place in places - others if not place.endswith("/README.md")]
            + ([] if any(place.endswith("/README.md") for place in places) else ["not to the runbooks"]))  # fmt: skip


arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--operator", default="target/debug/operator", help="the program that makes a Shop's rules")
arguments = arguments.parse_args()

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    of_shop = folder / "of-shop.yaml"
    rules, of_its_own = made_of_shop(arguments.operator, folder)
    of_shop.write_text(yaml.safe_dump(rules))
    files = [CHART / "rules/fleet.yaml", of_shop]
    for file in files:
        made = promtool(["check", "rules", file])
        check(f"promtool check rules {file.name}", [] if made.returncode == 0 else made.stderr.splitlines())
    rules = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    alerts = {rule["alert"] for group in rules for rule in group["rules"] if "alert" in rule}
    check_alerts(folder, files, alerts)

dashboards = [json.loads(path.read_text()) for path in sorted((CHART / "dashboards").glob("*.json"))]
for dashboard in dashboards:
    check_dashboard(dashboard["uid"], dashboard)
check_dashboard("a Shop's own dashboard", of_its_own)
check_links(dashboards)
whole = {target["expr"] for each in dashboards for panel in each["panels"] for target in panel.get("targets", [])}
whole = {query.replace("$namespace", "shops").replace("$shop", "tea") for query in whole}
brief = {target["expr"] for panel in of_its_own["panels"] for target in panel.get("targets", [])}
check("a Shop's own dashboard asks of it what the long one asks", brief - whole)
queries = [(rule.get("alert") or rule["record"], rule["expr"]) for group in rules for rule in group["rules"]]
queries += [
    (f"{dashboard['uid']}: {panel['title']}", target["expr"])
    for dashboard in dashboards
    for panel in dashboard["panels"]
    for target in panel.get("targets", [])
]
check_names(rules, queries)
check_syntax()
