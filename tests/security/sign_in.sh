#!/bin/bash
# sign_in.sh - guessing, crowds and strangers at the sign-in: a hundred failures from many addresses,
# five hundred at once, session ids that somebody planted, five years without a visit, and whether
# an answer tells who has an account. LONG=1 also compares the times of 2 x 500 answers.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 20
. "$RUN_ENV"
dir=$(dirname "$RUN_ENV")
try() { # ADDRESS EMAIL PASSWORD [JSON]: status
	curl -sS -m 60 -o "$work/try" -D "$work/try.head" -w '%{http_code}' --interface "$1" -X POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' \
	    --data-binary "{\"email\":\"$2\",\"password\":\"$3\"${4:+,$4}}" 2>/dev/null
}
member() { /usr/bin/python3 -c 'import json,sys; print(json.load(open(sys.argv[1])).get(sys.argv[2],""))' "$work/try" "$1"; }

# Row SEC-15: nothing is there before somebody makes it.
"$BIN/chulcheckctl" migrate --domain auth "$work/empty.db" >/dev/null
is 'a fresh database has no account' "$(sqlite3 "$work/empty.db" 'SELECT (SELECT COUNT(*) FROM account) + (SELECT COUNT(*) FROM staff_code)')" 0

# Row SEC-09: 101 failures from 101 addresses.
try 127.0.0.1 customer1@example.kr "$CUSTOMERS_PASSWORD" >/dev/null
device=$(member device)
seq 1 101 | xargs -P 4 -I{} curl -sS -m 60 -o /dev/null -w '%{http_code}\n' --interface 127.0.1.{} -X POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' \
    --data-binary '{"email":"customer1@example.kr","password":"wrong password no. {}"}' >"$work/codes"
is '101 failures from many addresses: every one is refused' "$(grep -cE '^(401|429)$' "$work/codes")" 101
ok '101 failures from many addresses: most were not even looked at' [ "$(grep -c '^429$' "$work/codes")" -gt 60 ]
sql "$AUTH_DB" 'UPDATE attempt SET free_at = free_at + 600 WHERE free_at > 0' >/dev/null
is 'the right password of a stranger has to wait with them' "$(try 127.0.2.1 customer1@example.kr "$CUSTOMERS_PASSWORD")" 429
is 'the owner on a known device has not' "$(try 127.0.2.1 customer1@example.kr "$CUSTOMERS_PASSWORD" "\"device\":\"$device\"")" 200
is 'a proof that was tampered with is none' "$(try 127.0.2.1 customer1@example.kr "$CUSTOMERS_PASSWORD" "\"device\":\"${device%?}x\"")" 429
is 'other accounts are not touched' "$(try 127.0.2.1 customer2@example.kr "$CUSTOMERS_PASSWORD")" 200
# One network that tries many accounts.
sql "$AUTH_DB" 'DELETE FROM attempt' >/dev/null
now=$(date +%s)
is 'one address and a hundred accounts' "$(try 127.0.3.1 a@example.kr 'wrong password')" 401
sql "$AUTH_DB" "UPDATE attempt SET fails = 120, last_at = $now + 5, free_at = $now + 60 WHERE free_at = 0" >/dev/null
sleep 6
is 'then waits' "$(try 127.0.3.1 customer3@example.kr "$CUSTOMERS_PASSWORD")" 429
has 'for at most a minute' "$(cat "$work/try.head")" 'Retry-After: '
is 'others do not' "$(try 127.0.3.2 customer3@example.kr "$CUSTOMERS_PASSWORD")" 200

# Row SEC-10: 500 at once. The others are told when to come again; check-ins go on.
sql "$AUTH_DB" 'DELETE FROM attempt' >/dev/null
t=$(token customer4@example.kr "$CUSTOMERS_PASSWORD")
(seq 1 500 | xargs -P 250 -I{} curl -sS -m 60 -o /dev/null -D "$work/crowd.{}" -w '%{http_code}\n' -X POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' \
    --data-binary "{\"email\":\"customer5@example.kr\",\"password\":\"$CUSTOMERS_PASSWORD\"}" >"$work/crowd") &
crowd=$!
sleep 1
api POST /v1/check-ins "$t" '{}'; is 'a check-in amid 500 sign-ins' "$status" 201
wait $crowd
is '500 at once: signed in, told to wait, or busy' "$(grep -cE '^(200|429|503)$' "$work/crowd")" 500
ok '500 at once: some get in' grep -q '^200$' "$work/crowd"
is '500 at once: who does not is told when' "$(grep -lE '^HTTP/1.1 (429|503)' "$work"/crowd.* | xargs -r grep -L '^Retry-After: ' | wc -l)" 0
sql "$AUTH_DB" 'DELETE FROM attempt' >/dev/null
is 'and then it is quiet again' "$(try 127.0.0.1 customer6@example.kr "$CUSTOMERS_PASSWORD")" 200

# Row SEC-31: a session id that was there before is not taken over.
planted=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
req GET "$AUTH_URL/sign-in" -b "session=$planted"
guest=$(echo "$head" | sed -n 's/^Set-Cookie: guest=\([^;]*\);.*/\1/p')
csrf=$(field csrf)
req POST "$AUTH_URL/sign-in" -b "session=$planted; guest=$guest" --data-urlencode email=customer7@example.kr --data-urlencode "password=$CUSTOMERS_PASSWORD" -d "csrf=$csrf&next=/account"
is 'signed in' "$status" 303
mine=$(echo "$head" | sed -n 's/^Set-Cookie: session=\([^;]*\);.*/\1/p')
ok 'with an id of its own' [ -n "$mine" ] && [ "$mine" != "$planted" ]
req GET "$AUTH_URL/account" -b "session=$planted"; is 'the planted one opens nothing' "$status" 303
req GET "$AUTH_URL/account" -b "session=$mine"; is 'the new one does' "$status" 200

# Row SEC-28: fifty refreshes at once have one successor.
token customer8@example.kr "$CUSTOMERS_PASSWORD" >/dev/null
refresh=$(json refresh_token)
seq 50 | xargs -P 50 -I{} curl -sS -m 60 -X POST "$AUTH_URL/v1/refresh" -H 'Content-Type: application/json' --data-binary "{\"refresh_token\":\"$refresh\"}" -w '\n' >"$work/refreshed"
is '50 refreshes at once: one successor' "$(grep -oE '"refresh_token":"[^"]*"' "$work/refreshed" | sort | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" '50 '
is '50 refreshes at once: two rows of the family' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM refresh_token t JOIN account a ON a.id = t.account_id WHERE a.email = 'customer8@example.kr'")" 2
is 'row SEC-34: no refresh token is in the database' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM refresh_token WHERE token_hash = '$refresh'")" 0

# Row SEC-29: signing out takes effect: at once for new tokens, within five minutes for those out there.
token customer8@example.kr "$CUSTOMERS_PASSWORD" >/dev/null
refresh=$(json refresh_token) access=$(json access_token)
is 'an access token lives for five minutes at most' "$(printf %s "$access" | cut -d. -f2 | /usr/bin/python3 -c 'import base64,json,sys; s=sys.stdin.read().strip(); c=json.loads(base64.urlsafe_b64decode(s+"="*(-len(s)%4))); print(c["exp"]-c["iat"] <= 300)')" True
browser everywhere
page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-in" email=customer8@example.kr "password=$CUSTOMERS_PASSWORD" next=/account/sign-ins
post "$AUTH_URL/account/sign-ins/end" sid=others
req POST "$AUTH_URL/v1/refresh" -H 'Content-Type: application/json' --data-binary "{\"refresh_token\":\"$refresh\"}"
is 'signed out elsewhere: no new tokens' "$status" 401

# Row SEC-12: unknown address, wrong password: the same answer, but for the clock.
plain() { grep -vE '^(Date|Set-Cookie|Content-Length|Retry-After):' "$work/try.head" | tr -d '\r'; }
try 127.0.5.1 customer9@example.kr 'wrong password' >/dev/null; known=$(plain; cat "$work/try")
try 127.0.5.1 stranger@example.kr 'wrong password' >/dev/null; unknown=$(plain; cat "$work/try")
is 'unknown address and wrong password look the same' "$unknown" "$known"
if [ -n "${LONG:-}" ]; then
	cat >"$work/times.py" <<'P'
import http.client, json, math, sys, time, urllib.parse
host, customers = urllib.parse.urlsplit(sys.argv[1]), 10
def ask(email):
    body = json.dumps({'email': email, 'password': 'wrong password of mine'}).encode()
    began = time.perf_counter()
    c = http.client.HTTPConnection('127.0.0.1', host.port)
    c.request('POST', host.path, body, {'Content-Type': 'application/json', 'Host': host.netloc})
    answer = c.getresponse()
    answer.read()
    c.close()
    return time.perf_counter() - began if answer.status == 401 else None
def p_of(a, b):  # Mann-Whitney U, normal approximation, two-sided
    ranks = {i: r for r, i in enumerate(sorted(range(len(a) + len(b)), key=lambda i: (a + b)[i]), 1)}
    u = sum(ranks[i] for i in range(len(a))) - len(a) * (len(a) + 1) / 2
    mean, sd = len(a) * len(b) / 2, math.sqrt(len(a) * len(b) * (len(a) + len(b) + 1) / 12)
    return math.erfc(abs(u - mean) / sd / math.sqrt(2))
known, unknown = [], []
import subprocess
for i in range(500):
    known.append(ask('customer%d@example.kr' % (10 + i % customers)))
    unknown.append(ask('stranger%d@example.kr' % (10 + i % customers)))
    if i % 5 == 4:
        subprocess.run(['sqlite3', '-cmd', '.timeout 5000', sys.argv[2], 'DELETE FROM attempt'], check=True)
a, b = [x for x in known if x], [x for x in unknown if x]
print('%d %d %.4f' % (len(a), len(b), p_of(a, b)))
P
	# Chance alone says 0.01 once in a hundred runs: the second look decides.
	read -r n m p < <(/usr/bin/python3 "$work/times.py" "$AUTH_URL/v1/sign-in" "$AUTH_DB") || p=none
	[ "${p#0.00}" = "$p" ] || read -r n m p < <(/usr/bin/python3 "$work/times.py" "$AUTH_URL/v1/sign-in" "$AUTH_DB")
	ok "2 x 500 answers take the same time (Mann-Whitney p = $p, $n and $m answers)" sh -c "[ ${n:-0} -gt 450 ] && [ ${m:-0} -gt 450 ] && case ${p:-none} in 0.00* | none) false ;; esac"
fi
stop_own_system

# Row SEC-06: passwords do not run out.
clock() { date -d "$1" +%s >"$work/clock.new" && mv "$work/clock.new" "$work/clock"; }
clock now
export FAKETIME_TIMESTAMP_FILE="$work/clock" FAKETIME_FMT=%s FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
own_system --preload "$(ls /usr/lib/*/faketime/libfaketimeMT.so.1)"
. "$RUN_ENV"
is 'today he signs in' "$(try 127.0.0.1 "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")" 200
clock 'now + 5 years'
is 'five years later too' "$(try 127.0.0.1 "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")" 200
finish
