#!/bin/sh
# identity.sh - tokens and sessions: discovery and keys, the authorization code flow with PKCE and
# its refusals, refresh rotation with reuse and lost answers, revocation, signing out; and the
# staff's and customer's forms that no other test sends.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system
. "$RUN_ENV"
dir=$(dirname "$RUN_ENV")
secret=$(cat "$dir/secrets/client_secret")
redirect=$EVENT_URL/callback

req GET "$AUTH_URL/.well-known/openid-configuration"
is 'discovery: issuer' "$(json issuer)" "$AUTH_URL"
is 'discovery: keys' "$(json jwks_uri)" "$AUTH_URL/jwks.json"
is 'discovery: PKCE by S256 only' "$(json code_challenge_methods_supported)" '["S256"]'
req GET "$AUTH_URL/jwks.json"
is 'keys: RS256' "$status $(json keys.0.alg) $(json keys.0.kty)" '200 RS256 RSA'
hasnt 'keys: no private part' "$body" '"d"'

# Tokens: header and claims.
tokens() { token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD" >/dev/null; t=$(json access_token) refresh=$(json refresh_token); }
tokens
part() { printf %s "$t" | cut -d. -f"$1" | /usr/bin/python3 -c 'import base64,sys; s=sys.stdin.read().strip(); print(base64.urlsafe_b64decode(s+"="*(-len(s)%4)).decode())'; }
has 'access token: type' "$(part 1)" '"typ":"at+jwt"'
has 'access token: algorithm' "$(part 1)" '"alg":"RS256"'
has 'access token: audience' "$(part 2)" '"aud":"chulcheck"'
has 'access token: standing' "$(part 2)" '"standing":"verified"'
forge() { # header, signature or empty
	h=$(printf %s "$1" | basenc --base64url -w0 | tr -d =)
	api GET /v1/rewards/status "$h.$(printf %s "$t" | cut -d. -f2).$2"
	is "refused: $1" "$status" 401
}
sig=$(printf %s "$t" | cut -d. -f3)
kid=$(part 1 | grep -oE '"kid":"[^"]*"')
forge '{"alg":"none"}' ''
forge "{\"alg\":\"none\",\"typ\":\"at+jwt\",$kid}" "$sig"
forge "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",$kid}" "$sig"
forge '{"alg":"RS256","typ":"at+jwt","kid":"../../etc"}' "$sig"
forge "{\"alg\":\"RS256\",\"typ\":\"JWT\",$kid}" "$sig"
api GET /v1/rewards/status "$refresh"; is 'a refresh token is no access token' "$status" 401

# Refresh: one successor, also for a lost answer and for many at once; later the family ends.
renew() { req POST "$AUTH_URL/v1/refresh" -H 'Content-Type: application/json' -d "{\"refresh_token\":\"$1\"}"; }
seq 20 | xargs -P 20 -I{} curl -sS -m 30 -X POST "$AUTH_URL/v1/refresh" -H 'Content-Type: application/json' -d "{\"refresh_token\":\"$refresh\"}" -o "$work/r{}"
is '20 at once: one successor' "$(cat "$work"/r* | grep -oE '"refresh_token":"[^"]*"' | sort -u | wc -l)" 1
next=$(cat "$work"/r* | grep -oE '"refresh_token":"[^"]*"' | head -1 | cut -d'"' -f4)
renew "$next"; is 'the successor works' "$status" 200
last=$(json refresh_token)
is 'only hashes are stored' "$(sqlite3 "$AUTH_DB" "SELECT COUNT(*) FROM refresh_token WHERE token_hash IN ('$refresh', '$next', '$last')")" 0
sql "$AUTH_DB" 'UPDATE refresh_token SET used_at = used_at - 3600 WHERE used_at > 0'
renew "$refresh"; is 'used again much later: refused' "$status" 401
renew "$last"; is 'and the whole family has ended' "$status" 401
tokens
req POST "$AUTH_URL/revoke" -d "token=$refresh&client_id=chulcheck-app"
is 'revoke' "$status" 200
renew "$refresh"; is 'revoked' "$status" 401

# The code flow, step by step.
verifier=$(head -c 32 /dev/urandom | basenc --base64url -w0 | tr -d =)
challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | basenc --base64url -w0 | tr -d =)
query="response_type=code&client_id=chulcheck-attend&scope=openid&state=s1&nonce=n1&code_challenge=$challenge&code_challenge_method=S256"
browser flow
page "$AUTH_URL/sign-in"
post "$AUTH_URL/sign-in" "email=$CUSTOMER_EMAIL" "password=$CUSTOMER_PASSWORD" 'next=/account'
code() { req GET "$AUTH_URL/authorize?$query&redirect_uri=$redirect" -b "$jar"; printf %s "$head" | grep -i '^location' | grep -oE 'code=[^&]*' | cut -d= -f2; }
exchange() { req POST "$AUTH_URL/token" -u "chulcheck-attend:${4:-$secret}" -d "grant_type=authorization_code&code=$1&code_verifier=$2&redirect_uri=${3:-$redirect}"; }
c=$(code); exchange "$c" "$verifier"; is 'code for tokens' "$status $(json token_type)" '200 Bearer'
family=$(json refresh_token)
exchange "$c" "$verifier"; is 'a code works once' "$status $(json error)" '400 invalid_grant'
req POST "$AUTH_URL/token" -u "chulcheck-attend:$secret" -d "grant_type=refresh_token&refresh_token=$family"
is 'and its tokens end with the second use' "$status $(json error)" '400 invalid_grant'
c=$(code); exchange "$c" "${verifier}x"; is 'wrong verifier' "$status $(json error)" '400 invalid_grant'
c=$(code); exchange "$c" "$verifier" "$EVENT_URL/other"; is 'wrong redirect_uri' "$status $(json error)" '400 invalid_grant'
c=$(code); exchange "$c" "$verifier" "$redirect" wrong; is 'wrong secret' "$status $(json error)" '401 invalid_client'
req GET "$AUTH_URL/authorize?$query&redirect_uri=http://evil.example/callback" -b "$jar"; is 'a foreign redirect_uri: a page, no redirect' "$status" 400
for bad in 'code_challenge_method=plain' 'code_challenge_method='; do
	req GET "$AUTH_URL/authorize?$(echo "$query" | sed "s/code_challenge_method=S256/$bad/")&redirect_uri=$redirect" -b "$jar"
	hasnt "no code for $bad" "$head" 'code='
done
req GET "$EVENT_URL/callback?code=x&state=y"; is 'a callback that nobody asked for' "$status" 400
for next in //evil.example '/\evil.example' https:evil.example '/%0d%0aX: y'; do
	browser "next"; page "$AUTH_URL/sign-in"
	post "$AUTH_URL/sign-in" "email=$CUSTOMER_EMAIL" "password=$CUSTOMER_PASSWORD" "next=$next"
	case $url in "$AUTH_URL"/*) ok "next=$next stays here" true ;; *) ok "next=$next stays here: $url" false ;; esac
done

# Forms need their token, from this very browser.
browser staff
sign_in "$STAFF_EMAIL" "$STAFF_PASSWORD"
stock() { sql "$ATTEND_DB" 'SELECT stock FROM reward WHERE id = 1'; }
before=$(stock)
page "$EVENT_URL/admin/stock/1"; key=$(field key) csrf=$(field csrf)
body=''; post "$EVENT_URL/admin/stock/1/change" mode=add amount=1 reason=x "key=$key"; is 'no form token: 403' "$status" 403
browser other; page "$AUTH_URL/sign-in"; other=$(field csrf); browser staff
body="<input name=\"csrf\" value=\"$other\">"; post "$EVENT_URL/admin/stock/1/change" mode=add amount=1 reason=x "key=$key"; is "another browser's token: 403" "$status" 403
for fence in 'Origin: http://evil.example' 'Sec-Fetch-Site: cross-site'; do
	req POST "$EVENT_URL/admin/stock/1/change" -b "$jar" -H "$fence" -d "mode=add&amount=1&reason=x&key=$key&csrf=$csrf"; is "$fence: 403" "$status" 403
done
is 'nothing has changed' "$(stock)" "$before"
page "$EVENT_URL/admin/alerts"
post "$EVENT_URL/admin/alerts/add" email=second@example.kr; has 'alerts: added' "$body" second@example.kr
post "$EVENT_URL/admin/alerts/remove" email=second@example.kr; hasnt 'alerts: removed' "$body" second@example.kr
is 'alerts: both are in the audit' "$(count "$ATTEND_DB" "audit WHERE subject = 'second@example.kr'")" 2
req GET "$EVENT_URL/metrics"; has 'metrics' "$body" 'chulcheck'
is 'metrics: the size of the WAL' "$(printf '%s\n' "$body" | grep -c '^chulcheck_wal_bytes [1-9]')" 1
browser customer
sign_in "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD"
post "$EVENT_URL/check-in"
has 'the button' "$body" '님의 출석이 완료되었습니다.'
page "$EVENT_URL/rewards"
post "$EVENT_URL/rewards/claim" "id=$(field id)"; has 'claimed by form' "$body" '수령 확인'
page "$EVENT_URL/admin/stock"; is 'a customer at the staff pages: 403' "$status" 403
post "$EVENT_URL/admin/stock/1/change" mode=add amount=1 reason=x "key=$key"; is 'or at their forms: 403' "$status" 403
refresh=$(awk '$6 == "refresh" { print $7 }' "$jar")
page "$EVENT_URL/"
req POST "$EVENT_URL/sign-out" -b "$jar" -d "csrf=$(field csrf)"
has 'sign-out forgets the access token' "$head" 'Set-Cookie: access=;'
has 'and the refresh token' "$head" 'Set-Cookie: refresh=;'
page "$(echo "$head" | sed -n 's/^Location: //p')"
is 'then the auth host asks once more' "$status" 200
post "$AUTH_URL/sign-out" "client_id=$(field client_id)" "post_logout_redirect_uri=$(field post_logout_redirect_uri)" "state=$(field state)"
is 'and leads back' "$url" "$EVENT_URL/"
req GET "$AUTH_URL/account" -b "$jar"; is 'signed out there: the old cookie opens nothing' "$status" 303
req GET "$EVENT_URL/history" -b "refresh=$refresh"; has 'and the old refresh token neither' "$head" 'Location: /sign-in'
finish
