#!/bin/sh
# valgrind.sh - the workers under memcheck: sign in, check in, pages, stock; no error, no leak.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
mkdir -p "$work/vg"
own_system --under "$(command -v valgrind) --quiet --trace-children=yes --leak-check=full --errors-for-leak-kinds=definite --log-file=$work/vg/%p"
. "$RUN_ENV"
t=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")
ok 'signed in' [ -n "$t" ]
api POST /v1/check-ins "$t"; is 'check-in' "$status" 201
api POST /v1/check-ins "$t"; is 'again' "$status" 200
api GET /v1/rewards/status "$t"; is 'status' "$status" 200
api GET /v1/attendance "$t"; is 'attendance' "$status" 200
api GET /v1/grants "$t"; is 'grants' "$status" 200
api POST /v1/check-ins "$t" '{"campaign":'; is 'bad JSON' "$status" 400
req GET "$AUTH_URL/v1/purchases" -H "Authorization: Bearer $t"; is 'purchases' "$status" 200
browser staff
sign_in "$STAFF_EMAIL" "$STAFF_PASSWORD"
for p in / /history /rewards /admin /admin/stock /admin/stock/1 /admin/attendance /admin/grants /admin/customers; do
	page "$EVENT_URL$p"; is "$p" "$status" 200
done
page "$EVENT_URL/admin/stock/1"
post "$EVENT_URL/admin/stock/1/change" mode=add amount=5 reason=test "key=$(field key)"
is 'stock by form' "$status" 200
stop_own_system
is 'memcheck says nothing' "$(cat "$work"/vg/* | head -60)" ''
ok 'memcheck has watched' [ "$(ls "$work/vg" | wc -l)" -ge 4 ]
finish
