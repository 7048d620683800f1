#!/bin/sh
# sanitizers.sh - the whole system built with the address and undefined sanitizers, then with the
# thread sanitizer, goes the main path and through the storms; not one report is allowed.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
run() { # SAN, tests...
	san=$1; shift
	if ! make -s -j"$(nproc)" SAN="$san" all >"$work/build" 2>&1; then
		tail -5 "$work/build"
		ok "SAN=$san: builds" false
		return
	fi
	ok "SAN=$san: the programs are instrumented" sh -c "nm build-*/chulcheck-attend | grep -qE '_(a|t)san_'"
	mkdir -p "$work/$san"
	for t in "$@"; do
		ASAN_OPTIONS=log_path=$work/$san/r UBSAN_OPTIONS=print_stacktrace=1:log_path=$work/$san/r \
		    TSAN_OPTIONS=log_path=$work/$san/r SAN=$san RUN_ENV='' "tests/$t.sh" >"$work/out" 2>&1
		is "SAN=$san $t: passes" "$(grep '^not ok' "$work/out")" ''
		is "SAN=$san $t: no report" "$(cat "$work/$san"/r* 2>/dev/null | head -40)" ''
	done
}
run 1 http/main_path http/once
run thread http/main_path http/once fault/kill
finish
