"""Reads the symbols of the static libraries and tells which break the order of the layers: what the compiler really
made, whatever the includes say."""

import argparse
import pathlib
import re

from common import Findings, run
from layers import QT_MODULES, USES

# nm's letters for definitions that belong to one library. Inline functions and template instances (W, V, u) are
# defined in every library that uses them and prove nothing.
STRONG = set("TDBRS")
ERROR_QUEUE = re.compile(r"ERR_[a-z]")
ERROR_QUEUE_OWNER = "openssl_check.cpp.o"


def symbols(path, *options):
    """(member, letter, name) for every symbol that nm tells of a library."""
    member = pathlib.Path(path).name
    for line in run("nm", *options, str(path)).splitlines():
        if line.endswith(":"):
            member = line[:-1]
        elif match := re.match(r"[0-9a-f ]* ?([A-Za-z?]) (\S+)$", line):
            yield member, match.group(1), match.group(2).split("@")[0]


def check(libraries, qt_libraries):
    """`libraries`: layer to static library; `qt_libraries`: Qt's module to shared library."""
    findings = Findings()
    owner_of = {}
    for layer, path in libraries.items():
        for _, letter, name in symbols(path):
            if letter in STRONG:
                owner_of.setdefault(name, layer)
    module_of = {}
    for module, path in qt_libraries.items():
        for _, letter, name in symbols(path, "-D", "--defined-only"):
            if letter in STRONG:
                module_of.setdefault(name, module)
    for layer, path in libraries.items():
        told = set()
        for member, letter, name in symbols(path):
            if letter != "U":
                continue
            owner, module = owner_of.get(name), module_of.get(name)
            where = f"{pathlib.Path(path).name}({member})"
            if owner and owner != layer and owner not in USES[layer] and (member, owner) not in told:
                told.add((member, owner))
                findings.add(where, 1, f"{layer} may not use {owner} ({name})")
            if module and module not in QT_MODULES[layer] and (member, module) not in told:
                told.add((member, module))
                findings.add(where, 1, f"{layer} may not use Qt's module {module} ({name})")
            if ERROR_QUEUE.match(name) and not (layer == "base" and member == ERROR_QUEUE_OWNER):
                findings.add(where, 1, f"only core/base/openssl_check.cpp reads the error queue ({name})")
    return findings


def check_program(program, findings):
    """The command line must not need a window system's libraries."""
    for line in run("readelf", "-d", str(program)).splitlines():
        if match := re.search(r"NEEDED.*\[(libQt6(?:Gui|Widgets|Svg)\S*)\]", line):
            findings.add(pathlib.Path(program).name, 1, f"the command line links {match.group(1)}")


def pairs(texts):
    return dict(text.split("=", 1) for text in texts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("libraries", nargs="+", metavar="LAYER=LIBRARY")
    parser.add_argument("--qt", action="append", default=[], metavar="MODULE=LIBRARY")
    parser.add_argument("--cli", type=pathlib.Path)
    arguments = parser.parse_args()
    findings = check(pairs(arguments.libraries), pairs(arguments.qt))
    if arguments.cli:
        check_program(arguments.cli, findings)
    return findings.finish("symbols keep the order of the layers")


if __name__ == "__main__":
    raise SystemExit(main())
