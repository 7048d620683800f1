#!/bin/sh
# kill.sh - kill -9 of workers under load: every check-in that was answered is in the database,
# asking again never doubles one, and service goes on within a second.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 120
. "$RUN_ENV"
dir=$(dirname "$RUN_ENV")
workers() { pgrep -f -- "--config $dir/etc/attend.conf --serve"; }

i=0
while [ $i -lt 120 ]; do i=$((i + 1)); echo "$i"; done |
    xargs -P 8 -I{} sh -c 'curl -sS -m 60 --retry 20 --retry-delay 1 -X POST -H "Content-Type: application/json" \
    -d "{\"email\":\"customer$1@example.kr\",\"password\":\"$3\"}" "$2/v1/sign-in" | grep -oE "\"access_token\":\"[^\"]*\"" | cut -d\" -f4 >"$4/t.$1"' sh {} "$AUTH_URL" "$CUSTOMERS_PASSWORD" "$work"
is 'tokens' "$(cat "$work"/t.* | wc -l)" 120

seq 120 | xargs -P 6 -I{} sh -c 'sleep 0.0$(( $1 % 10 )); code=$(curl -sS -m 10 -o "$3/r.$1" -w "%{http_code}" -X POST -H "Authorization: Bearer $(cat "$3/t.$1")" "$2/v1/check-ins"); echo "$1 $code" >"$3/a.$1"' sh {} "$EVENT_URL" "$work" &
load=$!
for n in 1 2 3 4 5; do
	sleep 0.15
	for pid in $(workers); do kill -9 "$pid"; done
	ok "kill $n: served again within a second" curl -sS -m 1 --retry 20 --retry-delay 0 --retry-max-time 1 -f -o /dev/null "$EVENT_URL/healthz"
done
wait $load
acked=$(cat "$work"/a.* | grep -E ' 20[01]$' | cut -d' ' -f1)
lost=0
for n in $acked; do
	[ "$(count "$ATTEND_DB" "attendance a JOIN customer c ON c.id = a.customer_id WHERE c.email = 'customer$n@example.kr'")" = 1 ] || lost=$((lost + 1))
done
echo "# $(echo "$acked" | wc -w) of 120 answered during the kills"
is 'no answered check-in is lost' $lost 0
for n in $(seq 120); do
	curl -sS -m 10 --retry 5 -o /dev/null -w '%{http_code}\n' -X POST -H "Authorization: Bearer $(cat "$work/t.$n")" "$EVENT_URL/v1/check-ins"
done >"$work/again"
is 'asking again: every answer is 2xx' "$(grep -cE '^20[01]$' "$work/again")" 120
is 'asking again: one row for each' "$(count "$ATTEND_DB" "attendance a JOIN customer c ON c.id = a.customer_id WHERE c.email LIKE 'customer%'")" 120
ok 'verify finds no fault' "$BIN/chulcheckctl" verify --domain attend "$ATTEND_DB"

# Twenty exchanges of the generation under load: not one request fails.
t=$(cat "$work/t.1")
(while [ ! -f "$work/stop" ]; do curl -sS -m 10 -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $t" "$EVENT_URL/v1/rewards/status"; done >"$work/codes") &
load=$!
parent=$(pgrep -P 1,$$ -f -- "chulcheck-attend --config $dir/etc/attend.conf" | head -1)
[ -n "$parent" ] || parent=$(ps -o ppid= -p "$(workers | head -1)" | tr -d ' ')
for n in $(seq 20); do kill -HUP "$parent"; sleep 0.2; done
touch "$work/stop"; wait $load
is '20 exchanges under load: only 200' "$(sort -u "$work/codes" | tr '\n' ' ')" '200 '

# A worker that is exchanged while check-ins wait for a lock still gives them up in time.
flock "$ATTEND_DB.lock" sleep 9 &
lock=$!
sleep 0.3
curl -sS -m 30 -o /dev/null -w '%{http_code} %{time_total}\n' -X POST -H "Authorization: Bearer $(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")" "$EVENT_URL/v1/check-ins" >"$work/waited" &
asked=$!
sleep 0.7
kill -HUP "$parent"
wait $asked
ok 'exchanged while a check-in waits for a lock: 503 before the lock is given back' grep -qE '^503 [2-6]\.' "$work/waited"
wait $lock
finish
