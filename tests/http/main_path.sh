#!/bin/sh
# main_path.sh - the whole way, as people go it (tests/main_path.sh), on a system of its own.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system
. "$RUN_ENV"
remind() { "$BIN/chulcheck-notify" reminder --any-hour --config "$NOTIFY_CONF" 2>"$work/notify" || cat "$work/notify"; }
. tests/main_path.sh
finish
