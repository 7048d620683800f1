#!/bin/sh
# tokens.sh - tokens against the running system (SEC-20 to SEC-24, 26): a few of each kind of the
# vectors in tests/unit/t_jwt_*.c, at both hosts, as bearer and as cookie; what is a token elsewhere
# is none here; and no token leads a worker to open a connection.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 1
. "$RUN_ENV"
. tests/security/lib.sh

token customer1@example.kr "$CUSTOMERS_PASSWORD" >/dev/null
t=$(json access_token) refresh=$(json refresh_token)
key=$(ls "$dir"/auth/keys/*.pem | tail -1)
kid=$(basename "$key" .pem)
now=$(date +%s)
good_header="{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"$kid\"}"
claims="\"iss\":\"$AUTH_URL\",\"aud\":\"chulcheck\",\"sub\":\"s\",\"sid\":\"i\",\"client_id\":\"c\",\"name\":\"n\",\"role\":\"owner\",\"standing\":\"verified\",\"exp\":$((now + 280))"
sign() { _h=$(printf %s "$1" | b64).$(printf %s "$2" | b64); printf '%s.%s' "$_h" "$(printf %s "$_h" | openssl dgst -sha256 -sign "${3:-$key}" -binary | b64)"; }
hmac() { _h=$(printf %s "$1" | b64).$(printf %s "$2" | b64); printf '%s.%s' "$_h" "$(printf %s "$_h" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$3" -binary | b64)"; }
# At both hosts by header, and at a page by cookie.
answers() {
	api GET /v1/rewards/status "$1"; printf '%s ' "$status"
	req GET "$AUTH_URL/v1/purchases" -H "Authorization: Bearer $1"; printf '%s ' "$status"
	req GET "$EVENT_URL/admin" -b "access=$1"; printf '%s' "$status"
}
refused() { is "refused: $1" "$(answers "$2")" '401 401 303'; }

case $(answers "$(sign "$good_header" "{$claims}")") in '200 401 200' | *5??*) is 'a token made here by the rules is taken' no yes ;; '200 '*' 200') ok 'a token made here by the rules is taken' true ;; *) is 'a token made here by the rules is taken' no yes ;; esac
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/evil.pem" 2>/dev/null
modulus=$(openssl rsa -in "$work/evil.pem" -noout -modulus 2>/dev/null | cut -d= -f2)
evil_n=$(printf %s "$modulus" | sed 's/../\\x&/g' | xargs -0 printf %b | b64)
for alg in none None NONE '' RS384 RS512 PS256 ES256 HS256; do
	refused "alg '$alg'" "$(sign "{\"alg\":\"$alg\",\"typ\":\"at+jwt\",\"kid\":\"$kid\"}" "{$claims}")"
	refused "alg '$alg', no signature" "$(sign "{\"alg\":\"$alg\",\"typ\":\"at+jwt\",\"kid\":\"$kid\"}" "{$claims}" | sed 's/[^.]*$//')"
done
openssl pkey -in "$key" -pubout -out "$work/pub.pem"
openssl rsa -in "$key" -RSAPublicKey_out -out "$work/rsa.pem" 2>/dev/null
for secret in "$work/pub.pem" "$work/rsa.pem" "$dir/auth/jwks.json"; do
	hex=$(od -An -v -tx1 "$secret" | tr -d ' \n')
	for alg in HS256 HS512; do refused "$alg with $(basename "$secret")" "$(hmac "{\"alg\":\"$alg\",\"typ\":\"at+jwt\",\"kid\":\"$kid\"}" "{$claims}" "$hex")"; done
	refused "HS256 with $(basename "$secret") without its last newline" "$(hmac "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"$kid\"}" "{$claims}" "${hex%0a}")"
done
jwk="{\"kty\":\"RSA\",\"alg\":\"RS256\",\"use\":\"sig\",\"kid\":\"evil\",\"n\":\"$evil_n\",\"e\":\"AQAB\"}"
mkdir "$work/www"; printf '{"keys":[%s]}' "$jwk" >"$work/www/jwks.json"
port=$(free_port $((30000 + $$ % 9000)))
/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory "$work/www" "$port" >"$work/asked" 2>&1 &
server=$!
at_exit="kill $server 2>/dev/null; $at_exit"
wait_for 10 curl -fsS -o /dev/null "http://127.0.0.1:$port/"
asked=$(grep -c GET "$work/asked")
for h in '"kid":"evil"' "\"kid\":\"$kid\""; do
	for m in '' ",\"jwk\":$jwk" ",\"jku\":\"http://127.0.0.1:$port/jwks.json\"" ",\"x5u\":\"http://127.0.0.1:$port/jwks.json\"" ',"x5c":["MIIB"]'; do
		refused "another's key, $h$(printf %s "$m" | cut -c1-8)" "$(sign "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",$h$m}" "{$claims}" "$work/evil.pem")"
	done
done
refused "iss of another's server" "$(sign "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"evil\"}" "{$(echo "$claims" | sed "s|$AUTH_URL|http://127.0.0.1:$port|")}" "$work/evil.pem")"
sleep 0.5
is 'no worker asked the server that a token named' "$(grep -c GET "$work/asked")" "$asked"
for k in '../../../../dev/null' "../keys/$kid" "' OR 1=1--" '' 'x'; do refused "kid $k" "$(sign "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"$k\"}" "{$claims}")"; done
for typ in JWT refresh+jwt verify-email ''; do refused "typ '$typ'" "$(sign "{\"alg\":\"RS256\",\"typ\":\"$typ\",\"kid\":\"$kid\"}" "{$claims}")"; done
refused 'crit' "$(sign "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"$kid\",\"crit\":[\"exp\"]}" "{$claims}")"
with() { echo "{$claims}" | sed "s|$1|$2|"; }
refused 'exp over' "$(sign "$good_header" "$(with '"exp":[0-9]*' "\"exp\":$((now - 1))")")"
refused 'exp as text' "$(sign "$good_header" "$(with '"exp":[0-9]*' "\"exp\":\"$((now + 99))\"")")"
refused 'exp as float' "$(sign "$good_header" "$(with '"exp":[0-9]*' "\"exp\":$((now + 99)).5")")"
refused 'exp 2^63' "$(sign "$good_header" "$(with '"exp":[0-9]*' '"exp":9223372036854775808')")"
refused 'exp missing' "$(sign "$good_header" "$(with ',"exp":[0-9]*' '')")"
refused 'nbf ahead' "$(sign "$good_header" "{$claims,\"nbf\":$((now + 200))}")"
refused 'iat ahead' "$(sign "$good_header" "{$claims,\"iat\":$((now + 200))}")"
refused 'aud wrong' "$(sign "$good_header" "$(with '"aud":"chulcheck"' '"aud":"chulcheck-attend"')")"
refused 'aud array of others' "$(sign "$good_header" "$(with '"aud":"chulcheck"' '"aud":["a","b"]')")"
refused 'aud missing' "$(sign "$good_header" "$(with '"aud":"chulcheck",' '')")"
refused 'iss with slash' "$(sign "$good_header" "$(with "\"$AUTH_URL\"" "\"$AUTH_URL/\"")")"
refused 'sub twice' "$(sign "$good_header" "{$claims,\"sub\":\"t\"}")"
refused 'role twice' "$(sign "$good_header" "{\"role\":\"customer\",$claims}")"
refused 'refresh token' "$refresh"
refused 'secret of a client' "$(cat "$dir/secrets/client_secret")"
refused 'padding' "$t="
refused 'percent escape' "$t%3D"
refused 'four parts' "$t.x"
refused 'another claim under the same signature' "$(printf '%s.%s.%s' "$(echo "$t" | cut -d. -f1)" "$(printf '{%s}' "$claims" | b64)" "$(echo "$t" | cut -d. -f3)")"

# An ID token is no access token, and each header is one.
api GET /v1/rewards/status "$t"; is 'the good one still passes' "$status" 200
req GET "$EVENT_URL/v1/rewards/status" -H "Authorization: Bearer $t" -H 'Authorization: Bearer x'; case $status in 400 | 401) ok 'two headers' true ;; *) is 'two headers' "$status" '400 or 401' ;; esac
for scheme in Basic Token JWT Bearer: 'Bearer	' ''; do req GET "$EVENT_URL/v1/rewards/status" -H "Authorization: $scheme $t"; is "scheme '$scheme'" "$status" 401; done
req GET "$EVENT_URL/v1/rewards?access_token=$t"; is 'a token in the query' "$status" 401
req GET "$EVENT_URL/v1/rewards/status" -H "Authorization: bearer $t"; is 'a scheme knows no case' "$status" 200
finish
