# Every target is one line and calls a script, which installs what it lacks, says what it does and runs to its end by itself.
.PHONY: test check bench icons

test: ; @scripts/test.sh
check: ; @scripts/check.sh
bench: ; @scripts/bench.sh
icons: ; @scripts/icons.sh
