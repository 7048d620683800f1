#!/bin/sh
# security_event.sh - news of the identity provider at the event host (RFC 8417, RFC 8935): what is
# signed by it for us erases a customer, once; nothing else does. Also the pages of terms.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 2
. "$RUN_ENV"
dir=$(dirname "$RUN_ENV")
for p in terms privacy; do
	req GET "$AUTH_URL/$p" -H 'Accept-Language: en'; is "/$p in English" "$status $(echo "$head" | grep -ci 'content-type: text/html; charset=utf-8')" '200 1'
done
req GET "$AUTH_URL/terms"; req GET "$AUTH_URL/privacy"

kid=$(basename "$(ls "$dir"/auth/keys/*.pem | tail -1)" .pem)
b64() { basenc --base64url -w0 | tr -d =; }
sign() { # HEADER CLAIMS [KEY]
	_in=$(printf %s "$1" | b64).$(printf %s "$2" | b64)
	printf '%s.%s' "$_in" "$(printf %s "$_in" | openssl dgst -sha256 -sign "${3:-$dir/auth/keys/$kid.pem}" -binary | b64)"
}
push() { # TOKEN [TYPE]
	req POST "$EVENT_URL/v1/security-events" -H "Content-Type: ${2:-application/secevent+jwt}" --data-binary "$1"
}
header="{\"alg\":\"RS256\",\"typ\":\"secevent+jwt\",\"kid\":\"$kid\"}"
purged='https://schemas.openid.net/secevent/risc/event-type/account-purged'
claims() { # SUBJECT [ISSUER AUDIENCE EVENT IAT]
	printf '{"iss":"%s","jti":"x","iat":%s,"aud":"%s","sub_id":{"format":"iss_sub","iss":"%s","sub":"%s"},"events":{"%s":{}}}' \
	    "${2:-$AUTH_URL}" "${5:-$(date +%s)}" "${3:-$EVENT_URL}" "${2:-$AUTH_URL}" "$1" "${4:-$purged}"
}
for n in 1 2; do
	t=$(token "customer$n@example.kr" "$CUSTOMERS_PASSWORD")
	api POST /v1/check-ins "$t" '{}'
done
api POST "/v1/grants/$(sql "$ATTEND_DB" "SELECT g.id FROM \"grant\" g JOIN customer c ON c.id = g.customer_id WHERE c.email = 'customer2@example.kr' LIMIT 1")/claim" "$t" '{}'
is 'the second has claimed his reward' "$status" 200
subject() { sql "$ATTEND_DB" "SELECT subject FROM customer WHERE email = 'customer$1@example.kr'"; }
one=$(subject 1) two=$(subject 2)
here() { sql "$ATTEND_DB" "SELECT COUNT(*) FROM customer WHERE subject = '$one'"; }
refused() { # NAME
	is "refused: $1" "$status $(here)" '400 1'
}
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/other.pem" 2>/dev/null
push "$(sign "$header" "$(claims "$one")" "$work/other.pem")"; refused 'signed by somebody else'
push "$(sign '{"alg":"none","typ":"secevent+jwt"}' "$(claims "$one")")"; refused 'alg none'
push "$(sign "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"$kid\"}" "$(claims "$one")")"; refused 'typ of an access token'
push "$(sign "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"$kid\"}" "$(claims "$one")")"; refused 'typ of an ID token'
push "$t"; refused 'an access token'
push "$(sign "$header" "$(claims "$one" http://evil.example)")"; refused 'another issuer'
push "$(sign "$header" "$(claims "$one" "$AUTH_URL" http://other.example)")"; refused 'another audience'
push "$(sign "$header" "$(claims "$one" "$AUTH_URL" "$EVENT_URL" "$purged" $(($(date +%s) + 3600)))")"; refused 'from the future'
push "$(sign "$header" "$(claims '')")"; refused 'no subject'
push "$(sign "$header" "$(claims "$one" | sed "s|\"iss\":\"$AUTH_URL\",\"sub\"|\"iss\":\"http://x.example\",\"sub\"|")")"; refused 'a subject of another issuer'
push "$(sign "$header" "$(claims "$one")")" application/json; refused 'another type'
push ''; refused 'nothing'
push "$(sign "$header" "$(claims "$one" "$AUTH_URL" "$EVENT_URL" https://schemas.openid.net/secevent/caep/event-type/session-revoked)")"
is 'an event that means nothing here is taken' "$status $(here)" '202 1'

stock() { sql "$ATTEND_DB" "SELECT group_concat(stock) FROM reward"; }
event=$(sign "$header" "$(claims "$one")")
before=$(sql "$ATTEND_DB" "SELECT SUM(stock) FROM reward")
reserved=$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM \"grant\" g JOIN customer c ON c.id = g.customer_id WHERE c.subject = '$one' AND g.state = 'granted'")
push "$event"
is 'taken: the customer is gone' "$status $(here)" '202 0'
is 'what was reserved for him is back in stock' "$(sql "$ATTEND_DB" "SELECT SUM(stock) FROM reward")" $((before + reserved))
after=$(stock)
push "$event"
is 'a second time it does nothing' "$status $(stock)" "202 $after"
push "$(sign "$header" "$(claims "$two")")"
is 'who had claimed a reward leaves a row without a name' "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM customer WHERE erased_at > 0 AND name = '' AND email = '' AND issuer = ''")" 2
hasnt 'nothing names him' "$(sqlite3 "$ATTEND_DB" .dump)" "$two"
hasnt 'nor his address' "$(sqlite3 "$ATTEND_DB" .dump)" customer2@example.kr
is 'what he received stays in the books' "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM \"grant\" g JOIN customer c ON c.id = g.customer_id WHERE c.erased_at > 0 AND g.state = 'claimed'")" 1
is 'which balance' "$("$BIN/chulcheckctl" verify --domain attend "$ATTEND_DB" | tail -1 | sed 's/.*, //')" '0 faults'
push "$(sign "$header" "$(claims nobody-we-know)")"; is 'somebody who never came is taken too' "$status" 202
finish
