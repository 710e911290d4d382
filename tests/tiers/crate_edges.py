"""Checks which crate depends on which: the picture that keeps the services apart."""

from checks import check, metadata

SERVICE = {"chassis", "contract", "database", "feed"}

# Crate → the crates of ours that it may be built from. Whatever is not listed here may not exist.
MAY_USE = {
    "contract": set(),
    "database": set(),
    "shop": set(),
    "monitoring": {"shop"},
    "operator": {"chassis", "monitoring", "shop"},
    "chassis": {"contract"},
    "client": {"chassis", "contract"},
    "feed": {"chassis", "contract", "database"},
    "user": SERVICE,
    "product": SERVICE,
    "order": SERVICE,
    "storefront": {"chassis", "client", "contract", "feed"},
    "local": {"chassis", "contract", "shop", "order", "product", "storefront", "user"},
    "kit": {"chassis", "contract", "database"},
    "it": {"contract", "kit"},
    "cluster": {"kit", "monitoring"},
    "bench": {"chassis", "contract", "database", "kit"},
}

# Crates of others that have few homes: SQL (the kit and the shop on one machine make databases, the benchmark
# compares with it bare), the crypto behind tokens, the cluster.
HOMES = {
    "sqlx": {"bench", "database", "kit", "local"},
    "jsonwebtoken": {"chassis", "user"},
    "kube": {"cluster", "operator", "shop"},
}

packages = metadata("--no-deps")["packages"]
ours = {package["name"] for package in packages}
check("every crate has its edges written down", sorted(ours ^ MAY_USE.keys()))

for package in packages:
    name = package["name"]
    # Tests may use the kit, and it may use what they test.
    built_from = {edge["name"] for edge in package["dependencies"] if edge["kind"] != "dev"}
    tested_with = {edge["name"] for edge in package["dependencies"] if edge["kind"] == "dev"}
    may_use = MAY_USE.get(name, set())
    strangers = (built_from & ours) - may_use | (tested_with & ours) - may_use - {"kit", name}
    homeless = {other for other, homes in HOMES.items() if other in built_from and name not in homes}
    check(f"{name} depends only on what it may", sorted(strangers | homeless))
