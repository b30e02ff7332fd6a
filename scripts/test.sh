#!/usr/bin/env bash
# Every stage of the test run, in order; stops at the first that fails; a table of all of them at the end.
source "$(dirname "$0")/lib.sh"

LOGS=$ROOT/target/test-logs
mkdir -p "$LOGS"
TABLE=()

# stage NAME COMMAND...: a banner, the command with its output kept in target/test-logs, the elapsed seconds.
# Exit status 77 means: could not be run on this machine. It is said loudly, and never counted as passed.
stage() {
  local name=$1 began=$SECONDS status=0
  shift
  printf '\n======== %s\n' "$name"
  set +e
  "$@" 2>&1 | tee "$LOGS/$name.log"
  status=${PIPESTATUS[0]}
  set -e
  case $status in
    0) TABLE+=("$(printf '%-16s %-8s %5d s' "$name" passed $((SECONDS - began)))") ;;
    77)
      TABLE+=("$(printf '%-16s %-8s %5d s' "$name" SKIPPED $((SECONDS - began)))")
      printf '\n!!!!!!!! %s WAS SKIPPED: the reason is above. What it proves is NOT proven by this run.\n' "$name"
      ;;
    *)
      TABLE+=("$(printf '%-16s %-8s %5d s' "$name" FAILED $((SECONDS - began)))")
      finish 1
      ;;
  esac
}

# The counts that nextest printed itself.
count() {
  local word=$1
  cat "$LOGS/nextest.log" "$LOGS/servers.log" 2>/dev/null | sed 's/\x1b\[[0-9;]*m//g' |
    grep -E '^ *Summary \[' | grep -oE "[0-9]+ $word" | awk '{ n += $1 } END { print n + 0 }' || true
}

finish() {
  local code=$1
  printf '\n======== stages\n'
  printf '%s\n' "${TABLE[@]}"
  printf '%-25s %5d s\n\n' total "$SECONDS"
  sed 's/\x1b\[[0-9;]*m//g' "$LOGS/nextest.log" 2>/dev/null | grep -E '^ *Summary \[' || true
  say "$(count passed) passed, $(count failed) failed"
  [ "$code" = 0 ] || warn "the run failed at the last stage of the table; its output: target/test-logs/"
  exit "$code"
}

rm -f "$LOGS"/*.log
stage setup scripts/setup.sh
stage rustfmt cargo fmt --all --check
stage page-check npm --prefix ui run --silent check
stage page-test npm --prefix ui run --silent test
stage page-browser npm --prefix ui run --silent test:browser
stage deny cargo deny --log-level error check licenses bans sources
stage build cargo build "${WORKSPACE[@]}" --all-targets
stage pages npm --prefix tests/pages run --silent test
# What needs root and a sshd of its own has a stage of its own, which says so where it cannot be run.
stage nextest on_a_screen cargo nextest run "${WORKSPACE[@]}" --profile ci -E 'not (binary(servers) and test(/^agent::/))'
stage servers tests/servers/run.sh
stage clippy cargo clippy "${WORKSPACE[@]}" --all-targets -- -D warnings
stage keylab tests/keylab/run.sh
stage demo env CI=true scripts/demo.sh
finish 0
