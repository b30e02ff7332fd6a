#!/usr/bin/env bash
# plug.sh in|out, in the guest: plugs the key in, or pulls it out. A key that comes back is a blank one, for it lives in memory.
# KEYSIM, ATTESTATION and TOUCH are guest.sh's.
set -u
LOG=/run/key.log

# wait_for WHAT COMMAND...: until it succeeds, 20 s at most.
wait_for() {
  local what=$1
  shift
  for _ in $(seq 200); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  echo "no $what within 20 s; the key's last words:"
  tail -n 5 "$LOG"
  exit 1
}

case $1 in
  in)
    "$KEYSIM" "$ATTESTATION/att.der" "$ATTESTATION/att.trussed" "$TOUCH" >"$LOG" 2>&1 &
    echo $! >/run/key.pid
    wait_for "key over USB/IP" usbip list -r 127.0.0.1
    usbip attach -r 127.0.0.1 -b 1-1
    ;;
  out)
    usbip detach -p 0 >/dev/null 2>&1
    kill "$(cat /run/key.pid)"
    ;;
esac
