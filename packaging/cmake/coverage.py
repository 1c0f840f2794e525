#!/usr/bin/env python3
"""Runs the tests of core in a build that counts, and says which lines and branches of core they reach.

The figures come also when a test fails; the run has failed then, as it has below the bars."""

import argparse
import csv
import os
import pathlib
import subprocess
import sys

BARS = {"line": 90.0, "branch": 60.0}


def run_tests(ctest, build, tests):
    """True when all of them pass."""
    for counts in build.rglob("*.gcda"):
        counts.unlink()
    command = [ctest, "--test-dir", str(build), "-R", tests, "-j", "2", "--output-on-failure"]
    # Qt ends a test function after five minutes; not optimised and counting, some need more.
    environment = {**os.environ, "QTEST_FUNCTION_TIMEOUT": str(30 * 60 * 1000)}
    return subprocess.run(command, check=False, env=environment).returncode == 0


def measure(gcovr, source, build):
    """The rows of gcovr's table of files."""
    table = build / "coverage.csv"
    subprocess.run([gcovr, "--root", str(source), "--filter", f"{source}/core/", "--exclude-throw-branches",
                    "--csv", str(table), str(build / "core")], check=True)
    with open(table, encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if int(row["line_total"]) > 0]


def percentage(rows, kind):
    total = sum(int(row[f"{kind}_total"]) for row in rows)
    return 100.0 * sum(int(row[f"{kind}_covered"]) for row in rows) / total if total else 100.0


def print_least_covered(rows):
    print("Least covered: lines, branches, file")
    for row in sorted(rows, key=lambda row: float(row["line_percent"]))[:10]:
        branch = row["branch_percent"]
        print(f"{float(row['line_percent']):7.1%} {float(branch) if branch else 1.0:7.1%}  {row['filename']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--ctest", required=True)
    parser.add_argument("--gcovr", required=True)
    parser.add_argument("--tests", required=True, help="regular expression of their names")
    arguments = parser.parse_args()
    has_passed = run_tests(arguments.ctest, arguments.build, arguments.tests)
    rows = measure(arguments.gcovr, arguments.source, arguments.build)
    print_least_covered(rows)
    is_above = True
    for kind, bar in BARS.items():
        reached = percentage(rows, kind)
        is_above = is_above and reached >= bar
        print(f"{kind}: {reached:.1f} % reached, {bar:.0f} % needed")
    if not has_passed:
        print("Tests failed: what they would have reached is missing.")
    return 0 if has_passed and is_above else 1


if __name__ == "__main__":
    sys.exit(main())
