"""Proves tests/manual/entries.tsv: it has every entry of the reference manual, every symbol exists (by compiling a use of
it), every place is a source of the program, and every test names the entry, runs and passes."""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import re
import subprocess
import tempfile

from common import Findings

ENTRIES = "tests/manual/entries.tsv"
MANUAL = "tests/manual/manual.tsv"
LAYERS = ("base", "crypto", "x509", "formats", "tls")

Entry = collections.namedtuple("Entry", "line id symbols tests place")


def rows(path):
    """(line number, fields) of a table whose first row that is no comment is the heading."""
    heading = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        if heading is None:
            heading = line
            continue
        yield number, line.split("\t")


def manual_ids(root):
    return [fields[0] for _, fields in rows(root / MANUAL)]


def read_entries(root, findings):
    entries = []
    for number, fields in rows(root / ENTRIES):
        if len(fields) != 4 or not all(fields):
            findings.add(ENTRIES, number, "not four columns with something in each")
            continue
        entries.append(Entry(number, fields[0], fields[1].split(" "), fields[2].split(" "), fields[3]))
    return entries


def check_complete(root, entries, findings):
    wanted, found = manual_ids(root), collections.Counter(entry.id for entry in entries)
    for missing in sorted(set(wanted) - set(found)):
        findings.add(ENTRIES, 1, f"{missing} is missing")
    for entry in entries:
        if entry.id not in wanted:
            findings.add(ENTRIES, entry.line, f"{entry.id} is not in {MANUAL}")
        elif found[entry.id] > 1:
            findings.add(ENTRIES, entry.line, f"{entry.id} is there {found[entry.id]} times")


def check_places(root, entries, findings):
    for entry in entries:
        if entry.place != "-" and not (entry.place.startswith(("ui/", "app/", "core/service/")) and (root / entry.place).is_file()):
            findings.add(ENTRIES, entry.line, f"{entry.place} is no source of the program")


def use_of(symbol, number):
    """C++ that compiles only when there is such a symbol, whatever its overloads."""
    name = "certwright::" + symbol.removesuffix("()")
    scope, last = name.rsplit("::", 1)
    in_class = scope.rsplit("::", 1)[-1][0].isupper()
    if symbol.endswith("()"):
        if in_class:
            return f"struct Use{number} : {scope} {{ using {scope}::{last}; }};"
        return f"namespace use{number} {{ using {name}; }}"
    if last[0].isupper():
        return f"constexpr auto use{number} = {name};" if in_class else f"using Use{number} = {name};"
    return f"constexpr auto use{number} = &{name};"


def check_symbols(root, compiler, entries, findings):
    source = "".join(
        f'#include "{path.relative_to(root)}"\n' for layer in LAYERS for path in sorted((root / "core" / layer).rglob("*.h")))
    for number, (line, symbol) in enumerate((entry.line, symbol) for entry in entries for symbol in entry.symbols):
        source += f'#line {line} "{ENTRIES}"\n{use_of(symbol, number)}\n'
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "symbols.cpp")
        path.write_text(source, encoding="utf-8")
        result = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", f"-I{root}", str(path)], capture_output=True,
                                text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    errors = re.findall(r"^(\S+?):(\d+):\d+: error: (.*)$", result.stderr, re.MULTILINE)
    for error in errors:
        findings.add(*error)
    if result.returncode != 0 and not errors:
        findings.add(ENTRIES, 1, f"the compiler failed: {result.stderr[-500:]}")


def check_named(root, entries, sources, findings):
    for entry in entries:
        for test in entry.tests:
            program = test.split("::")[0]
            text = sources.get(program)
            if text is None:
                findings.add(ENTRIES, entry.line, f"there is no {program}.cpp")
            elif not re.search(rf"(?<![\w.]){re.escape(entry.id)}(?!\w|\.\w)", text):
                findings.add(ENTRIES, entry.line, f"{program}.cpp does not name {entry.id}")


def outcomes(program, functions):
    """Function -> the words that QTest begins its lines with: PASS, FAIL!, SKIP."""
    result = subprocess.run([str(program), *sorted(functions)], capture_output=True, text=True, errors="replace", check=False)
    words = collections.defaultdict(set)
    for word, function in re.findall(r"^(\w+)!?\s*: \w+::(\w+)\(", result.stdout, re.MULTILINE):
        words[function].add(word)
    return words


def check_tests_run(build, entries, findings):
    wanted = collections.defaultdict(set)
    for entry in entries:
        for test in entry.tests:
            program, function = test.split("::")
            wanted[program].add(function)
    programs = {path.name: path for path in (build / "tests").rglob("tst_*") if path.name in wanted and path.is_file() and os.access(path, os.X_OK)}
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = dict(zip(programs, pool.map(lambda name: outcomes(programs[name], wanted[name]), programs)))
    for entry in entries:
        words = {test: results.get(test.split("::")[0], {}).get(test.split("::")[1], set()) for test in entry.tests}
        for test, said in words.items():
            if "FAIL" in said or not said & {"PASS", "SKIP"}:
                findings.add(ENTRIES, entry.line, f"{test} did not pass ({', '.join(sorted(said)) or 'it did not run'})")
        if not any("PASS" in said for said in words.values()):
            findings.add(ENTRIES, entry.line, f"no test of {entry.id} ran and passed")


def check(root, build, compiler):
    findings = Findings()
    entries = read_entries(root, findings)
    sources = {path.stem: path.read_text(encoding="utf-8") for path in (root / "tests").rglob("tst_*.cpp")}
    check_complete(root, entries, findings)
    check_places(root, entries, findings)
    check_symbols(root, compiler, entries, findings)
    check_named(root, entries, sources, findings)
    if build is not None:
        check_tests_run(build, entries, findings)
    return findings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("build", type=pathlib.Path, help="the build folder whose tests are run")
    parser.add_argument("--compiler", required=True)
    arguments = parser.parse_args()
    return check(arguments.root, arguments.build, arguments.compiler).finish("the manual's entries have symbol, test and place")


if __name__ == "__main__":
    raise SystemExit(main())
