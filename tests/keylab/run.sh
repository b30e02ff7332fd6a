#!/usr/bin/env bash
# The keylab: our hardware-key code on the real Linux path (USB, hidraw, CTAPHID, PIN protocol, touch) without a physical key.
# A small QEMU guest runs Debian's own kernel on this machine's files, read-only; in it keysim, a key's real firmware, is plugged
# in over USB/IP, and crates/testkit's example keylab_guest talks to it, and so do OpenSSH's own programs. Nothing of the machine itself is changed.
# Exit status 77: QEMU cannot be had here, and nothing was proven. Anything but a full count of passed cases is a failure.
source "$(dirname "$0")/../../scripts/lib.sh"

HERE=$ROOT/tests/keylab
LAB=$ROOT/target/keylab
KEYSIM=$LAB/keysim/debug/keysim-usbip
GUEST=$ROOT/target/debug/examples/keylab_guest
PACKAGES=(qemu-system-x86 busybox-static cpio kmod udev usbip libclang-dev libudev-dev patch)
# What the guest needs of the kernel; what these stand on is found by modprobe.
MODULES=(virtio_pci 9pnet_virtio 9p usbhid hid-generic vhci-hcd)
LIMIT=600

skip() {
  warn "KEYLAB NOT RUN: $*"
  exit 77
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

install() {
  local missing=() package
  for package in "${PACKAGES[@]}"; do installed "$package" || missing+=("$package"); done
  if [ ${#missing[@]} = 0 ]; then
    say "    nothing is missing"
    return
  fi
  say "    installing: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null || return
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}

# Debian's kernel, unpacked and not installed.
kernel() {
  if [ -e "$LAB/kernel/unpacked" ]; then return; fi
  rm -rf "$LAB/kernel" && mkdir -p "$LAB/kernel/apt"
  local package
  package=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n1)
  [ -n "$package" ] || return
  (cd "$LAB/kernel/apt" && apt-get download -q "$package" 2>/dev/null) || return
  dpkg -x "$LAB"/kernel/apt/*.deb "$LAB/kernel" || return
  rm -rf "$LAB/kernel/apt"
  [ -d "$LAB/kernel/lib/modules" ] || ln -s usr/lib "$LAB/kernel/lib"
  /usr/sbin/depmod -b "$LAB/kernel" "$(ls "$LAB/kernel/lib/modules")" || return
  touch "$LAB/kernel/unpacked"
}

# The one crate that keysim needs otherwise than it was published: from cargo's own copy of it, with our three lines.
usbip_device() {
  local wanted=$LAB/usbip-device.of fetch=$LAB/fetch manifest
  if [ -e "$LAB/usbip-device" ] && cmp -s "$HERE/usbip-device.patch" "$wanted"; then return; fi
  rm -rf "$LAB/usbip-device" "$fetch" && mkdir -p "$fetch/src" && : >"$fetch/src/lib.rs"
  printf '[workspace]\n[package]\nname = "fetch"\nversion = "0.0.0"\n[dependencies]\nusbip-device = "=0.2.0"\n' >"$fetch/Cargo.toml"
  manifest=$(cargo metadata --quiet --format-version 1 --manifest-path "$fetch/Cargo.toml" |
    grep -o '"manifest_path":"[^"]*/usbip-device-0.2.0/Cargo.toml"' | head -n1 | cut -d'"' -f4)
  cp -r "$(dirname "$manifest")" "$LAB/usbip-device"
  patch --quiet -d "$LAB/usbip-device" -p1 <"$HERE/usbip-device.patch"
  cp "$HERE/usbip-device.patch" "$wanted"
}

keysim() {
  usbip_device
  RUSTFLAGS="--cap-lints allow" CARGO_TARGET_DIR=$LAB/keysim nice -n 10 cargo build --quiet --locked --manifest-path "$HERE/keysim/Cargo.toml"
}

guest_program() {
  cargo build --quiet "${WORKSPACE[@]}" --example keylab_guest
  "$GUEST" make "$LAB/attestation"
}

# Modules in the order in which they load, and an init that mounts the machine's files and runs guest.sh in them.
initrd() {
  local root=$LAB/initrd version module path
  version=$(ls "$LAB/kernel/lib/modules")
  rm -rf "$root" && mkdir -p "$root"/{bin,dev,host,proc,sys,mods}
  cp /bin/busybox "$root/bin/"
  cp "$HERE/init" "$root/init"
  printf '%q %q %q %q\n' "$HERE/guest.sh" "$KEYSIM" "$GUEST" "$LAB/attestation" >"$root/command"
  for module in "${MODULES[@]}"; do /usr/sbin/modprobe -d "$LAB/kernel" -S "$version" --show-depends "$module"; done |
    sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' | while read -r path; do
    case $path in
      *.xz) module=$(basename "$path" .xz) && xz -dc "$path" >"$root/mods/$module" ;;
      *) module=$(basename "$path") && cp "$path" "$root/mods/$module" ;;
    esac
    echo "$module"
  done >"$root/mods/order"
  (cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$LAB/initrd.gz"
}

# Plain emulation: hardware acceleration is not to be had on each machine, and hangs on some.
boot() {
  timeout --kill-after=10 "$LIMIT" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 1024 -smp 1 -nographic -no-reboot \
    -nodefaults -serial stdio -kernel "$LAB"/kernel/boot/vmlinuz-* -initrd "$LAB/initrd.gz" \
    -append "console=ttyS0 quiet panic=-1" -fsdev local,id=h,path=/,security_model=none,readonly=on,multidevs=remap \
    -device virtio-9p-pci,fsdev=h,mount_tag=hostroot </dev/null | tr -d '\r' | tee "$LAB/guest.log"
}

verdict() {
  local counted
  counted=$(grep -E '^keylab: [0-9]+ passed, [0-9]+ failed$' "$LAB/guest.log" | tail -n1 || true)
  [ -n "$counted" ] || die "the guest said nothing of its cases: target/keylab/guest.log has all it said."
  [[ $counted =~ ^keylab:\ [1-9][0-9]*\ passed,\ 0\ failed$ ]] || die "$counted"
  grep -qx 'GUEST exit 0' "$LAB/guest.log" || die "the guest did not end as it should: target/keylab/guest.log."
}

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || skip "the guest is a PC with Linux, and this machine is none."
have apt-get && have dpkg-query || skip "QEMU cannot be installed: there is no apt-get."
[ -x /usr/sbin/sshd ] || die "sshd is missing: run scripts/setup.sh and then this again."
mkdir -p "$LAB"
step "Debian packages" install || skip "QEMU cannot be installed: apt-get failed for ${PACKAGES[*]}."
step "Debian's kernel" kernel || skip "the guest has no kernel: linux-image-amd64 cannot be downloaded."
step "the key (keysim)" keysim
step "the guest's program" guest_program
step "the guest's first files" initrd
step "the guest" boot
verdict
