#!/usr/bin/env bash
# The PNGs, from icons/icon.svg.
source "$(dirname "$0")/lib.sh"

have rsvg-convert || die "rsvg-convert is missing: install librsvg2-bin"
for size in 32 128; do rsvg-convert -w "$size" -h "$size" -o "icons/${size}x${size}.png" icons/icon.svg; done
rsvg-convert -w 512 -h 512 -o icons/icon.png icons/icon.svg
