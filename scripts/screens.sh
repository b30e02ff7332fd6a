#!/usr/bin/env bash
# docs/screens: a picture of every screen, as the browser test draws it and small enough to keep; and the page of them.
source "$(dirname "$0")/lib.sh"

have convert || die "convert is missing: install imagemagick"
scripts/setup.sh
SHOTS=$ROOT/target/screens
rm -rf "$SHOTS"
step "every screen, looked at" env SHOTS="$SHOTS" npm --prefix ui run --silent test:browser -- tests/looks.test.mjs
rm -rf docs/screens
mkdir docs/screens
node ui/tests/gallery.mjs | while read -r name look; do
  convert "$SHOTS/$name-$look.png" -strip +dither -colors 96 -define png:exclude-chunks=date,time "png8:docs/screens/$name.png"
done
du -sh docs/screens
