"""Looks for calls that the design bans, files and functions that are too long, and unfinished work."""

import argparse
import dataclasses
import pathlib
import re

from common import Findings, line_of, source_files, without_comments_and_strings

LONGEST_FILE = 600
LONGEST_FUNCTION = 60
# Stands in the comment above a function that is longer, or near the head of a file that is, followed by why.
REASON = "Long because"


@dataclasses.dataclass(frozen=True)
class Rule:
    pattern: str
    why: str
    folders: tuple = ("app", "core", "ui")
    allowed: tuple = ()  # paths, or beginnings of paths, where it may stand


PROGRAM_LOOPS = ("app/main.cpp", "app/cli/")
RULES = (
    Rule(r"\bERR_[a-z]\w*\s*\(", "only core/base/openssl_check.cpp touches OpenSSL's error queue",
         allowed=("core/base/openssl_check.cpp",)),
    Rule(r"\bprocessEvents\b", "events are never pumped by hand: a job reports to its context object"),
    Rule(r"\bQEventLoop\b", "no nested event loop", allowed=("app/cli/",)),
    Rule(r"\b(?:msleep|usleep|nanosleep|sleep_for|sleep_until)\b|\bQThread::sleep\b", "nothing sleeps; wait for an event"),
    Rule(r"(?:->|\.|QThread::)terminate\s*\(", "a thread is asked to stop, never terminated"),
    Rule(r"\bwaitFor(?:Finished|Started|ReadyRead|BytesWritten|Connected|Disconnected|Encrypted|Done)\b",
         "the GUI thread never waits", folders=("app", "ui"), allowed=("app/cli/",)),
    Rule(r"(?:->|\.|::)exec\s*\(", "dialogs are opened with open() and answer by signals, outside ui/prompts",
         folders=("app", "ui"), allowed=("ui/prompts", *PROGRAM_LOOPS)),
    Rule(r"\bQMessageBox::(?:about|critical|information|question|warning)\s*\(|\bQInputDialog::get\w+\s*\("
         r"|\bQFileDialog::get\w+\s*\(", "questions go through ui/prompts", allowed=("ui/prompts",)),
    Rule(r"\b(?:SIGNAL|SLOT)\s*\(", "connect to functions, so that the compiler checks them"),
    Rule(r"\bqDebug\b|\bstd::(?:cerr|cout|clog)\b|(?<!\w)v?f?printf\s*\(", "secrets can't leak into logs that aren't written",
         folders=("core", "ui")),
    Rule(r"\bQRandomGenerator\b|\bstd::(?:mt19937|random_device|rand)\b|(?<![\w.>])s?rand\s*\(",
         "random numbers come from core/crypto/random.h"),
    Rule(r"\bstd::(?:expected|source_location|views)\b|\bchrono::parse\b|#\s*include\s*<(?:format|expected|source_location)>",
         "the floor's compilers lack it", folders=("app", "core", "ui", "tests", "resources")),
)
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")


def check_rules(path, code, findings):
    name = path.as_posix()
    for rule in RULES:
        if path.parts[0] not in rule.folders or name.startswith(rule.allowed):
            continue
        for match in re.finditer(rule.pattern, code):
            findings.add(path, line_of(code, match.start()), f"{match.group(0).strip()}: {rule.why}")


def check_lengths(path, text, findings):
    lines = text.splitlines()
    # Tests count as files only: their functions are often a table of data, which nobody wants in pieces.
    if path.suffix == ".cpp" and len(lines) > LONGEST_FILE and REASON not in "\n".join(lines[:60]):
        findings.add(path, len(lines), f"{len(lines)} lines; a file has at most {LONGEST_FILE}")
    # As clang-format lays the code out, a function at namespace scope begins in column 0, ends its head with "{" and
    # ends with "}" alone in column 0.
    if path.parts[0] == "tests":
        return
    head = body = None  # the lines on which the function and its body begin
    for number, line in enumerate(lines, 1):
        if head is None:
            head, body = head_of_function(lines, number), number
        elif line == "}":
            length = number - body - 1
            comment = "\n".join(lines[max(0, head - 6) : head - 1])
            if length > LONGEST_FUNCTION and REASON not in comment:
                findings.add(path, head, f"a function of {length} lines; at most {LONGEST_FUNCTION} without a reason")
            head = None
        elif line.startswith("};"):
            head = None


def head_of_function(lines, number):
    """The line on which the head of the function begins whose body begins on this one, or None."""
    line = lines[number - 1]
    if not line.endswith("{") or line.endswith("({") or line.startswith(("}", "#", "//")):
        return None
    head = number
    while head > 1 and lines[head - 1].startswith(" "):
        head -= 1
    first = lines[head - 1]
    if re.match(r'.*\b(namespace|class|struct|enum|union|extern "C")\b[^()]*\{?$', first):
        return None
    if head != number and ("(" not in first or first.endswith(("{", "}", ";", ":"))):
        return None
    return head


def check(root):
    findings = Findings()
    for path in source_files(root):
        text = (root / path).read_text(encoding="utf-8")
        check_rules(path, without_comments_and_strings(text), findings)
        check_lengths(path, text, findings)
        for match in UNFINISHED.finditer(text):
            findings.add(path, line_of(text, match.start()), f"{match.group(0)}: nothing unfinished lands")
    return findings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=pathlib.Path)
    return check(parser.parse_args().root).finish("no banned call, nothing too long, nothing unfinished")


if __name__ == "__main__":
    raise SystemExit(main())
