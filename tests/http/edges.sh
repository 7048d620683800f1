#!/bin/sh
# edges.sh - found by reviews: what once went wrong at the edges stays mended.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 24
. "$RUN_ENV"
dir=$(dirname "$RUN_ENV")
t=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")

# Long purchases full of markup do not end a worker.
long=$(head -c 1000 /dev/zero | tr '\0' '<')
sqlite3 "$SHOP_DB" "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
INSERT INTO product SELECT 'l' || i, '$long', '$long' FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
INSERT INTO purchasedetails SELECT 'l' || i || '$long', '$CUSTOMER_EMAIL', 'l' || i FROM n;"
before=$(pgrep -f -- "--config $dir/etc/auth.conf --serve" | sort | tr '\n' ' ')
req GET "$AUTH_URL/v1/purchases?limit=100" -H "Authorization: Bearer $t"
is 'a hundred long purchases' "$status" 200
is 'no worker has died' "$(pgrep -f -- "--config $dir/etc/auth.conf --serve" | sort | tr '\n' ' ')" "$before"

# A field name that the client made up is not repeated at any length.
printf '{"%s":1}' "$(head -c 60000 /dev/zero | tr '\0' '<')" >"$work/raw"
req POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary "@$work/raw"
is 'a long unknown field: 400' "$status" 400
ok 'and a short answer' [ "$(wc -c <"$work/body")" -lt 1000 ]

# The language link works on both hosts and leads back.
browser lang
for host in "$EVENT_URL" "$AUTH_URL"; do
	req GET "$host/lang/en" -H "Referer: $host/sign-up"
	has "$host: language link" "$head" 'Location: /sign-up'
	has "$host: it is remembered" "$head" 'lang=en'
	req GET "$host/lang/en" -H "Referer: $host//evil.example"
	is "$host: a strange way back leads home" "$status" 303
	req GET "$host/lang/fr"; is "$host: no such language" "$status" 400
done

# Protocol endpoints answer programs in their language.
req POST "$AUTH_URL/token" -d 'grant_type=%00'; has '/token: bad form: JSON' "$head" 'json'
req GET "$AUTH_URL/token"; has '/token: GET: JSON' "$head" 'application/problem+json'
req POST "$EVENT_URL/unsubscribe" -H 'Accept: text/html' -d x=1; has '/unsubscribe: a page for browsers' "$head" 'text/html'
req POST "$EVENT_URL/v1/check-ins" -H 'Transfer-Encoding: gzip' -d x; has 'nginx itself: problem details' "$head" 'application/problem+json'
has 'nginx itself: not to be stored' "$head" 'no-store'
req GET "$EVENT_URL/v1/attendance?from=1970-01-01" -H "Authorization: Bearer $t"; is 'the first of all days is no default' "$status" 400
req GET "$AUTH_URL/account?$(head -c 6000 /dev/zero | tr '\0' '&')"; is 'a long query: to the sign-in page' "$status" 303
state=$(head -c 600 /dev/zero | tr '\0' 'x')
req GET "$AUTH_URL/authorize?response_type=code&client_id=chulcheck-attend&redirect_uri=$EVENT_URL/callback&state=$state&code_challenge=$(head -c 43 /dev/zero | tr '\0' A)&code_challenge_method=S256&scope=openid&nonce=%C3%A9"
has 'a long authorization request survives signing in' "$head" "$state"
req GET "$AUTH_URL/authorize?response_type=code&client_id=chulcheck-attend&redirect_uri=$EVENT_URL/callback&state=x&code_challenge=$(head -c 43 /dev/zero | tr '\0' '*')&code_challenge_method=S256&scope=openid"
has 'a challenge that cannot be one' "$head" 'error=invalid_request'

# A form whose key was used is refused when it asks for something else.
browser staff
sign_in "$STAFF_EMAIL" "$STAFF_PASSWORD"
page "$EVENT_URL/admin/stock/2"
key=$(field key) form=$body
post "$EVENT_URL/admin/stock/2/change" mode=set amount=30 reason=count "key=$key"
body=$form
post "$EVENT_URL/admin/stock/2/change" mode=set amount=30 reason=count "key=$key"
is 'the same form again: done' "$status" 200
body=$form
post "$EVENT_URL/admin/stock/2/change" mode=add amount=1 reason=count "key=$key"
is 'the same key, another change: refused' "$status" 409
is 'and the stock is what the first said' "$(sql "$ATTEND_DB" "SELECT stock FROM reward WHERE id = 2")" 30
body=$form
post "$EVENT_URL/admin/stock/2/change" mode=add amount=1 "reason=$(printf 'turned\342\200\256round')" "key=${key}x"
is 'a reason with hidden characters: 400' "$status" 400

# Tokens are in no log, also when the workers are away.
mv "$dir/run/auth.sock" "$dir/run/auth.away"
for path in 'verify-email?token=CANARY' 'authorize?state=CANARY' 'sign-in?next=CANARY'; do req GET "$AUTH_URL/$path"; done
is 'workers away: 503' "$status" 503
mv "$dir/run/auth.away" "$dir/run/auth.sock"
is 'no token in the logs' "$(grep -rlE 'CANARY|eyJhbGciOi' "$dir/log")" ''
for secret in "$CUSTOMER_PASSWORD" "$STAFF_PASSWORD" "$SHOP_CLIENT_SECRET"; do
	is 'no password in logs or databases' "$(grep -rlF -- "$secret" "$dir/log" "$dir/auth" "$dir/attend")" ''
done

# Customers who come back all at once, each with only the refresh token left: nobody is taken for
# a stranger.
for n in $(seq 24); do browser "back$n"; sign_in "customer$n@example.kr" "$CUSTOMERS_PASSWORD"; sed -i '/\taccess\t/d' "$jar"; done
seq 24 | xargs -P 24 -I{} curl -sS -m 30 -b "$work/jar.back{}" -o "$work/back{}" "$EVENT_URL/"
is '24 come back at once: each sees his card' "$(grep -l 'action="/check-in"' "$work"/back* | wc -l)" 24

# The auth host hangs: pages of browsers that need it do not take the threads of check-ins.
pids=$(pgrep -f -- "--config $dir/etc/auth.conf --serve")
kill -STOP $pids
(seq 100 | xargs -P 100 -I{} curl -sS -m 30 -o /dev/null -H 'Cookie: refresh=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' "$EVENT_URL/") 2>/dev/null &
load=$!
sleep 0.5
t2=$t
slow=0
for n in 1 2 3 4 5; do
	status=$(curl -sS -m 2 -o /dev/null -w '%{http_code}' -X POST -H "Authorization: Bearer $t2" "$EVENT_URL/v1/check-ins") || slow=$((slow + 1))
done
is 'the auth host hangs: check-ins go on' "$slow" 0
kill -CONT $pids
wait $load
finish
