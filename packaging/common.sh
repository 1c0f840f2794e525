# Shared by run.sh, test.sh and .ci/run: says what is done, and installs packages. To be sourced by bash.

certwright_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '== %s\n' "$*"; }
warn() { printf '!! %s\n' "$*" >&2; }
die() { warn "$*"; exit 1; }

# as_root COMMAND...: runs it as root, through sudo when we are somebody else.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    die "\"$*\" has to run as root, and there is no sudo. Run this once as root, or install sudo."
  fi
}

# packages_of GROUP...: the names in packaging/packages.list below these headings.
packages_of() {
  awk -v groups=" $* " '
    /^[[:space:]]*(#|$)/ { next }
    /^\[/ { group = substr($1, 2, length($1) - 2); next }
    index(groups, " " group " ") { print $1 }' "$certwright_root/packaging/packages.list"
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# is_known PACKAGE: true when apt could install it.
is_known() {
  # Not by a pipe into grep -q: with pipefail its early end counts as a failure.
  [[ $(apt-cache policy "$1" 2>/dev/null) =~ Candidate:\ [^\(] ]]
}

# missing_packages GROUP...: what is not installed, one a line, with the question marks of the list.
missing_packages() {
  local package
  for package in $(packages_of "$@"); do
    is_installed "${package%\?}" || printf '%s\n' "$package"
  done
}

# Debian starts a service as soon as its package is installed. /usr/sbin/policy-rc.d is the hook that forbids it
# (status 101: "action forbidden by policy"). One that is there already is put back afterwards.
policy=/usr/sbin/policy-rc.d
forbid_services() {
  if as_root test -e "$policy"; then
    as_root mv "$policy" "$policy.before-certwright"
  fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
}
allow_services() {
  as_root rm -f "$policy"
  if as_root test -e "$policy.before-certwright"; then
    as_root mv "$policy.before-certwright" "$policy"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@"
}

# install_packages GROUP...: installs what is missing, without starting services. Quick and silent when nothing is.
install_packages() {
  local wanted package packages=()
  wanted=$(missing_packages "$@")
  # Packages that only some releases have do not count as missing where apt doesn't know them.
  if [ -z "$(grep -v '?$' <<<"$wanted")" ]; then
    for package in $wanted; do
      is_known "${package%\?}" && packages+=("${package%\?}")
    done
    [ ${#packages[@]} -eq 0 ] && return 0
  fi
  command -v apt-get >/dev/null ||
    die "This needs Debian's apt-get. Elsewhere, install by hand what packaging/packages.list names, then build with cmake."
  say "Reading apt's package lists"
  apt_get update || warn "apt-get update failed; going on with the package lists that are there."
  packages=()
  for package in $wanted; do
    if is_known "${package%\?}"; then
      packages+=("${package%\?}")
    elif [ "${package%\?}" = "$package" ]; then
      die "apt knows no package \"$package\". Certwright needs Debian 12 or newer with its main archive."
    fi
  done
  [ ${#packages[@]} -eq 0 ] && return 0
  say "Installing ${packages[*]}"
  trap allow_services EXIT
  forbid_services
  local status=0
  apt_get install -y --no-install-recommends "${packages[@]}" || status=$?
  allow_services
  trap - EXIT
  [ "$status" -eq 0 ] || die "apt-get could not install them (status $status); its messages stand above."
}

# build PRESET TARGET...: configures and builds.
build() {
  local preset=$1 log
  shift
  cd "$certwright_root" || exit 1
  say "Building with the preset $preset (in build/$preset)"
  log=$(mktemp)
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    die "cmake could not configure the build."
  fi
  rm -f "$log"
  cmake --build --preset "$preset" ${1:+--target "$@"} || die "The build failed; the compiler's messages stand above."
}
