#!/usr/bin/env bash
# Installs what the tests need, builds everything, and runs every test.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
Usage: packaging/test.sh [--all] [CTEST-ARGUMENT...]

Installs the missing Debian packages, builds Certwright with its tests in build/gate, and runs the tests. Tests that
need a program which is not installed are skipped and say so.

  --all  install those programs too (nginx, GnuTLS's tools, an X server to drive the window in, ...). Services are
         not started: tests run the servers as ordinary processes on free ports of 127.0.0.1.

Everything else goes to ctest: "packaging/test.sh -L unit", "packaging/test.sh -R tst_name -V".
USAGE
}

groups=(build test)
case "${1:-}" in
  --help | -h) usage; exit 0 ;;
  --all) groups+=(all); shift ;;
esac

install_packages "${groups[@]}"
build gate
say "Checking that every public header compiles alone"
cmake --build --preset gate-headers || die "A public header does not compile alone."

say "Running the tests"
log=$certwright_root/build/gate/Testing/Temporary/LastTest.log
cd "$certwright_root" || exit 1
status=0
report=$(mktemp)
ctest --preset gate "$@" 2>&1 | tee "$report" || status=$?

# Which tests were left out, and why, ahead of a last look at ctest's summary.
reasons=$(sed -n 's/^SKIPPED: //p' "$log" 2>/dev/null | sort | uniq -c)
if [ -n "$reasons" ]; then
  say "Left out (number of times, reason):"
  printf '%s\n' "$reasons"
  sed -n '/^[0-9]*% tests passed/,$p' "$report"
fi
rm -f "$report"
exit "$status"
