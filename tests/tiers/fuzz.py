"""Sends each running service what its own OpenAPI document allows and forbids, as staff and as nobody.

It opens a shop of its own on a temporary folder, and closes it by its process id.
"""

import argparse
import contextlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import urllib.request

from checks import check

PARTS = ("user", "product", "order")

# What the document says, what the code does, and nothing that only another tool would want.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance," \
    "response_schema_conformance,negative_data_rejection,missing_required_header,unsupported_method,ignored_auth"  # fmt: skip

# Operations that would end the session of the staff account that all others are asked as.
SELF_ENDING = r"^/api/user/(logout|password)$|^/api/users/\{id\}/(reset-password|deactivate|revoke-staff)$"


@contextlib.contextmanager
def shop(program, folder):
    """A shop on `folder`; gives the first of its ports."""
    port = 10_000 + 2000 * random.randrange(11) + 4 * random.randrange(250)
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            [program, "--data", str(folder / "data"), "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 60
        while " is open " not in (folder / "log").read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit("the shop did not open:\n" + (folder / "log").read_text())
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def staff_key(folder, port):
    login = (folder / "data/staff-login.json").read_bytes()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port + 1}/api/user/login", login, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["api_key"]


def fuzz(part, folder, port, options, *arguments):
    """One run of schemathesis; whether it found nothing."""
    base = f"http://127.0.0.1:{port + 1 + PARTS.index(part)}"
    command = [
        pathlib.Path(sys.executable).absolute().parent / "schemathesis",
        "--config-file", pathlib.Path(__file__).absolute().with_name("schemathesis.toml"),
        "run", f"{base}/api/{part}/openapi.json",
        "--url", base, "--checks", CHECKS, "--seed", str(options.seed), "--max-examples", str(options.examples),
        *arguments,
    ]  # fmt: skip
    # In the temporary folder it finds no memories of earlier runs, which would outweigh the seed.
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL).returncode == 0


arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--program", required=True, help="the shop to open")
arguments.add_argument("--seed", type=int, required=True)
arguments.add_argument("--examples", type=int, required=True, help="at most so many for each operation")
options = arguments.parse_args()

with tempfile.TemporaryDirectory(prefix="shopkeeper-fuzz-") as folder:
    folder = pathlib.Path(folder)
    with shop(options.program, folder) as port:
        for part in PARTS:
            print(f"--- {part} ---", flush=True)
            key = ["--header", f"Authorization: Bearer {staff_key(folder, port)}"]
            as_staff = fuzz(part, folder, port, options, *key, "--exclude-path-regex", SELF_ENDING)
            check(f"{part} keeps to its document, as staff", [] if as_staff else ["see above"])
            as_nobody = fuzz(part, folder, port, options)
            check(f"{part} keeps to its document, as nobody", [] if as_nobody else ["see above"])
