#!/usr/bin/env bash
# The whole house and the console's window on this machine, on a sample world and a software key.
# Without a display, or with CI=true, it walks the main job by itself and leaves numbered pictures.
source "$(dirname "$0")/lib.sh"

scripts/setup.sh
step "building the house and the console" cargo build "${WORKSPACE[@]}"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ "${CI:-}" != true ]; then
  exec target/debug/doorward-demo --folder "$ROOT/target/demo"
fi
say "--> no display: the main job is walked on an invisible one"
on_a_screen target/debug/doorward-demo --folder "$ROOT/target/demo" --walk
