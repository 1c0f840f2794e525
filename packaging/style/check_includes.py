"""Reads the includes and tells which break the order of the layers."""

import argparse
import pathlib
import re

from common import Findings, source_files
from layers import QT_MODULES, USES, layer_of

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"(?P<own>[^"]+)"|<(?P<other>[^>]+)>)', re.MULTILINE)


def qt_module_of(header, qt_includes):
    """The Qt module that a header is of, or None when it isn't Qt's."""
    if match := re.match(r"Qt(\w+)/", header):
        return match.group(1)
    if not re.match(r"(Q[A-Z]|qt|q[a-z]+\.h$)", header):
        return None
    for module in ("Core", "Gui", "Widgets", "Network", "Sql", "Svg", "Concurrent", "Test", "DBus", "PrintSupport"):
        if any((folder / f"Qt{module}" / header).exists() for folder in qt_includes):
            return module
    return "unknown"


def check_file(root, path, qt_includes, findings):
    layer = layer_of(path)
    if layer is None:
        return
    if layer not in USES:
        findings.add(path, 1, f'"{layer}" is no layer of the design (packaging/style/layers.py)')
        return
    text = (root / path).read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if own := match.group("own"):
            target = layer_of(pathlib.PurePath(own))
            if own.startswith("tests/"):
                findings.add(path, line, f'the program includes "{own}" of its tests')
            elif not (root / own).exists() and not own.endswith(".moc"):
                findings.add(path, line, f'"{own}" is not a path from the root of the project')
            elif target and target != layer and target not in USES[layer]:
                findings.add(path, line, f'{layer} may not use {target} ("{own}")')
            continue
        other = match.group("other")
        module = qt_module_of(other, qt_includes)
        if module and module not in QT_MODULES[layer]:
            findings.add(path, line, f"{layer} may not use Qt's module {module} (<{other}>)")
        # The *err.h headers hold nothing but the numbers of reasons, which error_text puts into words.
        if re.match(r"openssl/(?!\w*err\.h$)", other) and layer in ("ui", "app", "cli"):
            findings.add(path, line, f"{layer} may not use OpenSSL itself (<{other}>)")


def check(root, qt_includes):
    findings = Findings()
    for path in source_files(root, ("app", "core", "ui")):
        check_file(root, path, qt_includes, findings)
    return findings


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--qt", type=pathlib.Path, action="append", required=True, help="a folder of Qt's headers")
    arguments = parser.parse_args()
    return check(arguments.root, arguments.qt).finish("includes keep the order of the layers")


if __name__ == "__main__":
    raise SystemExit(main())
