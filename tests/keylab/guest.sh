#!/usr/bin/env bash
# Runs in the guest, on the machine's files; only /run and /mnt can be written. Plugs the key in, and runs the cases.
# guest.sh KEYSIM GUEST ATTESTATION
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/mnt LC_ALL=C
export KEYSIM=$1 ATTESTATION=$3 TOUCH=/run/touch
GUEST=$2 PLUG=$(dirname "$0")/plug.sh
cd /mnt || exit 1

# As a machine has it, so that sshd takes what lies there; whether root has a password on this machine is none of its business.
chmod 755 /run /mnt
mkdir -m 755 /run/sshd
echo 'root:*:::::::' >/run/shadow
mount --bind /run/shadow /etc/shadow || exit 1

# Hot plugging is told by udev, in the guest as everywhere.
mkdir -p /run/udev
/lib/systemd/systemd-udevd --daemon >/dev/null 2>&1
echo auto >"$TOUCH"
"$PLUG" in || exit 1
for _ in $(seq 200); do
  [ -e /dev/hidraw0 ] && break
  sleep 0.1
done
udevadm trigger >/dev/null 2>&1
echo
exec "$GUEST" run "$ATTESTATION" "$TOUCH" "$PLUG"
