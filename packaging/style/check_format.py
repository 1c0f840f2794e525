"""Tells which files clang-format would lay out otherwise. Versions differ in taste: only version 14 counts."""

import argparse
import pathlib
import re
import shutil
import subprocess

from common import Findings, run, skip, source_files

VERSION = "14"


def clang_format():
    for name in (f"clang-format-{VERSION}", "clang-format"):
        if path := shutil.which(name):
            if re.search(rf"version {VERSION}\.", run(path, "--version")):
                return path
    return None


def check(root, program, folders=None):
    findings = Findings()
    paths = source_files(root, folders) if folders else source_files(root)
    for start in range(0, len(paths), 100):
        result = subprocess.run(
            [program, "--dry-run", "--style=file", *map(str, paths[start : start + 100])],
            capture_output=True, text=True, check=False, cwd=root)
        for match in re.finditer(r"^(\S+?):(\d+):\d+: warning: code should", result.stderr, re.MULTILINE):
            findings.add(match.group(1), match.group(2), f"clang-format-{VERSION} lays this out otherwise")
    return findings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=pathlib.Path)
    program = clang_format()
    if program is None:
        skip(f"clang-format {VERSION} is not installed: the layout of the sources was not checked")
    return check(parser.parse_args().root, program).finish(f"clang-format-{VERSION}")


if __name__ == "__main__":
    raise SystemExit(main())
