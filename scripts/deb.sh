#!/usr/bin/env bash
# The console as a Debian package, in target/release/bundle/deb: a release build, without the software key.
source "$(dirname "$0")/lib.sh"

scripts/setup.sh
step "building the package" ui/node_modules/.bin/tauri build --bundles deb
ls target/release/bundle/deb/*.deb
