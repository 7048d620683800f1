#!/bin/sh
# routes.sh - every route that the programs print occurs in some test: a missing test is a failure.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. "$RUN_ENV"
{ "$BIN/chulcheck-attend" --routes; "$BIN/chulcheck-auth" --routes; } | cut -d' ' -f2 | sort -u >"$work/routes"
ok 'there are routes' [ "$(wc -l <"$work/routes")" -gt 40 ]
while read -r path; do
	pattern=$(echo "$path" | sed 's/[.]/[.]/g; s/{[^}]*}/[^\/ "]+/g')
	ok "$path is tested" sh -c "grep -rqE '(_URL|_url|auth|event|[\"'\\''( ])(\\}|\")?$pattern([?\"'\\'' )\`,]|\$)' tests --include=*.sh --include=*.py --include=*.mjs --include=*.c"
done <"$work/routes"
finish
