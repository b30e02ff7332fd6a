#!/usr/bin/env bash
# docs/screens: a picture of every screen, as the browser test draws it and small enough to keep; and the page of them.
# docs/pictures/customer-*: those of the customers' pages that README shows, from their own tests in the same way.
source "$(dirname "$0")/lib.sh"

have convert || die "convert is missing: install imagemagick"
scripts/setup.sh
SHOTS=$ROOT/target/screens
PAGES=$ROOT/target/pages
rm -rf "$SHOTS" "$PAGES"

# small FROM TO [OPTIONS...]: the picture with few colours and no dates.
small() { convert "$1" "${@:3}" -strip +dither -colors 96 -define png:exclude-chunks=date,time "png8:$2"; }

step "every screen, looked at" env SHOTS="$SHOTS" npm --prefix ui run --silent test:browser -- tests/looks.test.mjs
rm -rf docs/screens
mkdir docs/screens
node ui/tests/gallery.mjs | while read -r name look; do
  small "$SHOTS/$name-$look.png" "docs/screens/$name.png"
done
du -sh docs/screens

step "the customers' pages and who serves them" cargo build "${WORKSPACE[@]}" --example customers --bin doorward
step "the customers' pages, looked at" env SHOTS="$PAGES" npm --prefix tests/pages run --silent test -- looks.test.mjs factor.test.mjs history.test.mjs
while read -r name page; do
  small "$PAGES/$page.png" "docs/pictures/customer-$name.png" -resize 900x
done <<'PICTURES'
sign-in sign-in-light
privacy privacy-on-light
staying staying-light
factor second-factor-setting-up-light
recovery recovery-codes-dark
history history-whole-light
PICTURES
