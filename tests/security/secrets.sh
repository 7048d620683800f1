#!/bin/bash
# secrets.sh - nothing secret where it could be read (SEC-11, 33, 34, 79): passwords, tokens, codes,
# cookies and the keys of the installation are used in every way, also wrongly and with the shop
# away; then they are looked for in the logs, in arguments and environments of all processes, in
# the databases, and in what a dying worker leaves behind.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
ulimit -S -c "$(ulimit -H -c)"
own_system --customers 2
. "$RUN_ENV"
. tests/security/lib.sh
jobs_of() { pgrep -f -- "--config $dir/etc/$1.conf --serve"; }

# The shop's connection string gets a password, as one to another machine would have.
sed -i 's/$/PWD=canary-dsn-password;/' "$dir/secrets/shop_dsn"
parent=$(ps -o ppid= -p "$(jobs_of auth | head -1)" | tr -d ' ')
old=$(jobs_of auth | sort | tr '\n' ' ')
kill -HUP "$parent"
changed() { [ "$(jobs_of auth | wc -l)" = 2 ] && [ "$(jobs_of auth | sort | tr '\n' ' ')" != "$old" ]; }
wait_for 20 changed

secret() { [ -z "$2" ] || printf '%s\t%s\n' "$1" "$2" >>"$work/secrets"; } # NAME VALUE
: >"$work/secrets"
for f in "$dir"/secrets/*; do
	case $f in */shop_dsn) secret 'password of the shop' canary-dsn-password ;; *) secret "${f##*/}" "$(head -1 "$f")" ;; esac
done
for v in CUSTOMER_PASSWORD NEWCOMER_PASSWORD STAFF_PASSWORD CUSTOMERS_PASSWORD SHOP_CLIENT_SECRET STAFF_TOTP_SECRET; do secret "$v" "$(eval "printf %s \"\${$v:-}\"")"; done
secret 'private key' "$(sed -n 2p "$(ls "$dir"/auth/keys/*.pem | head -1)")"

# Passwords right and wrong, at each door.
secret 'a wrong password' 'canary wrong password one'
token "$CUSTOMER_EMAIL" 'canary wrong password one' >/dev/null
browser wrong; page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-in" "email=$CUSTOMER_EMAIL" 'password=canary wrong password one' next=/account
secret 'a password in the query' 'canary-query-password'
req GET "$AUTH_URL/sign-in?password=canary-query-password"
req POST "$AUTH_URL/v1/sign-in?password=canary-query-password" -H 'Content-Type: application/json' -d '{}'
secret 'a password where the address should be' 'canary-in-email'
req POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' -d '{"email":"canary-in-email","password":"x"}'
token customer1@example.kr "$CUSTOMERS_PASSWORD" >/dev/null
a=$(json access_token) r=$(json refresh_token)
secret 'access token' "$a"; secret 'refresh token' "$r"
req POST "$AUTH_URL/v1/refresh" -H 'Content-Type: application/json' -d "{\"refresh_token\":\"$r\"}"
secret 'successor' "$(json refresh_token)"; secret 'access token' "$(json access_token)"
api POST /v1/check-ins "$a"
req GET "$EVENT_URL/v1/grants?access_token=canary-query-token" -H "Authorization: Bearer $a"; secret 'a token in the query' canary-query-token
api GET /v1/rewards "canary-bad-bearer"; secret 'a bad bearer token' canary-bad-bearer
req POST "$AUTH_URL/token" -u "$SHOP_CLIENT_ID:$SHOP_CLIENT_SECRET" -d 'grant_type=client_credentials&scope=verifications'; secret "the shop's token" "$(json access_token)"
req POST "$AUTH_URL/token" -u "$SHOP_CLIENT_ID:canary-client-secret" -d 'grant_type=client_credentials'; secret 'a wrong client secret' canary-client-secret
req POST "$AUTH_URL/token" -d 'grant_type=authorization_code&client_id=chulcheck-attend&client_secret=canary-posted-secret&code=canary-code&code_verifier=canary-verifier-canary-verifier-canary-verifier'
secret 'a posted client secret' canary-posted-secret; secret 'a code' canary-code; secret 'a verifier' canary-verifier
req POST "$AUTH_URL/revoke" -d 'token=canary-revoked&client_id=chulcheck-app'; secret 'a token to revoke' canary-revoked

# A browser: cookies, codes, form tokens, and a mailed link.
for who in customer staff; do
	browser $who
	case $who in staff) sign_in "$STAFF_EMAIL" "$STAFF_PASSWORD" ;; *) sign_in "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD" ;; esac
	page "$EVENT_URL/"; post "$EVENT_URL/check-in"
	page "$AUTH_URL/account"
	secret "form token of $who" "$(field csrf)"
	while read -r _ _ _ _ _ name value; do
		case $name in access | refresh | session | guest | flow) secret "cookie $name of $who" "$value" ;; esac
	done <"$jar"
done
req GET "$AUTH_URL/authorize?response_type=code&client_id=chulcheck-attend&scope=openid&state=s1&nonce=n1&code_challenge=$(head -c 43 /dev/zero | tr '\0' A)&code_challenge_method=S256&redirect_uri=$EVENT_URL/callback" -b "$work/jar.customer"
code=$(echo "$head" | grep -oE 'code=[^&]*' | head -1 | cut -d= -f2); secret 'authorization code' "$code"
req GET "$EVENT_URL/callback?code=$code&state=s1" -b "$work/jar.customer"
browser up; page "$AUTH_URL/sign-up"
secret 'a password of signing up' 'canary sign-up password'
# What is to be agreed to: each box of the form.
mapfile -t boxes < <(printf %s "$body" | tr '\n' ' ' | grep -oE '<input[^>]*type="checkbox"[^>]*>' | sed -E 's/.*name="([^"]*)".*value="([^"]*)".*/\1=\2/; t; s/.*name="([^"]*)".*/\1=on/')
post "$AUTH_URL/sign-up" name=canary email=canary@example.kr 'password=canary sign-up password' "${boxes[@]}"
mailed() { mails canary@example.kr | grep -q token=; }
if wait_for 30 mailed; then
	link=$(mails canary@example.kr | grep -oE 'token=[A-Za-z0-9_-]+' | head -1 | cut -d= -f2)
	secret 'mailed link' "$link"
	req GET "$AUTH_URL/verify-email?token=$link"
else
	ok 'a mail with a link' false
fi
req GET "$AUTH_URL/verify-email?token=canary-mailed-token"; secret 'a made-up link' canary-mailed-token

# The shop broken: whatever the driver says.
cp "$SHOP_DB" "$work/shop"
head -c 4096 /dev/zero | tr '\0' x >"$SHOP_DB"
req GET "$AUTH_URL/v1/purchases" -H "Authorization: Bearer $a"; is 'the shop is broken' "$status" 503
cat "$work/shop" >"$SHOP_DB"

ok "there are secrets ($(wc -l <"$work/secrets"))" [ "$(wc -l <"$work/secrets")" -ge 45 ]
ok 'none is too short to look for' [ "$(cut -f2 "$work/secrets" | awk 'length($0) < 8' | wc -l)" = 0 ]
# Also as they stand in a URL.
cut -f2 "$work/secrets" | sort -u >"$work/plain"
{ cat "$work/plain"; sed 's/ /+/g' "$work/plain"; sed 's/ /%20/g' "$work/plain"; } | sort -u >"$work/words"
found() { # NAME FILE...: names the secret, never shows it
	name=$1; shift
	grep -aohFf "$work/words" "$@" 2>/dev/null | tr '\0' '\n' | sort -u >"$work/found"
	while read -r w; do awk -F '\t' -v w="$w" '{ p = $2; gsub(/ /, "+", p); q = $2; gsub(/ /, "%20", q) } $2 == w || p == w || q == w { print $1 }' "$work/secrets"; done <"$work/found" | sort -u >"$work/named"
	is "$name" "$(cat "$work/named")" ''
	for f; do grep -aqFf "$work/words" "$f" 2>/dev/null && echo "#   in $f"; done
}
printf 'x %s x' "$a" >"$work/control"
grep -aqFf "$work/words" "$work/control"; is 'what is looked for would be found' $? 0
found 'logs' "$dir"/log/*
has 'there were logs' "$(cat "$dir"/log/*)" /v1/check-ins
found 'settings' "$dir"/etc/*.conf "$dir"/etc/nginx/*
# All processes but those of this test: its shell, what it pipes through, and the run script's own.
for p in /proc/[0-9]*; do
	[ "${p#/proc/}" = $$ ] || { cat "$p/cmdline" "$p/environ"; echo; } 2>/dev/null
done >"$work/processes"
has 'processes were seen' "$(tr '\0' ' ' <"$work/processes")" "--config $dir/etc/auth.conf --serve"
found 'arguments and environments' "$work/processes"
found 'what nginx keeps' "$dir"/tmp/* "$dir"/run/*

# The databases: what waits to be mailed is in the outbox; nothing else may be there as it is used.
wait_for 10 sh -c "[ \"\$(sqlite3 -cmd '.timeout 5000' -cmd 'PRAGMA wal_autocheckpoint=0' '$AUTH_DB' \"SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'sending')\" 2>/dev/null | tail -1)\" = 0 ]" || true
{ sqlite3 -cmd '.timeout 5000' -cmd 'PRAGMA wal_autocheckpoint=0' "$AUTH_DB" .dump; sqlite3 -cmd '.timeout 5000' -cmd 'PRAGMA wal_autocheckpoint=0' "$ATTEND_DB" .dump; } >"$work/dump"
grep -aqF customer1@example.kr "$work/dump"; is 'the databases were read' $? 0
grep -v '^INSERT INTO outbox ' "$work/dump" >"$work/rest"
found 'rows of the databases, mails apart' "$work/rest"
# Pages and the log beside: a mail that has gone may linger there, so its link is left out.
awk -F '\t' '$1 != "mailed link" { print $2 }' "$work/secrets" | sort -u >"$work/words"
found 'the databases as files' "$AUTH_DB" "$AUTH_DB-wal" "$ATTEND_DB" "$ATTEND_DB-wal"

# Hashes only: a token's SHA-256 finds its row, the token does not.
is 'refresh tokens: hashes' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM refresh_token WHERE token_hash = '$(printf %s "$r" | openssl dgst -sha256 -binary | b64)'")" 1

# A worker that dies leaves no core, wherever the system puts them; and cannot be read by others.
for domain in auth attend; do
	pid=$(jobs_of $domain | head -1)
	is "$domain: no core by its limit" "$(awk '/^Max core file size/ { print $5 }' "/proc/$pid/limits")" 0
	kill -ABRT "$pid"
	wait_for 10 sh -c "! kill -0 $pid"
done
sleep 0.5
is 'no core file' "$(find "$dir" "$PWD" /var/lib/systemd/coredump -newer "$work/secrets" \( -name 'core' -o -name 'core.*' \) -type f 2>/dev/null)" ''
ok 'and another worker serves' curl -fsS -m 5 --retry 20 --retry-delay 0 --retry-connrefused -o /dev/null "$AUTH_URL/readyz"

# Of another process of the same user: neither memory nor environment nor a core by gcore.
as='' bin=$BIN
if [ "$(id -u)" = 0 ]; then as='setpriv --reuid=65534 --regid=65534 --clear-groups'; bin=$(mktemp -d /tmp/chulcheck.XXXXXX); cp "$BIN/chulcheckctl" "$bin"; chmod -R a+rX "$bin"; at_exit="rm -rf $bin; $at_exit"; fi
mkfifo "$work/pipe"
CANARY=canary-environment $as "$bin/chulcheckctl" password <"$work/pipe" >/dev/null 2>&1 &
reader=$!
exec 7>"$work/pipe"
sleep 0.5
CANARY=canary-environment $as sleep 20 &
sleeper=$!
sleep 0.2
ok 'a process that is not hardened can be read' $as sh -c "tr '\\0' '\\n' </proc/$sleeper/environ | grep -q canary-environment"
ok 'ours: not its environment' sh -c "! $as cat /proc/$reader/environ 2>/dev/null | grep -q ."
ok 'ours: not its memory' sh -c "! $as sh -c 'exec 3</proc/$reader/mem' 2>/dev/null"
ok 'ours: not its descriptors' sh -c "! $as ls /proc/$reader/fd 2>/dev/null | grep -q ."
exec 7>&-
kill $sleeper 2>/dev/null
wait $reader $sleeper 2>/dev/null
finish
