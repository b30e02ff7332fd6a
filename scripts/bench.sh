#!/usr/bin/env bash
# Every measurement, in one table.
source "$(dirname "$0")/lib.sh"

step "set-up" scripts/setup.sh
cargo build --release -p doorward-cli
cargo build --release -p doorward-console --bins --examples
cargo bench -p doorward-tests --no-run
on_a_screen cargo bench -p doorward-tests
npm --prefix ui run --silent bench
