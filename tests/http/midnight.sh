#!/bin/sh
# midnight.sh - the business day: with the clock at 23:59:59 and at 00:00:01 Asia/Seoul two
# check-ins of one customer count for two days, over a month's and a year's end too. The clock
# is libfaketime's, read from a file by every program of a system of its own.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
clock() { TZ=Asia/Seoul date -d "$1" +%s >"$work/clock.new" && mv "$work/clock.new" "$work/clock"; }
clock '2026-12-31 23:59:59'
export FAKETIME_TIMESTAMP_FILE="$work/clock" FAKETIME_FMT=%s FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
own_system --preload "$(ls /usr/lib/*/faketime/libfaketimeMT.so.1)"
. "$RUN_ENV"

check_in() { # time, code, result, day, count, streak
	clock "$1"
	t=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")
	api POST /v1/check-ins "$t"
	is "$1: answer" "$status $(json result) $(json day) $(json count) $(json streak)" "$2 $3 $4 $5 $6"
	page=$(curl -sS "$EVENT_URL/v1/attendance?from=$4&to=$4" -H "Authorization: Bearer $t")
	has "$1: the history says the same day" "$page" "\"days\":[\"$4\"]"
}
check_in '2026-12-31 23:59:59' 201 checked_in 2026-12-31 1 1
check_in '2026-12-31 23:59:59' 200 already_checked_in 2026-12-31 1 1
check_in '2027-01-01 00:00:01' 201 checked_in 2027-01-01 2 2
check_in '2027-01-01 23:59:59' 200 already_checked_in 2027-01-01 2 2
check_in '2027-01-03 00:00:01' 201 checked_in 2027-01-03 3 1
is 'three rows for three days' "$(count "$ATTEND_DB" "attendance a JOIN customer c ON c.id = a.customer_id WHERE c.email = '$CUSTOMER_EMAIL'")" 3
clock '2027-01-02 12:00:00'
t=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")
api POST /v1/check-ins "$t"
is 'a clock that went back is refused, not believed' "$status $(json type)" '503 /problems/clock'
finish
