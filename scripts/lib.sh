# shellcheck shell=bash
# Shared by the scripts beside it: where the tree is, how a stage is announced and timed.
# Sourced, never run.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
export PATH="$ROOT/target/tools/bin:$PATH"

# One set of flags everywhere: another set would build the workspace a second time.
WORKSPACE=(--workspace --features danger-soft-key)

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() {
  warn "error: $*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# at_least WANTED FOUND: dotted versions, compared as numbers.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]; }

# step TITLE COMMAND...: one progress line before, one with the elapsed time after.
step() {
  local title=$1 began=$SECONDS
  shift
  say "--> $title"
  "$@" || { warn "    $title: failed after $((SECONDS - began)) s"; return 1; }
  say "    $title: $((SECONDS - began)) s"
}

# on_a_screen COMMAND...: on an X server, a session bus and a software renderer of its own. What those say is kept in
# target/screen.log; the command says its own.
on_a_screen() {
  mkdir -p target
  LIBGL_ALWAYS_SOFTWARE=1 WEBKIT_DISABLE_DMABUF_RENDERER=1 GDK_BACKEND=x11 NO_AT_BRIDGE=1 \
    xvfb-run -a -s '-screen 0 1440x960x24' dbus-run-session -- \
    bash -c 'exec "$@" 2>&3 3>&-' screen "$@" 3>&2 2>target/screen.log ||
    die "'$1' ended with $?; what the screen and its bus said: target/screen.log"
}
