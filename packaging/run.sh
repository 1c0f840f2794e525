#!/usr/bin/env bash
# Installs what Certwright needs, builds it, and starts it.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'USAGE'
Usage: packaging/run.sh [--demo | --build-only] [ARGUMENT...]

Installs the missing Debian packages (asks sudo for your password if need be), builds Certwright in build/release and
starts it with the ARGUMENTs, e.g. the name of a certificate file.

  --demo        open a store filled with sample data, made anew for today's date
  --build-only  install and build, but do not start the program
USAGE
}

mode=start
case "${1:-}" in
  --help | -h) usage; exit 0 ;;
  --demo) mode=demo; shift ;;
  --build-only) mode=build; shift ;;
esac

install_packages build
release=$certwright_root/build/release
if [ "$mode" = demo ]; then
  build release certwright certwright-cli certwright-demo
else
  build release certwright certwright-cli
fi
[ "$mode" = build ] && { say "Built: $release/app/certwright and $release/app/cli/certwright-cli"; exit 0; }

if [ "$mode" = demo ]; then
  store=$release/demo.certwright
  say "Filling the sample store $store"
  rm -f "$store" "$store-wal" "$store-shm"
  "$release/resources/demo/certwright-demo" "$store" || die "The sample store could not be made."
  set -- --store "$store" "$@"
fi
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]; then
  die "The program is built, but there is no desktop to show its window on (DISPLAY and WAYLAND_DISPLAY are empty).
   Start $release/app/certwright from a desktop session, or use $release/app/cli/certwright-cli here."
fi
say "Starting Certwright"
exec "$release/app/certwright" "$@"
