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
