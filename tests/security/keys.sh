#!/bin/bash
# keys.sh - signing keys (SEC-27): first starts at once, a rotation under load without one refused
# request, the second key signing when its time has come, an old key removed, a leaked one too.
# Time passes by renaming a key: the time in its name is when it was made.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 2
. "$RUN_ENV"
dir=$(dirname "$RUN_ENV")
keys=$dir/auth/keys jwks=$dir/auth/jwks.json
ctl() { "$BIN/chulcheckctl" keys "$@" --folder "$keys"; }
kid() { printf %s "$1" | cut -d. -f1 | tr '_-' '/+' | base64 -d 2>/dev/null | grep -oE '"kid":"[^"]*"' | cut -d'"' -f4; }
kids() { (cd "$keys" && ls) | sed -n 's/[.]pem$//p' | tr '\n' ' '; }
new() { token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD"; }
# First the set and then the folder, as a rotation does; both in one step.
aged() { sed -i "s/$1/$2-${1#*-}/" "$jwks"; mv "$keys/$1.pem" "$keys/$2-${1#*-}.pem"; }
status_of() { api GET /v1/rewards/status "$1"; echo "$status"; }

# First starts: as many workers as like make one key, readable to its owner only.
sed "s|^keys = .*|keys = $work/keys|; s|^jwks = .*|jwks = $work/jwks.json|" "$dir/etc/auth.conf" >"$work/auth.conf"
seq 6 | xargs -P 6 -I{} "$BIN/chulcheck-auth" --config "$work/auth.conf" --check; first=$?
is 'six first starts at once: all can serve' $first 0
is 'and there is one key' "$(find "$work/keys" -name '*.pem' | wc -l)" 1
is 'its file is for its owner only' "$(stat -c %a "$work"/keys/*.pem "$work/keys" | tr '\n' ' ')" '600 700 '
is 'the set has its public half' "$(grep -o '"kid"' "$work/jwks.json" | wc -l)" 1
hasnt 'and no private part' "$(cat "$work/jwks.json")" '"d"'

# Load: sign-ins, authenticated requests with each new token, and with the first one all along.
ka=$(kids); ka=${ka% }
aged "$ka" 20250101000000; ka=20250101000000-${ka#*-}
sleep 2.5
a=$(new)
is 'a key of another age is found' "$(kid "$a")" "$ka"
is 'one key, it signs' "$(kids)" "$ka "
for n in 1 2; do
	while [ ! -f "$work/stop" ]; do
		t=$(curl -sS -m 30 -X POST -H 'Content-Type: application/json' -d "{\"email\":\"customer$n@example.kr\",\"password\":\"$CUSTOMERS_PASSWORD\"}" \
		    -o - "$AUTH_URL/v1/sign-in" | grep -oE '"access_token":"[^"]*"' | cut -d'"' -f4)
		[ -n "$t" ] || { echo 'no token'; continue; }
		curl -sS -m 30 -w 'new %{http_code}\n' -H "Authorization: Bearer $t" -o /dev/null "$EVENT_URL/v1/rewards/status" -o /dev/null "$AUTH_URL/v1/purchases"
		kid "$t" >>"$work/signed.$n"
	done >"$work/load.$n" &
	loads="${loads:-} $!"
done
while [ ! -f "$work/stop" ]; do curl -sS -m 30 -o /dev/null -w 'old %{http_code}\n' -H "Authorization: Bearer $a" "$EVENT_URL/v1/rewards/status"; done >"$work/load.3" &
loads="$loads $!"
sleep 2
said=$(ctl rotate --jwks "$jwks"); rc=$?
is 'rotate' $rc 0
has 'rotate says which signs' "$said" "$ka"
has 'and when the next will' "$said" 'published, signs from '
kb=$(kids | tr ' ' '\n' | grep -vFx "$ka" | head -1)
sleep 1.5
req GET "$AUTH_URL/jwks.json"; has 'published within a second' "$body" "\"$kb\""
is 'the first one signs still' "$(kid "$(new)")" "$ka"
is 'rotate again: no third key' "$(ctl rotate --jwks "$jwks" | wc -l)" 2
# Ten minutes on.
aged "$kb" 20260101000000; kb=20260101000000-${kb#*-}
sleep 2.5
b=$(new)
is 'the second key signs, no worker was told' "$(kid "$b")" "$kb"
sleep 1
touch "$work/stop"; wait $loads
is 'under load: no 401, nor any other refusal' "$(cat "$work"/load.* | grep -vE '^(old|new) 200$' | sort | uniq -c)" ''
ok 'there was load' [ "$(cat "$work"/load.* | wc -l)" -gt 50 ]
is 'tokens of both keys were used' "$(cat "$work"/signed.* | sort -u | tr '\n' ' ')" "$ka $kb "
is 'the old token is good, until it runs out' "$(status_of "$a")" 200

# The first key has retired long ago, by the names. The next rotation removes it.
has 'it is retiring' "$(ctl list)" "$ka  2025-01-01T"
ctl rotate --jwks "$jwks" >/dev/null
hasnt 'the next rotation removes it' "$(kids)" "$ka"
sleep 2.5
is 'its tokens are refused' "$(status_of "$a")" 401
is 'and those of the other are not' "$(status_of "$b")" 200

# A leaked key, the one that signs.
ctl remove --jwks "$jwks" --kid "$kb" >/dev/null; is 'remove the signing key' $? 0
sleep 2.5
is 'its tokens are refused by the event host' "$(status_of "$b")" 401
req GET "$AUTH_URL/v1/purchases" -H "Authorization: Bearer $b"; is 'and by the auth host' "$status" 401
kc=$(kids)
c=$(new)
is 'the waiting one signs at once' "$(kid "$c") " "$kc"
is 'and its tokens are good' "$(status_of "$c")" 200
said=$(ctl remove --jwks "$jwks" --kid "${kc% }" 2>&1); is 'the only key stays' $? 65
has 'and it is said what to do' "$said" 'keys rotate'
ctl remove --jwks "$jwks" --kid '../jwks' >/dev/null 2>&1; is 'no such key' $? 66
ctl remove --jwks "$jwks" >/dev/null 2>&1; is 'no kid named' $? 64
ctl list --jwks "$jwks" >/dev/null 2>&1; is 'an option that is none of list' $? 64

# An event host on another machine fetches them, by its settings, but without its secrets.
printf 'client_secret = none\nauth_url = %s\njwks = %s\n' "$AUTH_URL" "$work/fetched.json" >"$work/fetch.conf"
said=$(umask 077; "$BIN/chulcheckctl" keys fetch --config "$work/fetch.conf" 2>&1)
is 'fetch' "$? $said" "0 $work/fetched.json has new keys"
is 'for everybody to read, whatever the umask' "$(stat -c %a "$work/fetched.json")" 644
is 'the same set' "$(cat "$work/fetched.json")" "$(curl -s "$AUTH_URL/jwks.json")"
is 'nothing to say when nothing has changed' "$("$BIN/chulcheckctl" keys fetch --config "$work/fetch.conf" 2>&1)" ''
printf 'auth_url = %s\njwks = %s\n' "$EVENT_URL" "$work/fetched.json" >"$work/fetch.conf"
said=$("$BIN/chulcheckctl" keys fetch --config "$work/fetch.conf" 2>&1); is 'a host that has none' $? 74
has 'is named' "$said" "$EVENT_URL/jwks.json answered 404: the keys stay as they are"
is 'and nothing changes' "$(cat "$work/fetched.json")" "$(curl -s "$AUTH_URL/jwks.json")"
printf 'auth_url = http://127.0.0.1:1\njwks = %s\n' "$work/fetched.json" >"$work/fetch.conf"
"$BIN/chulcheckctl" keys fetch --config "$work/fetch.conf" 2>/dev/null; is 'nor when nobody answers' "$? $(wc -l <"$work/fetched.json")" "74 $(curl -s "$AUTH_URL/jwks.json" | wc -l)"
printf 'auth_url = http://auth.example.kr\njwks = %s\n' "$work/fetched.json" >"$work/fetch.conf"
"$BIN/chulcheckctl" keys fetch --config "$work/fetch.conf" 2>/dev/null; is 'only over https, from another machine' $? 78
printf 'auth_url = %s\njwks = /proc/fetched.json\n' "$AUTH_URL" >"$work/fetch.conf"
"$BIN/chulcheckctl" keys fetch --config "$work/fetch.conf" 2>/dev/null; is 'a folder that cannot be written to' $? 74
is 'no temporary file is left' "$(ls -A "$work" | grep fetched)" fetched.json
finish
