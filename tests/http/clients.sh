#!/bin/sh
# clients.sh - clients of the auth host: chulcheckctl client add, list, remove; and the errors of the
# protocol endpoints as bare HTTP (what goes well is in tests/oidc): userinfo, several addresses,
# forms to /authorize and /sign-out, accounts and clients that are gone.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system
. "$RUN_ENV"
ctl() { # ARGUMENTS: sets $code, $said and $why
	said=$("$BIN/chulcheckctl" client "$@" --database "$AUTH_DB" 2>"$work/why"); code=$?; why=$(cat "$work/why")
}
row() { sqlite3 "$AUTH_DB" "SELECT redirect_uri || '|' || sign_out_uri || '|' || scope FROM client WHERE id = '$1'"; }

back=https://shop.example/callback
ctl add --id web --redirect-uri $back --redirect-uri http://localhost:9/cb --sign-out-uri https://shop.example/ --sign-out-uri https://shop.example/bye
secret=$said
is 'add: a secret of 43 characters' "$code ${#secret}" '0 43'
is 'add: both addresses of each kind' "$(row web)" "$back http://localhost:9/cb|https://shop.example/ https://shop.example/bye|"
ok 'add: only the hash of the secret is kept' [ "$(sqlite3 "$AUTH_DB" .dump | grep -c -- "$secret")" = 0 ]
ctl add --id web --redirect-uri $back; is 'add: there is one' "$code $said" '65 '
has 'add: and it is said' "$why" 'there is such a client'
ctl add --id server --scope verifications; server=$said; is 'add: for itself' "$code $(row server)" '0 ||verifications'
ctl add --id app --public --redirect-uri kr.example.app:/callback; is 'add: public, no secret' "$code $said" '0 '
for uri in http://shop.example/cb /cb 'javascript:/alert' data:/x 'https://shop.example/#x' https:///cb 'https://shop.example/*' 'https://a@shop.example/' \
    http://localhost.evil.example/ http://evil.example/.localhost 'http://localhost:x@evil.example/' 'https://가.example/' shop:/cb "https://shop.example/$(head -c 2100 /dev/zero | tr '\0' a)"; do
	ctl add --id bad --redirect-uri "$uri"; is "add: refused: $(echo "$uri" | head -c 60)" "$code $said" '65 '
	ctl add --id bad --redirect-uri $back --sign-out-uri "$uri"; is 'add: nor to sign out' "$code $said" '65 '
done
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/key.pem" 2>/dev/null
n=$(openssl rsa -in "$work/key.pem" -noout -modulus 2>/dev/null | cut -d= -f2 | basenc -d --base16 | basenc --base64url -w0 | tr -d =)
jwks() { printf '{"keys":[%s]}' "$1" >"$work/set.json"; ctl add --id keyed --jwks "$work/set.json" --scope verifications; }
jwks "{\"kty\":\"RSA\",\"n\":\"$n\",\"e\":\"AQAB\",\"d\":\"AQAB\"}"; is 'add: a private key is refused' "$code" 65
hasnt 'add: and nothing is kept of it' "$(ctl list; echo "$said")" keyed
jwks ''; is 'add: no key' "$code" 65
jwks '{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}'; is 'add: no RSA key' "$code" 65
jwks "{\"kty\":\"RSA\",\"n\":\"$(echo "$n" | head -c 170)\",\"e\":\"AQAB\"}"; is 'add: a short key' "$code" 65
echo '[' >"$work/set.json"; ctl add --id keyed --jwks "$work/set.json" --scope verifications; is 'add: no JSON' "$code" 65
ctl add --id keyed --jwks "$work/no-such" --scope verifications; is 'add: no file' "$code" 65
jwks "{\"kty\":\"RSA\",\"n\":\"$n\",\"e\":\"AQAB\"}"; is 'add: a public key; no secret' "$code $said" '0 '
ctl add --id x; is 'add: good for nothing' "$code" 65
ctl add --id x --public --scope verifications; is 'add: public and for itself' "$code" 65
ctl add --id x --public --jwks "$work/set.json" --redirect-uri $back; is 'add: public with a key' "$code" 65
ctl add --id x --scope openid; is 'add: another scope' "$code" 65
ctl add --id 'a b' --scope verifications; is 'add: an id with a space' "$code" 65
for usage in '' 'add' 'add --id' 'add --id x --id y' 'add --id x --nonsense y' 'list --id x' 'remove' 'remove --id x --public' 'rename --id x'; do
	# shellcheck disable=SC2086
	ctl $usage; is "usage: client $usage" "$code" 64
done
"$BIN/chulcheckctl" client list >"$work/said" 2>&1; is 'usage: no database' $? 64
"$BIN/chulcheckctl" client list --database "$ATTEND_DB" >"$work/said" 2>&1; is "the other domain's database" $? 78
ctl list; has 'list: proof, scope, addresses' "$said" "$(printf 'web\tsecret\t-\t%s http://localhost:9/cb\thttps://shop.example/ https://shop.example/bye' $back)"
has 'list: a key' "$said" "$(printf 'keyed\tkey\tverifications')"
has 'list: public' "$said" "$(printf 'app\tpublic')"
hasnt 'list: no hash' "$said" "$(sqlite3 "$AUTH_DB" "SELECT secret_hash FROM client WHERE id = 'web'")"
ctl remove --id chulcheck-app; is 'remove: not our own' "$code" 65
ctl remove --id nobody; is 'remove: no such' "$code" 66

# Both addresses work, nothing near them.
verifier=$(head -c 32 /dev/urandom | basenc --base64url -w0 | tr -d =)
challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | basenc --base64url -w0 | tr -d =)
query="response_type=code&client_id=web&scope=openid%20email&state=s1&nonce=n1&code_challenge=$challenge&code_challenge_method=S256"
browser me
page "$AUTH_URL/sign-in"
post "$AUTH_URL/sign-in" "email=$CUSTOMER_EMAIL" "password=$CUSTOMER_PASSWORD" 'next=/account'
ask() { req GET "$AUTH_URL/authorize?$query&redirect_uri=$1" -b "$jar"; location=$(printf %s "$head" | sed -n 's/^[Ll]ocation: //p'); }
for uri in $back http://localhost:9/cb; do ask $uri; has "authorize: to $uri" "$location" "$uri?code="; done
for uri in $back/ "$back%20http://localhost:9/cb" https://SHOP.example/callback https://shop.example/ http://localhost:10/cb http://127.0.0.1:9/cb '' '%20'; do
	ask "$uri"; is "authorize: not to $uri" "$status $location" '400 '
done
req GET "$AUTH_URL/authorize?$query&redirect_uri=$back&state=s2" -b "$jar"; is 'authorize: a parameter twice' "$status" 400
req POST "$AUTH_URL/authorize" -d "$query&redirect_uri=$back"
is 'authorize by POST: as GET' "$status" 303
has 'authorize by POST: with everything' "$head" "&scope=openid%20email&state=s1&nonce=n1&"
hasnt 'authorize by POST: no mark from outside' "$(req POST "$AUTH_URL/authorize" -d "$query&after=1.x"; echo "$head")" 'after='
req POST "$AUTH_URL/authorize" -H 'Content-Type: application/json' -d '{}'; is 'authorize by POST: only forms' "$status" 415
ask "$back&prompt=login"
has 'prompt=login: to the form' "$location" '/sign-in?next='
mark=$(printf %s "$location" | grep -oE 'after%3D[^&]*' | sed 's/after%3D//')
req GET "$AUTH_URL/authorize?$query&redirect_uri=$back&prompt=login&after=$mark" -b "$jar"; has 'the mark alone opens nothing' "$head" '/sign-in?next='
old=$jar; browser again; page "$AUTH_URL/sign-in"
post "$AUTH_URL/sign-in" "email=$CUSTOMER_EMAIL" "password=$CUSTOMER_PASSWORD" 'next=/account'
for bad in "9${mark#?}" "${mark%?}" "${mark%.*}." "${mark%.*}.x" "${mark#*.}" x .; do
	req GET "$AUTH_URL/authorize?$query&redirect_uri=$back&prompt=login&after=$bad" -b "$jar"; has "a mark of one's own making: $bad" "$head" '/sign-in?next='
done
req GET "$AUTH_URL/authorize?$query&redirect_uri=$back&prompt=login&after=$mark" -b "$jar"; has 'in a new session it does' "$head" "Refresh: 0;url=$back?code="
has "by a page, since a form may not lead to a client's host" "$status $body" "href=\"$back?code="
req GET "$AUTH_URL/authorize?$query&redirect_uri=$back&prompt=login&after=$mark" -b "$old"; has 'in the old one still not' "$head" '/sign-in?next='
sql "$AUTH_DB" "UPDATE session SET created_at = created_at - 60"
req GET "$AUTH_URL/authorize?$query&redirect_uri=$back&prompt=login&after=$mark" -b "$jar"; has 'nor in one that is older than the mark' "$head" '/sign-in?next='
sql "$AUTH_DB" "UPDATE session SET created_at = created_at + 60"

# What somebody must do first, and sign-in by a form that leads to the event host.
sql "$AUTH_DB" "DELETE FROM acceptance WHERE account_id = (SELECT id FROM account WHERE email = '$CUSTOMER_EMAIL')"
ask "$back"; has 'new terms: to their page first' "$location" '/accept-terms?next=%2Fauthorize%3F'
ask "$back&prompt=none"; has 'new terms: prompt=none' "$location" "$back?error=interaction_required"
ask "$back&prompt=login"; page "$AUTH_URL$location"
post "$AUTH_URL/sign-in" "email=$CUSTOMER_EMAIL" "password=$CUSTOMER_PASSWORD" "next=$(field next)"
has 'after the sign-in as well' "$url" "$AUTH_URL/accept-terms?next="
req POST "$AUTH_URL/accept-terms" -b "$jar" -d accept=1 --data-urlencode "next=$(field next)" --data-urlencode "csrf=$(field csrf)"
req GET "$AUTH_URL$(printf %s "$head" | sed -n 's/^[Ll]ocation: //p')" -b "$jar"
has 'both done: on, by a page' "$head" "Refresh: 0;url=$back?code="
ask "$back"; has 'accepted: on' "$location" "$back?code="

# userinfo
ask $back
req POST "$AUTH_URL/token" -u "web:$secret" -d "grant_type=authorization_code&code=$(printf %s "$location" | grep -oE 'code=[^&]*' | cut -d= -f2)&code_verifier=$verifier&redirect_uri=$back"
is 'token: the scope that was granted' "$(json scope)" 'openid email'
access=$(json access_token) id=$(json id_token) refresh=$(json refresh_token)
info() { req "$1" "$AUTH_URL/userinfo" -H "Authorization: $2"; }
for method in GET POST; do
	info $method "Bearer $access"; is "userinfo by $method" "$status $(json email) $(json name)" "200 $CUSTOMER_EMAIL "
	req $method "$AUTH_URL/userinfo"; is "userinfo by $method: nobody" "$status $(printf %s "$head" | sed -n 's/^WWW-Authenticate: //p')" '401 Bearer realm="userinfo"'
	for bad in "Bearer $id" "Bearer $refresh" "Bearer ${access}x" 'Bearer x'; do
		info $method "$bad"; is "userinfo by $method: $(echo "$bad" | head -c 20)" "$status $(json error)" '401 invalid_token'
		has 'and the challenge says so' "$head" 'error="invalid_token"'
	done
done
info GET "bearer $access"; is 'userinfo: the scheme in small letters' "$status" 200
info GET "Basic $(printf 'web:%s' "$secret" | base64 -w0)"; is 'userinfo: another scheme' "$status" 401
req GET "$AUTH_URL/userinfo?access_token=$access"; is 'userinfo: no token in the query' "$status" 401
req POST "$AUTH_URL/userinfo" -d "access_token=$access"; is 'userinfo: nor in the form' "$status" 401
req DELETE "$AUTH_URL/userinfo" -H "Authorization: Bearer $access"; is 'userinfo: other methods' "$status $(json type)" '405 /problems/method-not-allowed'
sql "$AUTH_DB" "UPDATE account SET name = '김새별' WHERE email = '$CUSTOMER_EMAIL'"
t=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")
sql "$AUTH_DB" "UPDATE account SET name = '김하늘' WHERE email = '$CUSTOMER_EMAIL'"
info GET "Bearer $t"; is 'userinfo: what is true now' "$(json name)" 김하늘

# A role of the staff takes a second factor: it stands in a token only if the sign-in had one.
claim() { printf %s "$1" | cut -d. -f2 | /usr/bin/python3 -c 'import base64,json,sys; s=sys.stdin.read().strip(); print(json.loads(base64.urlsafe_b64decode(s+"="*(-len(s)%4))).get(sys.argv[1]))' "$2"; }
sql "$AUTH_DB" "UPDATE account SET role = 'owner' WHERE email = '$NEWCOMER_EMAIL'"
token "$NEWCOMER_EMAIL" "$NEWCOMER_PASSWORD" >/dev/null
is 'staff without a second factor: a customer' "$(claim "$(json access_token)" role)" customer
again=$(json refresh_token)
sql "$AUTH_DB" "UPDATE refresh_token SET strong = 1 WHERE account_id = (SELECT id FROM account WHERE email = '$NEWCOMER_EMAIL')"
req POST "$AUTH_URL/v1/refresh" -H 'Content-Type: application/json' -d "{\"refresh_token\":\"$again\"}"
is 'with one: the role, after a refresh too' "$(claim "$(json access_token)" role)" owner
is 'an app gets all three scopes' "$(claim "$(json access_token)" scope)" 'openid profile email'

t=$(token "$NEWCOMER_EMAIL" "$NEWCOMER_PASSWORD")
sqlite3 -cmd 'PRAGMA foreign_keys=ON' -cmd '.timeout 5000' "$AUTH_DB" "DELETE FROM account WHERE email = '$NEWCOMER_EMAIL'"
info GET "Bearer $t"; is 'userinfo: an account that is gone' "$status $(json error)" '401 invalid_token'
req POST "$AUTH_URL/token" -u "server:$server" -d grant_type=client_credentials
info GET "Bearer $(json access_token)"; is 'userinfo: a server' "$status $(json error)" '403 insufficient_scope'
has 'and the challenge says so' "$head" 'error="insufficient_scope"'

# Sign-out by hint.
bye() { req "$1" "$AUTH_URL/sign-out$2" -b "$jar"; location=$(printf %s "$head" | sed -n 's/^[Ll]ocation: //p'); }
bye GET "?id_token_hint=$id&client_id=app"; is "sign-out: another client's hint" "$status" 400
bye GET "?id_token_hint=$access&post_logout_redirect_uri=https://shop.example/bye&client_id=web"; has 'sign-out: an access token is no hint' "$status $body" 'name="post_logout_redirect_uri" value=""'
req HEAD "$AUTH_URL/sign-out?id_token_hint=$id" -b "$jar" --head; is 'sign-out: HEAD does nothing' "$status" 200
req POST "$AUTH_URL/sign-out" -b "$jar" -d "id_token_hint=$id&state=a%26b&x=y"; has 'sign-out by a form from elsewhere: as GET' "$head" "Location: /sign-out?id_token_hint=$id&state=a%26b"
req POST "$AUTH_URL/sign-out" -b "$jar" -d 'csrf=x'; is 'sign-out: a false form token' "$status" 403
req GET "$AUTH_URL/account" -b "$jar"; is 'still signed in' "$status" 200
bye GET "?id_token_hint=$id&post_logout_redirect_uri=https://shop.example/bye&state=a%26b"; is 'sign-out: at once, to the second address, with state' "$location" 'https://shop.example/bye?state=a%26b'
has 'and the cookie is gone' "$head" 'Set-Cookie: session=;'
req GET "$AUTH_URL/account" -b "$jar"; is 'signed out' "$status" 303

# What a client has, ends with it.
page "$AUTH_URL/sign-in"
post "$AUTH_URL/sign-in" "email=$CUSTOMER_EMAIL" "password=$CUSTOMER_PASSWORD" 'next=/account'
ask $back
code=$(printf %s "$location" | grep -oE 'code=[^&]*' | cut -d= -f2)
ctl remove --id web; is 'remove' "$code $(row web)" '0 '
ctl add --id web --redirect-uri $back; secret=$said
ok 'remove: and added again' [ -n "$secret" ]
req POST "$AUTH_URL/token" -u "web:$secret" -d "grant_type=refresh_token&refresh_token=$refresh"; is 'its old refresh token is no more' "$status $(json error)" '400 invalid_grant'
is 'nor its codes' "$(count "$AUTH_DB" "auth_code WHERE client_id = 'web'")" 0
t=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")
req POST "$AUTH_URL/revoke" -d client_id=chulcheck-app --data-urlencode "token=$t"
is 'an access token cannot be revoked, and that is said' "$status $(json error)" '400 unsupported_token_type'
token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD" >/dev/null
first=$(json refresh_token)
again() { req POST "$AUTH_URL/v1/refresh" -H 'Content-Type: application/json' --data-binary "{\"refresh_token\":\"$1\"}"; }
again "$first"; second=$(json refresh_token)
again "$first"; is 'an answer that was lost is given again' "$(json refresh_token)" "$second"
again "$second"; third=$(json refresh_token)
again "$first"; is 'but not once its successor was used: somebody else has it' "$status" 401
again "$third"; is 'and all of that sign-in ends' "$status" 401
has 'the log tells of it' "$(cat "$(dirname "$RUN_ENV")/log/auth.log")" 'refresh token used again'
req POST "$AUTH_URL/token" -d client_id=chulcheck-app -d grant_type=refresh_token -d refresh_token=x -d scope=nonsense
is 'a refresh for nothing known' "$(json error)" invalid_scope
req POST "$AUTH_URL/token" -d client_id=chulcheck-app -d grant_type=refresh_token -d refresh_token=x
has 'answers of the token endpoint are kept nowhere' "$head" 'Cache-Control: no-store'
finish
