#!/usr/bin/env bash
# The PNGs, from icons/icon.svg and icons/tray/*.svg.
source "$(dirname "$0")/lib.sh"

have rsvg-convert || die "rsvg-convert is missing: install librsvg2-bin"
for size in 32 128; do rsvg-convert -w "$size" -h "$size" -o "icons/${size}x${size}.png" icons/icon.svg; done
rsvg-convert -w 512 -h 512 -o icons/icon.png icons/icon.svg
for mark in icons/tray/*.svg; do
  for size in 24 48; do rsvg-convert -w "$size" -h "$size" -o "${mark%.svg}-$size.png" "$mark"; done
done
