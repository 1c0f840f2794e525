"""What the style checks share: the sources, and how a finding is told."""

import pathlib
import re
import subprocess
import sys

SKIPPED = 77
CODE_FOLDERS = ("app", "core", "ui", "resources", "tests")
SUFFIXES = {".h", ".cpp"}


class Findings:
    """Collects violations; one line each, in the form that editors jump to."""

    def __init__(self):
        self.lines = []

    def add(self, path, line, text):
        self.lines.append(f"{path}:{line}: {text}")

    def finish(self, what):
        for line in self.lines:
            print(line)
        if self.lines:
            print(f"{len(self.lines)} violations: {what}")
            return 1
        print(f"ok: {what}")
        return 0


def source_files(root, folders=CODE_FOLDERS):
    """Every C++ file below these folders of the project, as paths relative to its root, sorted."""
    root = pathlib.Path(root)
    found = []
    for folder in folders:
        found += [
            path.relative_to(root)
            for path in (root / folder).rglob("*")
            if path.suffix in SUFFIXES and not path.is_relative_to(root / "tests" / "data")
        ]
    return sorted(found)


_TOKENS = re.compile(
    r"""//[^\n]*            # a line comment
      | /\*.*?\*/           # a block comment
      | R"(?P<mark>[^()\s\\]*)\(.*?\)(?P=mark)"   # a raw string
      | "(?:\\.|[^"\\\n])*" # a string
      | '(?:\\.|[^'\\\n])+' # a character; digits' separators are excluded by the look-behind below
    """,
    re.VERBOSE | re.DOTALL,
)


def without_comments_and_strings(text):
    """The code alone; lines keep their numbers. Strings become "" so that includes are to be read before."""

    def blank(match):
        token = match.group(0)
        if token.startswith("'") and match.start() and text[match.start() - 1].isalnum():
            return token  # 1'000'000
        replacement = "" if token.startswith("/") else '""'
        return replacement + "\n" * token.count("\n")

    return _TOKENS.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def run(*command):
    """The output of a program that has to succeed."""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command[:2])} failed: {result.stderr.strip()}")
    return result.stdout


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)
