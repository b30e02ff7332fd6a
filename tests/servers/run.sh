#!/usr/bin/env bash
# Debian's own sshd with our agent beside it, on the loopback: see agent/ beside this file. The machine's own sshd is not touched.
# Exit status 77: it cannot be run here, and nothing was proven.
source "$(dirname "$0")/../../scripts/lib.sh"

skip() {
  warn "SERVERS NOT RUN: $*"
  exit 77
}

[ "$(id -u)" = 0 ] || skip "sshd and the agent need root"
[ -x /usr/sbin/sshd ] || skip "openssh-server is missing"
[ -e /usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so ] || skip "openssh-tests is missing"
unshare -m true 2>/dev/null || skip "a mount namespace is needed, for a user whom sshd alone knows (CAP_SYS_ADMIN)"
grep -q ' cgroup2 ' /proc/self/mounts || skip "control groups of the second version are needed"
cargo nextest run "${WORKSPACE[@]}" --profile ci -E 'binary(servers) and test(/^agent::/)'
