#!/usr/bin/env bash
# Makes a machine ready: checks Rust and Node, installs what else is missing, and only that.
source "$(dirname "$0")/lib.sh"

RUST_WANTED=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
NODE_WANTED=20.19.0
CARGO_DENY=0.20.2
CARGO_NEXTEST=0.9.143
TAURI_DRIVER=2.1.0

BUILD=(build-essential pkg-config cmake libwebkit2gtk-4.1-dev librsvg2-dev libudev-dev)
TEST=(chromium python3-aiosmtpd fonts-dejavu-core libfaketime gnome-keyring openssh-client openssh-server openssh-tests)
SCREEN=(xvfb xauth dbus dbus-x11 webkit2gtk-driver)

check_rust() {
  have cargo && have rustc ||
    die "Rust is missing. Doorward needs Rust $RUST_WANTED or newer: install it with rustup (your distribution or rust-lang.org explains how), open a new shell, and run this again."
  local found
  found=$(rustc --version | cut -d' ' -f2 | cut -d- -f1)
  at_least "$RUST_WANTED" "$found" ||
    die "Rust $found is too old: Doorward needs $RUST_WANTED or newer. Run 'rustup update stable' and then this again."
  cargo fmt --version >/dev/null 2>&1 || die "rustfmt is missing. Run 'rustup component add rustfmt' and then this again."
  cargo clippy --version >/dev/null 2>&1 || die "clippy is missing. Run 'rustup component add clippy' and then this again."
  say "    Rust $found"
}

check_node() {
  have node && have npm ||
    die "Node.js is missing. Doorward's page is built with Node $NODE_WANTED or newer and its npm: install Node 20 or a later long-term release (Debian 12's own Node 18 is too old), and run this again."
  local found
  found=$(node --version | tr -d v)
  at_least "$NODE_WANTED" "$found" ||
    die "Node.js $found is too old: Doorward's page is built with $NODE_WANTED or newer. Install Node 20 or a later long-term release and run this again."
  say "    Node $found, npm $(npm --version)"
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else die "'$*' must run as root, and there is no sudo. Run it yourself, then this again."
  fi
}

# hush COMMAND...: whatever it installs starts no service. Debian asks this file; one that is there already answers as ever.
hush() {
  local policy=/usr/sbin/policy-rc.d status=0
  if [ -e "$policy" ]; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy"
  "$@" || status=$?
  as_root rm -f "$policy"
  return "$status"
}

# The tests want sshd's program and no door into this machine: one that was not there before does not start with it either.
keep_sshd_shut() {
  if have systemctl; then as_root systemctl --quiet disable ssh.service ssh.socket 2>/dev/null || true; fi
}

apt_install() {
  local missing=() package
  for package in "$@"; do installed "$package" || missing+=("$package"); done
  if [ ${#missing[@]} = 0 ]; then
    say "    nothing is missing"
    return
  fi
  have apt-get || die "these packages are missing and there is no apt-get to install them: ${missing[*]}"
  say "    installing: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q ||
    die "'apt-get update' failed (exit status $?)."
  hush as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" ||
    die "'apt-get install' failed (exit status $?); these packages were asked for: ${missing[*]}"
  for package in "${missing[@]}"; do installed "$package" || die "apt-get reported success, but $package is not installed."; done
  case " ${missing[*]} " in *" openssh-server "*) keep_sshd_shut ;; esac
}

# install_page FOLDER: what its package-lock.json names.
install_page() {
  local kept=$1/node_modules/.package-lock.json
  if [ -e "$kept" ] && [ ! "$1/package-lock.json" -nt "$kept" ]; then
    say "    $1/node_modules is up to date"
    return
  fi
  npm --prefix "$1" ci --no-audit --no-fund
  touch "$kept"
}

# The console carries the page inside itself: without it, it does not compile.
build_page() {
  local newer
  newer=$(find ui/src ui/index.html ui/vite.config.ts ui/package-lock.json -newer ui/dist/index.html 2>/dev/null | head -n1) || true
  if [ -e ui/dist/index.html ] && [ -z "$newer" ]; then
    say "    ui/dist is up to date"
    return
  fi
  npm --prefix ui run --silent build
}

# cargo_tool PROGRAM VERSION: into target/tools, without touching the person's own ~/.cargo. A program built for speed of building.
cargo_tool() {
  local program=$1 version=$2
  if have "$program"; then
    say "    $program is there"
    return
  fi
  say "    building $program $version"
  CARGO_TARGET_DIR="$ROOT/target/tools/build" cargo install --locked --debug --quiet --root "$ROOT/target/tools" "$program@$version"
  rm -rf "$ROOT/target/tools/build"
}

step "Rust" check_rust
step "Node" check_node
step "Debian packages" apt_install "${BUILD[@]}" "${TEST[@]}" "${SCREEN[@]}"
step "the page's packages (npm ci)" install_page ui
step "the packages of the customers' pages' tests (npm ci)" install_page tests/pages
step "the page (npm run build)" build_page
step "cargo-nextest" cargo_tool cargo-nextest "$CARGO_NEXTEST"
step "cargo-deny" cargo_tool cargo-deny "$CARGO_DENY"
step "tauri-driver" cargo_tool tauri-driver "$TAURI_DRIVER"
