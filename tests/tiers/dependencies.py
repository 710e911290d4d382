"""Checks what the workspace pulls in: crypto, licences, a reason for each, known vulnerabilities."""

import os
import re
import shutil
import subprocess

from checks import cargo, check, metadata

# One crypto provider, aws-lc-rs. These would be a second one, and rsa has an unfixed advisory.
FORBIDDEN = {"ring", "rsa", "openssl", "openssl-sys", "native-tls"}

# Licences that let everybody use the result, without conditions beyond naming the authors.
ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
    "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "Unicode-3.0", "Unlicense", "Zlib",
}  # fmt: skip


def allowed(expression):
    """Whether an SPDX expression (or the old `A/B`) can be met with allowed licences alone."""
    tokens = re.findall(r"[()/]|[^\s()/]+", expression)

    def either():
        value = both()
        while tokens and tokens[0] in ("OR", "/"):
            tokens.pop(0)
            value = both() or value
        return value

    def both():
        value = single()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            value = single() and value
        return value

    def single():
        token = tokens.pop(0)
        if token == "(":
            value = either()
            tokens.pop(0)
            return value
        if tokens and tokens[0] == "WITH":
            token = " ".join([token, tokens.pop(0), tokens.pop(0)])
        return token in ALLOWED

    return either()


def without_reason(manifest):
    """Dependencies in [workspace.dependencies] that the comment above them does not name and explain."""
    section = manifest.split("[workspace.dependencies]")[1].split("\n[")[0]
    names = []
    for line in section.splitlines():
        if line.startswith("#"):
            names = line.removeprefix("#").split(":")[0].split(",") if re.search(r": \S", line) else []
        elif "=" in line and "path =" not in line:
            name = line.split("=")[0].strip()
            patterns = (re.escape(known.strip()).replace(r"\*", ".*") for known in names)
            if not any(re.fullmatch(pattern, name) for pattern in patterns):
                yield name


def advisories():
    """Known vulnerabilities, if cargo-audit and its database are on this machine; nothing is downloaded."""
    database = os.path.expanduser(os.environ.get("ADVISORY_DB", "~/.cargo/advisory-db"))
    if not shutil.which("cargo-audit") or not os.path.isdir(database):
        print("NOTE: advisories were not checked: cargo-audit or its database (~/.cargo/advisory-db) is not here")
        return
    audit = ["cargo", "audit", "--no-fetch", "--db", database, "--deny", "warnings"]
    check("no advisory is open", [] if subprocess.run(audit).returncode == 0 else ["see above"])


tree = {line.split()[0] for line in cargo("tree", "--workspace", "--prefix", "none", "--edges", "all").splitlines() if line}
check("no ring, rsa or openssl in the tree", sorted(tree & FORBIDDEN))
check(
    "every licence is allowed",
    (
        f"{package['name']} {package['version']}: {package['license']}"
        for package in metadata()["packages"]
        if not allowed(package["license"] or "none")
    ),
)
with open("Cargo.toml") as manifest:
    check("every dependency has a reason", without_reason(manifest.read()))
advisories()
