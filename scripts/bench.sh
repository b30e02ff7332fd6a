#!/usr/bin/env bash
# Every measurement, in one table.
source "$(dirname "$0")/lib.sh"

step "set-up" scripts/setup.sh
cargo build --release -p doorward-cli
cargo bench -p doorward-tests
