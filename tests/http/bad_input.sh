#!/bin/sh
# bad_input.sh - every field of every API route: missing, too long, of the wrong type, invalid
# UTF-8, NUL, twice, unknown. Each answer is 4xx problem details with a stable type, in Korean
# and English, and nothing in the databases has changed.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
long=$(head -c 5000 /dev/zero | tr '\0' a)
t=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")
[ -n "$t" ] || { ok 'a token' false; finish; }
req POST "$AUTH_URL/token" -u "$SHOP_CLIENT_ID:$SHOP_CLIENT_SECRET" -d 'grant_type=client_credentials&scope=verifications'
shop=$(json access_token)

state() { for t_ in attendance '"grant"' stock_movement customer audit mail_consent outbox; do count "$ATTEND_DB" "$t_"; done | tr '\n' ' '; for t_ in account session refresh_token sign_up auth_code outbox; do count "$AUTH_DB" "$t_"; done | tr '\n' ' '; }
bad() { # name, wanted status, wanted type; after req
	case $head in *application/problem+json*) _ct=yes ;; *) _ct=no ;; esac
	is "$1" "$status $_ct $(json type) $(json status)" "$2 yes /problems/$3 $2"
}
raw() { printf "$1" >"$work/raw"; }
send() { req POST "$1" -H "Authorization: Bearer $2" -H 'Content-Type: application/json' --data-binary "@$work/raw"; }
before=$(state)

# POST /v1/check-ins: campaign
in_check() { raw "$2"; send "$EVENT_URL/v1/check-ins" "$t"; bad "check-ins: $1" 400 invalid-request; }
in_check 'empty text' '{"campaign":""}'
in_check 'too long' "{\"campaign\":\"$(printf %041d 0)\"}"
in_check 'number' '{"campaign":7}'
in_check 'null' '{"campaign":null}'
in_check 'list' '{"campaign":["daily"]}'
in_check 'object' '{"campaign":{}}'
in_check 'true' '{"campaign":true}'
in_check 'invalid UTF-8' '{"campaign":"\xff"}'
in_check 'overlong UTF-8' '{"campaign":"\xc0\xaf"}'
in_check 'surrogate in UTF-8' '{"campaign":"\xed\xa0\x80"}'
in_check 'raw NUL' '{"campaign":"a\0b"}'
in_check 'escaped NUL' '{"campaign":"a\\u0000b"}'
in_check 'lone surrogate' '{"campaign":"\\ud800"}'
in_check 'control character' '{"campaign":"a\\nb"}'
in_check 'twice' '{"campaign":"daily","campaign":"daily"}'
in_check 'twice by escape' '{"campaign":"daily","c\\u0061mpaign":"daily"}'
in_check 'unknown field' '{"campaign":"daily","day":"2026-11-22"}'
in_check 'only unknown' '{"stock":1}'
in_check 'a list for a body' '[]'
in_check 'a text for a body' '"daily"'
in_check 'two values' '{}{}'
in_check 'cut' '{"campaign":"dai'
in_check 'single quotes' "{'campaign':'daily'}"
in_check 'comma at the end' '{"campaign":"daily",}'
in_check 'deep' "$(printf '%0100d' 0 | tr 0 '[')"
in_check 'leading zero' '{"x":01}'
raw '{}'; req POST "$EVENT_URL/v1/check-ins" -H "Authorization: Bearer $t" -H 'Content-Type: text/plain' --data-binary "@$work/raw"
bad 'check-ins: text/plain' 415 media-type
head -c 70000 /dev/zero | tr '\0' ' ' >"$work/raw"; send "$EVENT_URL/v1/check-ins" "$t"
bad 'check-ins: 70,000 bytes' 413 too-large
raw '{"campaign":"no-such"}'; send "$EVENT_URL/v1/check-ins" "$t"; bad 'check-ins: unknown campaign' 404 not-found
req POST "$EVENT_URL/v1/check-ins"; bad 'check-ins: no token' 401 sign-in-required
req POST "$EVENT_URL/v1/check-ins" -H 'Authorization: Bearer x.y.z'; bad 'check-ins: bad token' 401 sign-in-required
req POST "$EVENT_URL/v1/check-ins" -H "Authorization: Bearer ${t}A"; bad 'check-ins: token with a byte more' 401 sign-in-required
req POST "$EVENT_URL/v1/check-ins" -H "Authorization: Bearer $shop"; ok 'check-ins: a server is no customer' [ "$status" = 403 ]
req DELETE "$EVENT_URL/v1/check-ins" -H "Authorization: Bearer $t"; bad 'check-ins: DELETE' 405 method-not-allowed
req GET "$EVENT_URL/v1/check-ins" -H "Authorization: Bearer $t"; bad 'check-ins: GET' 405 method-not-allowed
req GET "$EVENT_URL/v1/no-such" -H "Authorization: Bearer $t"; bad 'no such route' 404 not-found

# Queries
in_query() { req GET "$EVENT_URL$2" -H "Authorization: Bearer $t"; bad "query $2" 400 invalid-request; }
for q in 'from=yesterday' 'from=2026-02-30' 'from=2026-1-1' 'to=20261122' 'from=2026-11-22&from=2026-11-22' 'from=%ff' \
    'from=2026-11-22%00' 'from=%zz' 'unknown=1' 'from=2026-11-22&to=2026-11-01' 'from=2020-01-01&to=2026-01-01'; do
	in_query "$q" "/v1/attendance?$q"
done
for q in 'limit=0' 'limit=101' 'limit=x' 'limit=1.5' 'limit=%201' 'limit=99999999999999999999' 'limit=1&limit=1' 'before=-1' 'x=1'; do
	in_query "$q" "/v1/grants?$q"
done
in_query x '/v1/rewards?x=1'
in_query x '/v1/rewards/status?x=1'
for id in 0 -1 x 1x 99999999999999999999 '%00' '%ff'; do
	req POST "$EVENT_URL/v1/grants/$id/claim" -H "Authorization: Bearer $t"
	case $status in 4??) ok "claim of $id: 4xx" true ;; *) is "claim of $id" "$status" 4xx ;; esac
done
req POST "$EVENT_URL/v1/grants/999999/claim" -H "Authorization: Bearer $t"; bad 'claim of nothing' 404 not-found

# Auth host
in_sign() { raw "$2"; req POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary "@$work/raw"; bad "sign-in: $1" 400 invalid-request; }
in_sign 'no field' '{}'
in_sign 'no password' '{"email":"a@example.kr"}'
in_sign 'no email' '{"password":"a long enough password"}'
in_sign 'email: number' '{"email":1,"password":"a long enough password"}'
in_sign 'email: no address' '{"email":"a","password":"a long enough password"}'
in_sign 'email: CR LF' '{"email":"a@example.kr\\r\\nBcc: b@example.kr","password":"a long enough password"}'
in_sign 'email: too long' "{\"email\":\"$long@example.kr\",\"password\":\"a long enough password\"}"
in_sign 'email: UTF-8' '{"email":"\xff@example.kr","password":"a long enough password"}'
in_sign 'email: twice' '{"email":"a@example.kr","email":"a@example.kr","password":"a long enough password"}'
in_sign 'password: list' '{"email":"a@example.kr","password":[]}'
in_sign 'password: empty' '{"email":"a@example.kr","password":""}'
in_sign 'password: NUL' '{"email":"a@example.kr","password":"a long enough\\u0000 password"}'
in_sign 'password: too long' "{\"email\":\"a@example.kr\",\"password\":\"$long\"}"
in_sign 'unknown field' '{"email":"a@example.kr","password":"a long enough password","role":"owner"}'
raw '{"email":"nobody@example.kr","password":"a long enough password"}'; req POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary "@$work/raw"
bad 'sign-in: unknown address' 401 wrong-credentials; unknown=$body
raw "{\"email\":\"$CUSTOMER_EMAIL\",\"password\":\"a long enough password\"}"; req POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary "@$work/raw"
is 'sign-in: wrong password, the same answer' "$body" "$unknown"
in_refresh() { raw "$2"; req POST "$AUTH_URL/v1/refresh" -H 'Content-Type: application/json' --data-binary "@$work/raw"; bad "refresh: $1" "$3" "$4"; }
in_refresh 'no field' '{}' 400 invalid-request
in_refresh 'number' '{"refresh_token":1}' 400 invalid-request
in_refresh 'too long' "{\"refresh_token\":\"$long\"}" 400 invalid-request
in_refresh 'unknown token' '{"refresh_token":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}' 401 sign-in-required
in_verify() { raw "$2"; send "$AUTH_URL/v1/verifications" "$shop"; bad "verifications: $1" 400 invalid-request; }
in_verify 'no field' '{}'
in_verify 'null' '{"email":null}'
in_verify 'no address' '{"email":"@"}'
in_verify 'unknown field' '{"email":"a@example.kr","x":1}'
raw '{"email":"a@example.kr"}'; send "$AUTH_URL/v1/verifications" "$t"; ok 'verifications: a customer may not ask' [ "$status" = 403 ]
req GET "$AUTH_URL/v1/purchases?limit=0" -H "Authorization: Bearer $t"; bad 'purchases: limit 0' 400 invalid-request
req GET "$AUTH_URL/v1/purchases?offset=-1" -H "Authorization: Bearer $t"; bad 'purchases: offset -1' 400 invalid-request

is 'the API: nothing has changed' "$(state)" "$before"

# Forms: the same faults, sent as a browser's form with a good form token; the answer is a page.
form() { # name, URL, body without the token
	req POST "$2" -b "$jar" -H 'Content-Type: application/x-www-form-urlencoded' --data-binary "$3&csrf=$csrf"
	case $status in 4??) ok "$1" true ;; *) is "$1" "$status" 4xx ;; esac
}
faults() { # URL, the other fields (good), the field at fault, good value
	form "form $1 $3: missing" "$1" "$2"
	form "form $1 $3: twice" "$1" "$2&$3=$4&$3=$4"
	form "form $1 $3: too long" "$1" "$2&$3=$long$long"
	form "form $1 $3: invalid UTF-8" "$1" "$2&$3=%ff"
	form "form $1 $3: NUL" "$1" "$2&$3=$4%00"
	form "form $1 $3: bad escape" "$1" "$2&$3=%zz"
	form "form $1: unknown field" "$1" "$2&$3=$4&role=owner"
}
numbers() { for v in x 1.5 -1 1e3 0x1 99999999999999999999 ' 1'; do form "form $1 $3=$v" "$1" "$2&$3=$v"; done; }
browser staff
sign_in "$STAFF_EMAIL" "$STAFF_PASSWORD"
page "$EVENT_URL/admin/stock/1"
csrf=$(field csrf) key=$(field key)
before=$(state)
u=$EVENT_URL/admin/stock/1
faults "$u/change" "amount=1&reason=r&key=$key" mode add
faults "$u/change" "mode=add&reason=r&key=$key" amount 1
numbers "$u/change" "mode=add&reason=r&key=$key" amount
faults "$u/change" "mode=add&amount=1&key=$key" reason r
faults "$u/change" "mode=add&amount=1&reason=r" key "$key"
form 'form: a mode that is none' "$u/change" "mode=steal&amount=1&reason=r&key=$key"
form 'form: a reason of spaces' "$u/change" "mode=add&amount=1&reason=%20%20&key=$key"
form 'form: a reason of two lines' "$u/change" "mode=add&amount=1&reason=a%0ab&key=$key"
form 'form: add 0' "$u/change" "mode=add&amount=0&reason=r&key=$key"
form 'form: no such reward' "$EVENT_URL/admin/stock/999/change" "mode=add&amount=1&reason=r&key=$key"
faults "$u/threshold" '' threshold 5
numbers "$u/threshold" '' threshold
faults "$EVENT_URL/admin/alerts/add" '' email x@example.kr
for v in x @ a@b 'a@example.kr%0d%0aBcc:b@example.kr' '%EA%B0%80@example.kr'; do form "form: alerts to $v" "$EVENT_URL/admin/alerts/add" "email=$v"; done
faults "$EVENT_URL/rewards/claim" '' id 1
form 'form: a grant that is not mine' "$EVENT_URL/rewards/claim" id=999999
form 'form: agree to something else' "$EVENT_URL/mail-consent" agree=maybe
req POST "$u/change" -b "$jar" -H 'Content-Type: application/json' -d '{}'; is 'form: JSON instead' "$status" 415
browser stranger
page "$AUTH_URL/sign-up"
csrf=$(field csrf)
faults "$AUTH_URL/sign-up" 'email=x@example.kr&accept=1&password=a+long+password+of+mine' name x
faults "$AUTH_URL/sign-up" 'name=x&accept=1&password=a+long+password+of+mine' email x@example.kr
faults "$AUTH_URL/sign-up" 'name=x&email=x@example.kr&accept=1' password a+long+password+of+mine
form 'form: terms not accepted' "$AUTH_URL/sign-up" 'name=x&email=x@example.kr&password=a+long+password+of+mine'
form 'form: 14 characters' "$AUTH_URL/sign-up" 'name=x&email=x@example.kr&accept=1&password=abcdefghijklm1'
form 'form: one character over and over' "$AUTH_URL/sign-up" 'name=x&email=x@example.kr&accept=1&password=aaaaaaaaaaaaaaaaaaaa'
form 'form: the address as password' "$AUTH_URL/sign-up" 'name=x&email=longaddress@example.kr&accept=1&password=longaddress@example.kr'
faults "$AUTH_URL/sign-in" 'password=a+long+password+of+mine' email x@example.kr
form 'form: an unknown link' "$AUTH_URL/verify-email" 'token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&password=a+long+password+of+mine'
is 'forms: nothing has changed' "$(state)" "$before"

# Both languages
req POST "$EVENT_URL/v1/check-ins" -H 'Accept-Language: en'; has 'English' "$body" 'Please sign in.'
req POST "$EVENT_URL/v1/check-ins" -H 'Accept-Language: ko'; has 'Korean' "$body" '로그인이 필요합니다.'
is 'nothing has changed' "$(state)" "$before"
finish
