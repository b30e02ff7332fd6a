#!/usr/bin/env bash
# The quick look before a commit: format, lints, types, house rules, licences. No test that starts a program.
source "$(dirname "$0")/lib.sh"

scripts/setup.sh
step "rustfmt" cargo fmt --all --check
step "clippy" cargo clippy "${WORKSPACE[@]}" --all-targets -- -D warnings
step "house rules" cargo nextest run "${WORKSPACE[@]}" -E 'binary(rules)'
step "licences, bans, sources" cargo deny --log-level error check licenses bans sources
