#!/bin/sh
# once.sh - exactly once under load: 64 parallel check-ins of one customer; 200 customers at
# once for a stock of 50. Starts a system of its own, for it counts every row.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 210
. "$RUN_ENV"
reward="(SELECT reward_id FROM milestone_reward WHERE milestone_id = (SELECT id FROM milestone WHERE kind = 'cumulative' AND days = 1))"

if [ "$(nproc)" -gt 1 ] && chrt -r 1 true 2>/dev/null; then
	pgrep -f -- "--config ${ATTEND_DB%/attend/*}/etc/attend.conf --serve" >"$work/workers"
	# The thread sanitizer starts a thread of its own before main() does anything.
	urgent=1; [ "${SAN:-}" = thread ] && urgent=2
	is 'one thread of each worker is urgent, and no other' \
	    "$(while read -r w; do ps -L -o cls= -p "$w" | grep -c RR; done <"$work/workers" | sort -u)" "$urgent"
fi
before=$(sql "$ATTEND_DB" "SELECT stock FROM reward WHERE id = $reward")
t=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")
seq 64 | xargs -P 64 -I{} curl -sS -m 30 -o "$work/c{}" -w '%{http_code}\n' -X POST -H "Authorization: Bearer $t" "$EVENT_URL/v1/check-ins" >"$work/codes"
is '64 at once: one 201' "$(grep -c '^201$' "$work/codes")" 1
is '64 at once: 63 times 200' "$(grep -c '^200$' "$work/codes")" 63
is '64 at once: one receipt' "$(cat "$work"/c* | grep -oE '"receipt":"[^"]*"' | sort -u | wc -l)" 1
is '64 at once: one attendance row' "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM attendance a JOIN customer c ON c.id = a.customer_id WHERE c.email = '$CUSTOMER_EMAIL'")" 1
is '64 at once: one grant' "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM \"grant\" g JOIN customer c ON c.id = g.customer_id WHERE c.email = '$CUSTOMER_EMAIL'")" 1
is '64 at once: one unit of stock' "$(sql "$ATTEND_DB" "SELECT stock FROM reward WHERE id = $reward")" $((before - 1))

# Stock 50 by the staff's form, then 200 customers at once.
browser staff
sign_in "$STAFF_EMAIL" "$STAFF_PASSWORD"
rid=$(sql "$ATTEND_DB" "SELECT $reward")
page "$EVENT_URL/admin/stock/$rid"
post "$EVENT_URL/admin/stock/$rid/change" mode=set amount=50 'reason=test of fifty' "key=$(field key)"
is 'form: stock is 50' "$(sql "$ATTEND_DB" "SELECT stock FROM reward WHERE id = $rid")" 50
i=0
while [ $i -lt 200 ]; do i=$((i + 1)); echo "customer$i@example.kr"; done |
    xargs -P 8 -I{} curl -sS -m 60 --retry 20 --retry-delay 1 -X POST -H 'Content-Type: application/json' \
    -d "{\"email\":\"{}\",\"password\":\"$CUSTOMERS_PASSWORD\"}" "$AUTH_URL/v1/sign-in" -w '\n' |
    grep -oE '"access_token":"[^"]*"' | cut -d'"' -f4 >"$work/tokens"
is '200 tokens' "$(wc -l <"$work/tokens")" 200
xargs -P 200 -I{} curl -sS -m 30 -o /dev/null -w '%{http_code}\n' -X POST -H 'Authorization: Bearer {}' "$EVENT_URL/v1/check-ins" <"$work/tokens" >"$work/codes"
is '200 customers: 200 times 201' "$(grep -c '^201$' "$work/codes")" 200
is '200 customers: 50 granted' "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM \"grant\" g JOIN customer c ON c.id = g.customer_id WHERE g.reward_id = $rid AND g.state = 'granted' AND c.email LIKE 'customer%'")" 50
is '200 customers: 150 owed' "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM \"grant\" WHERE reward_id = $rid AND state = 'owed'")" 150
is '200 customers: stock 0' "$(sql "$ATTEND_DB" "SELECT stock FROM reward WHERE id = $rid")" 0
is 'stock was never below 0' "$(sql "$ATTEND_DB" "SELECT MIN(stock_after) FROM stock_movement WHERE reward_id = $rid")" 0

# Restocking settles what is owed in the order of earning, once.
page "$EVENT_URL/admin/stock/$rid"
key=$(field key)
csrf=$(field csrf)
post "$EVENT_URL/admin/stock/$rid/change" mode=add amount=5 'reason=five came' "key=$key"
body="<input name=\"csrf\" value=\"$csrf\">"
post "$EVENT_URL/admin/stock/$rid/change" mode=add amount=5 'reason=five came' "key=$key"
is 'restock of 5, sent twice: 145 owed' "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM \"grant\" WHERE reward_id = $rid AND state = 'owed'")" 145
is 'restock: the earliest were settled' "$(sql "$ATTEND_DB" "SELECT (SELECT MAX(id) FROM \"grant\" WHERE reward_id = $rid AND state = 'granted') < (SELECT MIN(id) FROM \"grant\" WHERE reward_id = $rid AND state = 'owed')")" 1
ok 'verify finds no fault' "$BIN/chulcheckctl" verify --domain attend "$ATTEND_DB"

# Staff page through who came, the last first: everybody once.
query='' pages=0
while [ $pages -lt 9 ]; do
	page "$EVENT_URL/admin/attendance$query"
	pages=$((pages + 1))
	printf %s "$body" | grep -oE '/admin/customers/[0-9]+' >>"$work/came"
	[ -n "$(field after)" ] || break
	query="?day=$(field day)&at=$(field at)&after=$(field after)"
done
is 'who came: five pages' $pages 5
is 'who came: everybody once, the last first' "$(cut -d/ -f4 "$work/came" | paste -sd' ')" \
    "$(sql "$ATTEND_DB" 'SELECT customer_id FROM attendance WHERE day = (SELECT MAX(day) FROM attendance) ORDER BY at DESC, customer_id DESC' | paste -sd' ')"

# A long count stands for a second, and no longer.
came() { page "$EVENT_URL/admin/attendance?day=2019-04-14"; printf %s "$body" | sed -nE 's/^<h2>2019-04-14 · ([0-9]+)명 출석<.*/\1/p'; }
many() { sql "$ATTEND_DB" "PRAGMA foreign_keys=OFF; $1" >/dev/null; }
many "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
    INSERT INTO attendance (campaign_id, customer_id, day, at, count, streak, longest) SELECT 1, 1000000 + i, 18000, i, 1, 1, 1 FROM n"
is 'how many came, of many' "$(came; came; came)" "$(printf '6000\n6000\n6000')"
many 'DELETE FROM attendance WHERE day = 18000 AND customer_id > 1005000'
sleep 1.2
is 'a second later: how many now' "$(came; came; came)" "$(printf '5000\n5000\n5000')"
many 'DELETE FROM attendance WHERE day = 18000 AND customer_id > 1000100'
sleep 1.2
is 'few: at once' "$(came; came; came; many 'DELETE FROM attendance WHERE day = 18000 AND customer_id > 1000050'; came; came; came)" "$(printf '100\n100\n100\n50\n50\n50')"
many 'DELETE FROM attendance WHERE day = 18000'

# When purchases were confirmed is noted to a fifth of the time that it counts for (30 days), the rest at once.
again() { # AGE-IN-DAYS MORE-SQL: customer1 comes on another day; prints the age of what is noted then
	sql "$ATTEND_DB" "PRAGMA foreign_keys=OFF; UPDATE attendance SET day = day - 9 WHERE customer_id = $one;
	    UPDATE customer SET verified_at = (strftime('%s', 'now') - $1 * 86400) * 1000, standing_at = verified_at $2 WHERE id = $one" >/dev/null
	curl -sS -o /dev/null -X POST -H "Authorization: Bearer $(head -1 "$work/tokens")" "$EVENT_URL/v1/check-ins"
	sql "$ATTEND_DB" "SELECT (strftime('%s', 'now') - verified_at / 1000 + 43200) / 86400, standing, email FROM customer WHERE id = $one"
}
email=$(sql "$ATTEND_DB" "SELECT email FROM customer WHERE email LIKE 'customer%' LIMIT 1")
one=$(sql "$ATTEND_DB" "SELECT id FROM customer WHERE email = '$email'")
token "$email" "$CUSTOMERS_PASSWORD" >"$work/tokens"
is 'confirmed two days ago: as it was' "$(again 2 '')" "2|verified|$email"
is 'seven days ago: now' "$(again 7 '')" "0|verified|$email"
is 'another address: now' "$(again 2 ", email = 'x'")" "0|verified|$email"
is 'another standing: now' "$(again 2 ", standing = 'unknown'")" "0|verified|$email"
finish
