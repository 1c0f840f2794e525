"""The checks can fail: each is given a small project with one planted violation, and one that is clean."""

import argparse
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import check_format
import check_includes
import check_listed
import check_manual
import check_sources
import check_symbols

compiler = "c++"
qt_core = None


class Project(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="certwright-style-")
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.qt = self.root / "qt"
        for header in ("QtCore/QString", "QtGui/QImage", "QtWidgets/QWidget", "QtSql/QSqlQuery"):
            self.write(f"qt/{header}", "")

    def write(self, path, text):
        path = self.root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


class Includes(Project):
    def violations(self, path, text):
        for header in ("core/base/error.h", "core/x509/name.h", "core/pki/issuing.h", "ui/theme.h", "tests/support/a.h"):
            self.write(header, "")
        self.write(path, text)
        return check_includes.check(self.root, [self.qt]).lines

    def test_accepts_lower_layers(self):
        self.assertEqual(self.violations("core/x509/a.cpp", '#include "core/base/error.h"\n#include <vector>\n'), [])
        self.assertEqual(self.violations("ui/a.cpp", '#include "core/pki/issuing.h"\n#include <QWidget>\n'), [])

    def test_finds_a_higher_layer(self):
        self.assertIn("base may not use x509", self.violations("core/base/a.h", '#include "core/x509/name.h"\n')[0])

    def test_finds_pki_in_tls(self):
        self.assertIn("tls may not use pki", self.violations("core/tls/a.cpp", '#include "core/pki/issuing.h"\n')[0])

    def test_finds_the_window_in_the_command_line(self):
        self.assertIn("cli may not use ui", self.violations("app/cli/a.cpp", '#include "ui/theme.h"\n')[0])

    def test_finds_qt_in_a_layer_free_of_it(self):
        for header in ("QString", "QtCore/QString", "qglobal.h", "qt_new_thing.h"):
            with self.subTest(header):
                self.assertEqual(len(self.violations("core/crypto/a.cpp", f"#include <{header}>\n")), 1)

    def test_finds_widgets_in_the_services(self):
        self.assertIn("module Widgets", self.violations("core/service/a.cpp", "#include <QWidget>\n")[0])

    def test_finds_openssl_in_the_window(self):
        self.assertIn("OpenSSL itself", self.violations("ui/a.cpp", "#include <openssl/x509.h>\n")[0])

    def test_finds_tests_and_relative_paths(self):
        self.assertEqual(len(self.violations("ui/a.cpp", '#include "tests/support/a.h"\n')), 1)
        self.assertEqual(len(self.violations("ui/a.cpp", '#include "theme.h"\n')), 1)


class Symbols(Project):
    def library(self, layer, source, member="a.cpp"):
        code = self.write(f"{layer}/{member}", source)
        made = code.with_suffix(".cpp.o")
        subprocess.run([compiler, "-c", str(code), "-o", str(made)], check=True)
        archive = self.root / f"libcertwright_{layer}.a"
        subprocess.run(["ar", "rcs", str(archive), str(made)], check=True)
        return archive

    def violations(self, **sources):
        libraries = {layer: self.library(layer, source) for layer, source in sources.items()}
        return check_symbols.check(libraries, {"Core": qt_core}).lines

    def test_accepts_a_lower_layer(self):
        self.assertEqual(self.violations(base="void low() {}", crypto="void low(); void high() { low(); }"), [])

    def test_finds_a_higher_layer(self):
        lines = self.violations(base="void high(); void low() { high(); }", crypto="void high() {}")
        self.assertIn("base may not use crypto", lines[0])

    def test_finds_qt_in_a_layer_free_of_it(self):
        source = "extern \"C\" int qstrcmp() __asm__(\"_Z7qstrcmpPKcS0_\"); int use() { return qstrcmp(); }"
        self.assertIn("Qt's module Core", self.violations(x509=source)[0])
        self.assertEqual(self.violations(store=source), [])

    def test_finds_the_error_queue(self):
        source = "extern \"C\" unsigned long ERR_get_error(); unsigned long use() { return ERR_get_error(); }"
        self.assertIn("error queue", self.violations(tls=source)[0])
        owner = self.library("base", source, "openssl_check.cpp")
        self.assertEqual(check_symbols.check({"base": owner}, {}).lines, [])


class Sources(Project):
    def violations(self, path, text):
        self.write(path, text)
        return check_sources.check(self.root).lines

    def test_accepts_what_is_banned_elsewhere(self):
        self.assertEqual(self.violations("core/base/openssl_check.cpp", "auto e = ERR_get_error();\n"), [])
        self.assertEqual(self.violations("app/main.cpp", "return application.exec();\n"), [])
        self.assertEqual(self.violations("tests/gui/tst_a.cpp", "QCoreApplication::processEvents();\n"), [])

    def test_ignores_comments_and_strings(self):
        text = '// processEvents()\n/* QEventLoop\n*/ auto a = "msleep(1)"; auto n = 1\'000\'000;\n'
        self.assertEqual(self.violations("ui/a.cpp", text), [])

    def test_finds_banned_calls(self):
        for code in ("ERR_clear_error();", "QCoreApplication::processEvents();", "QEventLoop loop;",
                     "QThread::msleep(5);", "thread->terminate();", "process.waitForFinished();", "dialog.exec();",
                     "menu->exec(position);", 'QMessageBox::critical(this, t, m);', "QFileDialog::getOpenFileName(this);",
                     "connect(a, SIGNAL(b()), c, SLOT(d()));", "qDebug() << secret;", 'printf("x");',
                     "QRandomGenerator::global();", "std::views::filter(f);"):
            with self.subTest(code):
                self.assertGreaterEqual(len(self.violations("ui/a.cpp", code + "\n")), 1)

    def test_finds_long_files(self):
        self.assertEqual(len(self.violations("core/base/a.cpp", "int a;\n" * 601)), 1)
        self.assertEqual(self.violations("core/base/a.cpp", "int a;\n" * 600), [])

    def test_finds_long_functions(self):
        for head in ("void f() {\n", "A::A(int a)\n    : m_a(a) {\n", "void f(int a,\n       int b) {\n"):
            with self.subTest(head):
                self.assertEqual(self.violations("core/base/a.cpp", head + "    g();\n" * 60 + "}\n"), [])
                self.assertEqual(len(self.violations("core/base/a.cpp", head + "    g();\n" * 62 + "}\n")), 1)
        reason = "// Long because it is a table.\nvoid f() {\n" + "    g();\n" * 62 + "}\n"
        self.assertEqual(self.violations("core/base/a.cpp", reason), [])
        self.assertEqual(self.violations("core/base/a.cpp", "namespace a {\n" + "int b;\n" * 90 + "}\n"), [])

    def test_finds_unfinished_work(self):
        self.assertEqual(len(self.violations("core/base/a.h", "// TO" + "DO: the rest\n")), 1)


class Listed(Project):
    def violations(self, *compiled):
        for path in ("core/base/a.h", "core/base/private.h", "core/base/a.cpp"):
            self.write(path, "")
        self.write("core/crypto/b.h", '#include "core/base/a.h"\n')
        commands = [{"directory": str(self.root), "file": path} for path in compiled]
        return check_listed.check(self.root, commands).lines

    def test_accepts_what_is_built(self):
        alone = "build/core/base/certwright_base_verify_interface_header_sets/core/base/a.h.cxx"
        self.assertEqual(self.violations("core/base/a.cpp", alone), [])

    def test_finds_what_is_forgotten(self):
        self.assertEqual(len(self.violations()), 2)


class Manual(Project):
    HEAD = "id\tsymbols\ttests\tplace\n"

    def violations(self, row, program="echo 'PASS   : TestName::reads()'"):
        self.write("tests/manual/manual.tsv", "id\tkind\ncrypto.X509Name\tclass\n")
        self.write("tests/manual/entries.tsv", self.HEAD + row + "\n")
        self.write("core/x509/name.h",
                   "namespace certwright::x509 { struct Name { void set(int); void set(long); int rdns; }; void parse(); }")
        self.write("ui/name_editor.cpp", "")
        self.write("tests/core/tst_name.cpp", "// crypto.X509Name: as openssl says\n")
        self.write("build/tests/tst_name", f"#!/bin/sh\n{program}\n").chmod(0o755)
        return check_manual.check(self.root, self.root / "build", compiler).lines

    def test_accepts_what_is_there(self):
        symbols = "x509::Name x509::Name::set() x509::Name::rdns x509::parse()"
        self.assertEqual(self.violations(f"crypto.X509Name\t{symbols}\ttst_name::reads\tui/name_editor.cpp"), [])

    def test_finds_what_is_missing(self):
        for row, message in (
            ("crypto.X509\tx509::Name\ttst_name::reads\t-", "crypto.X509Name is missing"),
            ("crypto.X509Name\tx509::Name::get()\ttst_name::reads\t-", "get"),
            ("crypto.X509Name\tx509::Names\ttst_name::reads\t-", "Names"),
            ("crypto.X509Name\tx509::Name\ttst_name::reads\tui/other.cpp", "no source"),
            ("crypto.X509Name\tx509::Name\ttst_other::reads\t-", "there is no tst_other"),
            ("crypto.X509Name\tx509::Name\ttst_name::writes\t-", "it did not run"),
        ):
            with self.subTest(message):
                self.assertIn(message, "\n".join(self.violations(row)))

    def test_finds_tests_that_fail_or_are_all_skipped(self):
        row = "crypto.X509Name\tx509::Name\ttst_name::reads\t-"
        self.assertIn("did not pass", self.violations(row, "echo 'FAIL!  : TestName::reads() no'")[0])
        self.assertIn("no test of", self.violations(row, "echo 'SKIP   : TestName::reads() no tool'")[0])


class Format(Project):
    def test_finds_another_layout(self):
        program = check_format.clang_format()
        if program is None:
            self.skipTest("clang-format is not installed")
        self.write(".clang-format", "BasedOnStyle: LLVM\n")
        self.write("core/a.cpp", "int a;\n")
        self.assertEqual(check_format.check(self.root, program).lines, [])
        self.write("core/a.cpp", "int    a ;\n")
        self.assertGreaterEqual(len(check_format.check(self.root, program).lines), 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default=shutil.which("c++"))
    parser.add_argument("--qt-core", required=True)
    options, rest = parser.parse_known_args()
    compiler, qt_core = options.compiler, options.qt_core
    unittest.main(argv=["selftest.py", *rest])
