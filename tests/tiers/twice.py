"""Runs suites on a cluster, and once more, alone, what failed in the first run: `twice.py SUITE… [-- ARGUMENT…]`.

A cluster of a dozen processes on two busy cores is now and then slower than any deadline that would still be one. What
fails twice has failed; what fails once is told, so that nobody takes it for well.
"""

import os
import re
import subprocess
import sys

RESULT = re.compile(r"^test result: .* (\d+) passed; (\d+) failed;")
FAILED = re.compile(r"^test (\S+) \.\.\. FAILED$")
# With --nocapture the name of a test and what became of it are lines of their own, so the list at the end counts.
LISTED = re.compile(r"^    (\w+(?:::\w+)*)$")


def run(suite, arguments, threads=None):
    """Runs a suite and shows what it prints, but for its sum: how many passed, and the names of those that failed."""
    environment = dict(os.environ) if threads is None else {**os.environ, "RUST_TEST_THREADS": threads}
    command = ["cargo", "test", "--workspace", "--no-fail-fast", "--test", suite, "--", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
    )
    passed, failed, lines_of_failures = None, set(), False
    for line in process.stdout:
        if result := RESULT.match(line):
            passed = int(result[1])
            continue
        # What a case says in these words would be counted, whatever becomes of it in the second run.
        print(line.replace("FAILED: ", "failed: ", 1) if line.startswith("FAILED: ") else line, end="", flush=True)
        lines_of_failures = line == "failures:\n" or (lines_of_failures and line != "\n" and bool(LISTED.match(line)))
        if found := FAILED.match(line) or (lines_of_failures and LISTED.match(line)):
            failed.add(found[1])
    broke_down = process.wait() != 0 and not failed
    return passed, sorted(failed), passed is None or broke_down


def main():
    words = sys.argv[1:]
    arguments = words[words.index("--") + 1 :] if "--" in words else []
    suites = words[: words.index("--")] if "--" in words else words
    worst = 0
    for suite in suites:
        passed, failed, broke_down = run(suite, arguments)
        passed = passed or 0
        if failed and not broke_down:
            print(f"NOTE: {suite}: failed once, and tried again: {', '.join(failed)}", flush=True)
            again, failed, broke_down = run(suite, [*arguments, "--exact", *failed], threads="1")
            passed += again or 0
        bad = len(failed) or int(broke_down)
        print(f"test result: {'FAILED' if bad else 'ok'}. {passed} passed; {bad} failed; {suite}", flush=True)
        worst |= int(bool(bad))
    return worst


sys.exit(main())
