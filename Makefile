# Every target is one line and calls a script, which installs what it lacks, says what it does and runs to its end by itself.
.PHONY: demo test check bench deb icons screens

demo: ; @scripts/demo.sh
test: ; @scripts/test.sh
check: ; @scripts/check.sh
bench: ; @scripts/bench.sh
deb: ; @scripts/deb.sh
icons: ; @scripts/icons.sh
screens: ; @scripts/screens.sh
