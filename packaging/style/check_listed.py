"""Tells which sources the build forgets: a .cpp that no target compiles, a public header of a layer that is not
in its HEADERS, so that all_verify_interface_header_sets would not compile it alone."""

import argparse
import json
import pathlib
import re

from common import Findings, source_files


def public_headers(root):
    """Headers that a file outside their own folder includes; tests may look inside."""
    found = set()
    for path in source_files(root, ("app", "core", "ui", "resources")):
        for name in re.findall(r'^\s*#\s*include\s*"([^"]+)"', (root / path).read_text(encoding="utf-8"), re.MULTILINE):
            if pathlib.PurePath(name).parent != path.parent:
                found.add(pathlib.PurePath(name))
    return found


def check(root, commands):
    """`commands`: the content of compile_commands.json."""
    compiled = {pathlib.Path(entry["directory"], entry["file"]).resolve() for entry in commands}
    alone = {str(path) for path in compiled if "verify_interface_header_sets" in str(path)}
    public = public_headers(root)
    findings = Findings()
    for path in source_files(root):
        if path.suffix == ".cpp":
            if (root / path).resolve() not in compiled:
                findings.add(path, 1, "no target compiles it")
        elif path.parts[0] in ("core", "ui") and path in public and not any(name.endswith(f"/{path}.cxx") for name in alone):
            findings.add(path, 1, "public, but not in HEADERS of its layer, so that nothing checks that it compiles alone")
    return findings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("commands", type=pathlib.Path, help="compile_commands.json")
    arguments = parser.parse_args()
    commands = json.loads(arguments.commands.read_text(encoding="utf-8"))
    return check(arguments.root, commands).finish("every source is built")


if __name__ == "__main__":
    raise SystemExit(main())
