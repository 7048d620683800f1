#!/bin/sh
# account.sh - what people do with their accounts: terms, passwords, second factor, sign-ins, limits
# of guessing, roles of staff, leaving; and that none of it helps anybody else.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 12
. "$RUN_ENV"
dir=$(dirname "$RUN_ENV")
password='correct sheep glue window' next='another long sentence of mine'
location() { echo "$head" | sed -n 's/^[Ll]ocation: //p' | tail -1; }
account() { sql "$AUTH_DB" "SELECT $2 FROM account WHERE email = '$1'"; }
link() { wait_for 20 link_came "$1" "$2"; mails "$1" | grep -oE "$AUTH_URL/$2\?token=[A-Za-z0-9_-]+" | tail -1; }
link_came() { mails "$1" | grep -q "/$2?token="; }
api_sign_in() { # JSON members after e-mail and password
	req POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary "{\"email\":\"$1\",\"password\":\"$2\"${3:+,$3}}"
}

# Terms at sign-up: unticked, needed, kept with their version.
browser new
page "$AUTH_URL/sign-up"
hasnt 'terms: not ticked beforehand' "$body" 'checked'
post "$AUTH_URL/sign-up" name=가람 email=garam@example.kr "password=$password"
is 'terms: no sign-up without them' "$status" 422
post "$AUTH_URL/sign-up" name=가람 email=garam@example.kr "password=$password" accept=1
is 'sign-up' "$status" 200
page "$(link garam@example.kr verify-email)"
post "$AUTH_URL/verify-email" "token=$(field token)" "password=$password"
is 'the account is made' "$url" "$AUTH_URL/account"
is 'terms: both are in the ledger, with version' "$(sql "$AUTH_DB" "SELECT group_concat(d) FROM (SELECT document || ' ' || version AS d FROM acceptance WHERE account_id = $(account garam@example.kr id) ORDER BY id)")" 'terms 2026-11-01,privacy 2026-11-01'
for p in terms privacy; do page "$AUTH_URL/$p"; is "/$p" "$status" 200; has "/$p: version" "$body" 2026-11-01; done

# A new version is asked for once: at the next sign-in, and of apps.
sql "$AUTH_DB" "DELETE FROM acceptance WHERE account_id = $(account garam@example.kr id)" >/dev/null
browser other
sign_in garam@example.kr "$password"
has 'terms: asked at sign-in' "$url" "$AUTH_URL/accept-terms?next="
post "$AUTH_URL/accept-terms" "next=$(field next)"
is 'terms: not without the tick' "$status" 422
post "$AUTH_URL/accept-terms" "next=$(field next)" accept=1
is 'terms: then on to the event' "$url" "$EVENT_URL/"
sql "$AUTH_DB" "DELETE FROM acceptance WHERE account_id = $(account garam@example.kr id)" >/dev/null
api_sign_in garam@example.kr "$password"
is 'terms: an app is told' "$status $(json type)" '403 /problems/terms-changed'
api_sign_in garam@example.kr "$password" '"accept_terms":true'
is 'terms: and accepts them' "$status" 200
api_sign_in garam@example.kr "$password"
is 'terms: once' "$status" 200

# Changing the password needs the present one and ends all other sign-ins.
refresh=$(json refresh_token)
browser new
page "$AUTH_URL/account/password"
post "$AUTH_URL/account/password" 'password=not the present one' "new_password=$next"
is 'change: the present password is needed' "$status" 401
post "$AUTH_URL/account/password" "password=$password" new_password=short
is 'change: the rules of choice hold' "$status" 422
before=$(awk '$6 == "session" { print $7 }' "$jar")
post "$AUTH_URL/account/password" "password=$password" "new_password=$next"
has 'change: done' "$url" '/account?done=password'
req GET "$AUTH_URL/account" -b "session=$before"; is 'change: the old session id is none' "$status" 303
req POST "$AUTH_URL/v1/refresh" -H 'Content-Type: application/json' --data-binary "{\"refresh_token\":\"$refresh\"}"
is 'change: old refresh tokens are refused' "$status" 401
api_sign_in garam@example.kr "$password"; is 'change: the old password is none' "$status" 401
api_sign_in garam@example.kr "$next"; is 'change: the new one is' "$status" 200
changed() { mails garam@example.kr | grep -q '비밀번호가 바뀌었습니다'; }
ok 'change: he is told by mail' wait_for 20 changed

# Forgotten: the same answer for everybody, a link that works once and for ten minutes.
browser forgetful
page "$AUTH_URL/forgot-password"
post "$AUTH_URL/forgot-password" email=garam@example.kr
is 'forgotten: answer' "$status" 200
known=$body
page "$AUTH_URL/forgot-password"
post "$AUTH_URL/forgot-password" email=nobody@example.kr
is 'forgotten: an unknown address gets the same' "$body" "$known"
unknown_told() { mails nobody@example.kr | grep -q '가입한 계정이 없습니다'; }
ok 'forgotten: only its mailbox is told' wait_for 20 unknown_told
link=$(link garam@example.kr reset-password)
page "$link"
is 'forgotten: the link opens' "$status" 200
post "$AUTH_URL/reset-password" "token=$(field token)" password=short
is 'forgotten: the rules of choice hold' "$status" 422
post "$AUTH_URL/reset-password" "token=$(field token)" "password=$password"
is 'forgotten: signed in with the new one' "$url" "$AUTH_URL/account"
page "$link"; is 'forgotten: the link works once' "$status" 404
api_sign_in garam@example.kr "$password"; is 'forgotten: the new password is good' "$status" 200
page "$AUTH_URL/forgot-password"; post "$AUTH_URL/forgot-password" email=garam@example.kr
sql "$AUTH_DB" "UPDATE password_reset SET expires_at = expires_at - 601 WHERE used_at = 0" >/dev/null
sleep 2
page "$(link garam@example.kr reset-password)"; is 'forgotten: ten minutes and a second are too late' "$status" 404
for n in 1 2 3 4 5; do page "$AUTH_URL/forgot-password"; post "$AUTH_URL/forgot-password" email=customer9@example.kr; done
is 'forgotten: three mails wait for one address, no more' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM outbox WHERE kind = 'reset' AND recipient = 'customer9@example.kr'")" 3
is 'links are stored as hashes' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM password_reset WHERE token_hash = '${link##*token=}'")" 0

# Sign-ins: seen, and ended one by one.
browser phone
req GET "$AUTH_URL/sign-in" -c "$jar"
sign_in garam@example.kr "$password"
page "$AUTH_URL/account/sign-ins"
has 'sign-ins: this browser' "$body" '지금 이 브라우저'
has 'sign-ins: the app' "$body" '쇼핑몰 앱'
session=$(awk '$6 == "session" { print $7 }' "$jar")
mine=$(sql "$AUTH_DB" "SELECT COUNT(*) FROM session WHERE account_id = $(account garam@example.kr id)")
browser forgetful
page "$AUTH_URL/account/sign-ins"
theirs=$(sql "$AUTH_DB" "SELECT sid FROM session s JOIN account a ON a.id = s.account_id WHERE a.email <> 'garam@example.kr' LIMIT 1")
token customer1@example.kr "$CUSTOMERS_PASSWORD" >/dev/null
theirs=$(sql "$AUTH_DB" "SELECT sid FROM session s JOIN account a ON a.id = s.account_id WHERE a.email = 'customer1@example.kr' LIMIT 1")
page "$AUTH_URL/account/sign-ins"
post "$AUTH_URL/account/sign-ins/end" "sid=$theirs"
is "sign-ins: somebody else's is not touched" "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM session WHERE sid = '$theirs'")" 1
post "$AUTH_URL/account/sign-ins/end" "sid=others"
is 'sign-ins: all others are ended' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM session WHERE account_id = $(account garam@example.kr id)")" 1
ok 'sign-ins: there were some' [ "$mine" -gt 2 ]
req GET "$AUTH_URL/account" -b "session=$session"; is 'sign-ins: an ended browser is out' "$status" 303
page "$AUTH_URL/account/sign-ins"
post "$AUTH_URL/account/sign-ins/end" "sid=$(field sid)"
has 'sign-ins: ending this one signs out' "$url" "$AUTH_URL/sign-in"

# Idle and absolute limits of a browser's session.
browser idle
sign_in garam@example.kr "$password"
sid="account_id = $(account garam@example.kr id) AND client_id = ''"
sql "$AUTH_DB" "UPDATE session SET seen_at = seen_at - 3590 WHERE $sid" >/dev/null
page "$AUTH_URL/account"; is 'idle: 3,590 s are none' "$url" "$AUTH_URL/account"
sql "$AUTH_DB" "UPDATE session SET seen_at = seen_at - 3601 WHERE $sid" >/dev/null
page "$AUTH_URL/account"; has 'idle: 3,601 s are' "$url" '/sign-in?next='
sign_in garam@example.kr "$password"
sql "$AUTH_DB" "UPDATE session SET expires_at = expires_at - 43201 WHERE $sid" >/dev/null
page "$AUTH_URL/account"; has 'absolute: twelve hours' "$url" '/sign-in?next='

# A second factor: set up with password and code, asked for from then on, each code once.
browser factor
sign_in customer2@example.kr "$CUSTOMERS_PASSWORD"
page "$AUTH_URL/account/second-factor"
has 'second factor: a picture to scan' "$body" '<svg class="qr"'
secret=$(printf %s "$body" | sed -n 's/.*<code class="key">\([A-Z2-7]*\)<.*/\1/p')
is 'second factor: 160 bits' "${#secret}" 32
sealed=$(field sealed)
post "$AUTH_URL/account/second-factor" "sealed=$sealed" code=000000 "password=$CUSTOMERS_PASSWORD" next=/account
is 'second factor: not with a wrong code' "$status" 401
post "$AUTH_URL/account/second-factor" "sealed=$sealed" "code=$(totp "$secret")" password=wrong next=/account
is 'second factor: not with a wrong password' "$status" 401
post "$AUTH_URL/account/second-factor" "sealed=${sealed}A" "code=$(totp "$secret")" "password=$CUSTOMERS_PASSWORD" next=/account
is 'second factor: not with a secret of his own making' "$status" 400
page "$AUTH_URL/account/second-factor"
secret=$(printf %s "$body" | sed -n 's/.*<code class="key">\([A-Z2-7]*\)<.*/\1/p')
code=$(totp "$secret")
post "$AUTH_URL/account/second-factor" "sealed=$(field sealed)" "code=$code" "password=$CUSTOMERS_PASSWORD" next=/account
is 'second factor: set up' "$url" "$AUTH_URL/account"
hasnt 'second factor: sealed in the database' "$(account customer2@example.kr totp)" "$secret"
api_sign_in customer2@example.kr "$CUSTOMERS_PASSWORD"
is 'second factor: an app is asked for the code' "$status $(json type)" '401 /problems/code-required'
api_sign_in customer2@example.kr "$CUSTOMERS_PASSWORD" "\"code\":\"$code\""
is 'second factor: the first code was used' "$status" 401
api_sign_in customer2@example.kr "$CUSTOMERS_PASSWORD" "\"code\":\"$(totp "$secret")\""
is 'second factor: the next one is good' "$status" 200
browser factor2
page "$EVENT_URL/sign-in"
post "$AUTH_URL/sign-in" email=customer2@example.kr "password=$CUSTOMERS_PASSWORD" "next=$(field next)"
has 'second factor: a browser is asked' "$url" "$AUTH_URL/sign-in/code?next="
page "$AUTH_URL/account"; has 'second factor: the password alone opens nothing' "$url" '/sign-in?next='
page "$AUTH_URL/sign-in/code?next=/account"
post "$AUTH_URL/sign-in/code" code=12345x next=/account; is 'second factor: a wrong code' "$status" 401
post "$AUTH_URL/sign-in/code" "code=$(totp "$secret")" next=/account; is 'second factor: signed in' "$url" "$AUTH_URL/account"
browser nobody
page "$AUTH_URL/sign-in/code?next=/account"; has 'second factor: not without a password before' "$url" "$AUTH_URL/sign-in?next="
page "$AUTH_URL/forgot-password"; post "$AUTH_URL/forgot-password" email=customer2@example.kr
page "$(link customer2@example.kr reset-password)"
has 'second factor: a new password by mail asks for it' "$body" 'name="code"'
post "$AUTH_URL/reset-password" "token=$(field token)" "password=$next" code=000000
is 'second factor: not without the code' "$status" 401
hold() { sql "$AUTH_DB" "UPDATE attempt SET free_at = free_at + 100 WHERE free_at > last_at" >/dev/null; } # this machine may be slow
for n in 1 2 3 4 5; do api_sign_in customer2@example.kr "$CUSTOMERS_PASSWORD" '"code":"000000"'; done
hold
api_sign_in customer2@example.kr "$CUSTOMERS_PASSWORD" '"code":"000000"'
is 'second factor: guessing is slowed down' "$status $(json type)" '429 /problems/too-many-requests'
has 'second factor: for how long is said' "$head" 'Retry-After: '
browser factor2
page "$AUTH_URL/account/second-factor"
sql "$AUTH_DB" 'UPDATE attempt SET free_at = 0' >/dev/null
post "$AUTH_URL/account/second-factor/remove" "password=$CUSTOMERS_PASSWORD" "code=$(totp "$secret")"
is 'second factor: turned off' "$(account customer2@example.kr "totp = ''")" 1

# A second factor that strangers guess at, knowing the password, does not keep out who has the mailbox.
browser held
page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-in" email=customer12@example.kr "password=$CUSTOMERS_PASSWORD" next=/account/second-factor
secret=$(printf %s "$body" | sed -n 's/.*<code class="key">\([A-Z2-7]*\)<.*/\1/p')
post "$AUTH_URL/account/second-factor" "sealed=$(field sealed)" "code=$(totp "$secret")" "password=$CUSTOMERS_PASSWORD" next=/account
for n in 1 2 3 4 5 6; do api_sign_in customer12@example.kr "$CUSTOMERS_PASSWORD" '"code":"000000"'; done
hold
api_sign_in customer12@example.kr "$CUSTOMERS_PASSWORD" "\"code\":\"$(totp "$secret")\""
is 'second factor: strangers wait' "$status" 429
page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-out"
page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-in" email=customer12@example.kr "password=$CUSTOMERS_PASSWORD" next=/account
post "$AUTH_URL/sign-in/code" "code=$(totp "$secret")" next=/account
is 'second factor: a known device does not' "$url" "$AUTH_URL/account"
browser held2
page "$AUTH_URL/forgot-password"; post "$AUTH_URL/forgot-password" email=customer12@example.kr
page "$(link customer12@example.kr reset-password)"
post "$AUTH_URL/reset-password" "token=$(field token)" "password=$next" "code=$(totp "$secret")"
is 'second factor: nor who has the mailbox' "$url" "$AUTH_URL/account"

# Whoever is half-way when the password changes does not come through.
browser racer
page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-in" email=customer9@example.kr "password=$CUSTOMERS_PASSWORD" next=/account/password
for n in 1 2 3; do (sleep 0.$n; curl -sS -m 30 -X POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary "{\"email\":\"customer9@example.kr\",\"password\":\"$CUSTOMERS_PASSWORD\"}" >"$work/race.$n") & racers="${racers:-} $!"; done
post "$AUTH_URL/account/password" "password=$CUSTOMERS_PASSWORD" "new_password=$next"
# shellcheck disable=SC2086
wait $racers
for n in 1 2 3; do
	t=$(grep -oE '"refresh_token":"[^"]*"' "$work/race.$n" | cut -d'"' -f4)
	[ -z "$t" ] || { req POST "$AUTH_URL/v1/refresh" -H 'Content-Type: application/json' --data-binary "{\"refresh_token\":\"$t\"}"; is "change: what began before it is over ($n)" "$status" 401; }
done

# Guessing: slowed down, and yet nobody is locked out.
browser owner
sign_in customer3@example.kr "$CUSTOMERS_PASSWORD"
page "$AUTH_URL/account"; post "$AUTH_URL/sign-out"
for n in 1 2 3 4 5 6 7 8 9 10; do api_sign_in customer3@example.kr "wrong password no. $n"; done
is 'guessing: ten are free' "$status" 401
hold
api_sign_in customer3@example.kr 'wrong password no. 11'
is 'guessing: then they wait' "$status $(json type)" '429 /problems/too-many-requests'
for n in 1 2 3 4 5 6 7 8 9 10; do api_sign_in nobody-here@example.kr "wrong password no. $n"; done
hold
api_sign_in nobody-here@example.kr 'wrong password no. 11'
is 'guessing: unknown addresses wait alike' "$status" 429
sql "$AUTH_DB" "UPDATE attempt SET fails = 99, free_at = 0 WHERE free_at > last_at" >/dev/null
api_sign_in customer3@example.kr 'wrong password no. 100'; is 'guessing: the hundredth' "$status" 401
api_sign_in customer3@example.kr "$CUSTOMERS_PASSWORD"
is 'guessing: after a hundred no stranger gets in for a day' "$status $(echo "$head" | sed -n 's/^Retry-After: 8[0-9]*$/long/p')" '429 long'
page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-in" email=customer3@example.kr "password=$CUSTOMERS_PASSWORD"
is 'guessing: the owner does, where he was signed in before' "$url" "$AUTH_URL/account"
for n in 1 2 3 4 5 6 7 8 9 10; do api_sign_in customer4@example.kr "wrong password no. $n"; done
hold
api_sign_in customer4@example.kr "$CUSTOMERS_PASSWORD"; is 'guessing: another account waits' "$status" 429
browser elsewhere
page "$AUTH_URL/forgot-password"; post "$AUTH_URL/forgot-password" email=customer4@example.kr
page "$(link customer4@example.kr reset-password)"
post "$AUTH_URL/reset-password" "token=$(field token)" "password=$next"
api_sign_in customer4@example.kr "$next"; is 'guessing: a new password by mail ends the waiting' "$status" 200
api_sign_in customer5@example.kr "$CUSTOMERS_PASSWORD"
device=$(json device)
for n in 1 2 3 4 5 6 7 8 9 10 11; do api_sign_in customer5@example.kr "wrong password no. $n"; done
api_sign_in customer5@example.kr "$CUSTOMERS_PASSWORD" "\"device\":\"$device\""
is 'guessing: an app that was signed in before gets in' "$status" 200
for n in 1 2 3 4 5 6 7 8 9 10; do api_sign_in customer6@example.kr "wrong password no. $n"; done
hold
api_sign_in customer6@example.kr "$CUSTOMERS_PASSWORD" "\"device\":\"$device\""
is 'guessing: the proof is of one account' "$status" 429
req POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary "{\"email\":\"customer11@example.kr\",\"password\":\"$CUSTOMERS_PASSWORD\"}"
device=$(json device)
browser changer
page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-in" email=customer11@example.kr "password=$CUSTOMERS_PASSWORD" next=/account/password
post "$AUTH_URL/account/password" "password=$CUSTOMERS_PASSWORD" "new_password=$next"
for n in 1 2 3 4 5 6 7 8 9 10; do api_sign_in customer11@example.kr "wrong password no. $n"; done
hold
api_sign_in customer11@example.kr "$next" "\"device\":\"$device\""
is 'guessing: the proof ends with the password' "$status" 429
is 'guessing: no address is stored' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM attempt WHERE key LIKE '%@%' OR key LIKE '127.%'")" 0

# Roles: the first owner by a one-time code, a second factor before anything counts.
code=$("$BIN/chulcheckctl" staff code --role owner "$AUTH_DB" 2>/dev/null)
browser boss
page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-in" email=customer7@example.kr "password=$CUSTOMERS_PASSWORD" next=/account
page "$AUTH_URL/staff/code"
post "$AUTH_URL/staff/code" code=AAAA-BBBB-CCCC-DDDD; is 'staff: a wrong code' "$status" 401
post "$AUTH_URL/staff/code" "code=$(echo "$code" | tr 'A-Z' 'a-z')"
is 'staff: the code makes an owner' "$(account customer7@example.kr role)" owner
has 'staff: who must set up a second factor' "$url" /account/second-factor
page "$AUTH_URL/staff"; is 'staff: and is none before' "$status" 403
page "$EVENT_URL/sign-in"; has 'staff: not even on the event host' "$url" "$AUTH_URL/account/second-factor?next="
secret=$(printf %s "$body" | sed -n 's/.*<code class="key">\([A-Z2-7]*\)<.*/\1/p')
post "$AUTH_URL/account/second-factor" "next=$(field next)" "sealed=$(field sealed)" "code=$(totp "$secret")" "password=$CUSTOMERS_PASSWORD"
is 'staff: then on to the event' "$url" "$EVENT_URL/"
page "$EVENT_URL/admin"; is 'staff: the staff pages open' "$status" 200
browser thief
page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-in" email=customer8@example.kr "password=$CUSTOMERS_PASSWORD" next=/account
page "$AUTH_URL/staff/code"; post "$AUTH_URL/staff/code" "code=$code"; is 'staff: the code works once' "$status" 401
old=$("$BIN/chulcheckctl" staff code --role owner "$AUTH_DB" 2>/dev/null)
sql "$AUTH_DB" "UPDATE staff_code SET expires_at = expires_at - 86401 WHERE used_at = 0" >/dev/null
post "$AUTH_URL/staff/code" "code=$old"; is 'staff: and for a day' "$status" 401
is 'staff: codes are stored as hashes' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM staff_code WHERE code_hash LIKE '%$(echo "$old" | cut -c1-9)%'")" 0
seen=$("$BIN/chulcheckctl" staff code --role owner "$AUTH_DB" 2>/dev/null)
"$BIN/chulcheckctl" staff code --role owner "$AUTH_DB" >/dev/null 2>&1
post "$AUTH_URL/staff/code" "code=$seen"; is 'staff: a new code ends the one before' "$status $(account customer8@example.kr role)" '401 customer'
browser boss
low=$("$BIN/chulcheckctl" staff code --role viewer "$AUTH_DB" 2>/dev/null)
page "$AUTH_URL/staff/code"; post "$AUTH_URL/staff/code" "code=$low"
is 'staff: a code takes no role away' "$status $(account customer7@example.kr role)" '401 owner'
page "$AUTH_URL/staff"
post "$AUTH_URL/staff/role" email=no-such@example.kr role=viewer; is 'staff: nobody there' "$status" 422
post "$AUTH_URL/staff/role" email=customer8@example.kr role=king; is 'staff: no such role' "$status" 400
page "$AUTH_URL/staff"
post "$AUTH_URL/staff/role" email=customer8@example.kr role=operator
is 'staff: a role is given' "$(account customer8@example.kr role)" operator
is 'staff: who gets one is signed out' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM session WHERE account_id = $(account customer8@example.kr id)")" 0
post "$AUTH_URL/staff/role" "email=$STAFF_EMAIL" role=customer
post "$AUTH_URL/staff/role" email=customer7@example.kr role=customer
is 'staff: the last owner stays' "$status $(account customer7@example.kr role)" '422 owner'
sql "$AUTH_DB" "UPDATE account SET role = 'owner' WHERE email = '$STAFF_EMAIL'" >/dev/null
post "$AUTH_URL/staff/second-factor" "email=$STAFF_EMAIL"
is 'staff: a lost second factor is removed' "$(account "$STAFF_EMAIL" "totp = ''")" 1
is 'staff: all of it is in the audit' "$(sql "$AUTH_DB" "SELECT COUNT(*) > 4 FROM audit")" 1
page "$AUTH_URL/account/second-factor"
post "$AUTH_URL/account/second-factor/remove" "password=$CUSTOMERS_PASSWORD" "code=$(totp "$secret")"
is 'staff: nobody of them turns it off himself' "$status" 403
token customer8@example.kr "$CUSTOMERS_PASSWORD" >/dev/null
t=$(json access_token)
claims=$(printf %s "$t" | cut -d. -f2 | /usr/bin/python3 -c 'import base64,sys; s=sys.stdin.read().strip(); print(base64.urlsafe_b64decode(s+"="*(-len(s)%4)).decode())')
has 'staff: without a second factor a token says customer' "$claims" '"role":"customer"'

# Leaving: all of it, at once; the event host forgets too.
browser leaver
sign_in customer10@example.kr "$CUSTOMERS_PASSWORD"
post "$EVENT_URL/check-in"
subject=$(account customer10@example.kr subject)
is 'leaving: he had checked in' "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM customer WHERE subject = '$subject'")" 1
t=$(token customer10@example.kr "$CUSTOMERS_PASSWORD")
page "$AUTH_URL/account/delete"
post "$AUTH_URL/account/delete" "password=$CUSTOMERS_PASSWORD"; is 'leaving: with a tick' "$status" 422
post "$AUTH_URL/account/delete" sure=1 password=wrong; is 'leaving: with the password' "$status" 401
post "$AUTH_URL/account/delete" sure=1 "password=$CUSTOMERS_PASSWORD"
is 'leaving: done' "$url" "$AUTH_URL/goodbye"
farewell() { mails customer10@example.kr | grep -q '계정이 삭제되었습니다'; }
ok 'leaving: he is told by mail' wait_for 20 farewell
sleep 2
is 'leaving: no account' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM account WHERE email = 'customer10@example.kr'")" 0
hasnt 'leaving: nor the address anywhere' "$(sqlite3 "$AUTH_DB" .dump)" 'customer10@example.kr'
gone() { [ "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM customer WHERE subject = '$subject'")" = 0 ]; }
ok 'leaving: the event host forgets' wait_for 30 gone
hasnt 'leaving: nor is it there' "$(sqlite3 "$ATTEND_DB" .dump)" "$subject"
hasnt 'leaving: the address neither' "$(sqlite3 "$ATTEND_DB" .dump)" 'customer10@example.kr'
api POST /v1/check-ins "$t" '{}'
is 'leaving: a token that still lives does not bring him back' "$status" 401
is 'leaving: the books balance' "$("$BIN/chulcheckctl" verify --domain attend "$ATTEND_DB" | tail -1 | sed 's/.*, //')" '0 faults'
browser leaver2
page "$AUTH_URL/sign-up"
post "$AUTH_URL/sign-up" name=다시 email=customer10@example.kr "password=$password" accept=1
page "$(link customer10@example.kr verify-email)"
post "$AUTH_URL/verify-email" "token=$(field token)" "password=$password"
ok 'leaving: who comes back is somebody new' [ "$(account customer10@example.kr subject)" != "$subject" ]
finish
