#!/bin/sh
# passwords.sh - which passwords may be chosen: none of a public list of common ones, none of the
# operator's own list; whatever else is long enough, exactly as it was typed, for ever.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
# Row SEC-04: each entry of a list that attackers begin with.
grep -av '^#!comment' /usr/share/john/password.lst | grep -a . >"$work/list"
ok 'the list has three thousand entries' [ "$(wc -l <"$work/list")" -gt 3000 ]
taken=0
while IFS= read -r p; do
	! printf '%s\n' "$p" | build/chulcheckctl password >/dev/null 2>&1 || { taken=$((taken + 1)); echo "# $p"; }
done <"$work/list"
is 'none of them is taken' "$taken" 0
# Joined to fill up the length, as people do.
awk 'NR <= 300 { print $0 $0 "12345678" }' "$work/list" | grep -aE '^.{15,}' | grep -aiE 'pass|qwert|admin|love|welcome|letmein|monkey|dragon' >"$work/joined"
taken=0
while IFS= read -r p; do
	! printf '%s\n' "$p" | build/chulcheckctl password >/dev/null 2>&1 || { taken=$((taken + 1)); echo "# $p"; }
done <"$work/joined"
ok 'the commonest of them doubled, with digits: all but a few are refused' [ "$taken" -le $(($(wc -l <"$work/joined") / 4)) ]

printf '%s\n' 'Our Product Name Deluxe' 'another breached one' >"$work/blocked"
own_system --set "auth.password_blocklist=$work/blocked"
. "$RUN_ENV"
try() { # PASSWORD: status of a sign-up with it
	browser "t$$"
	page "$AUTH_URL/sign-up"
	post "$AUTH_URL/sign-up" name=x "email=p$(printf %s "$1" | cksum | tr -dc 0-9)@example.kr" "password=$1" accept=1
	echo "$status"
}
is "the operator's list, capitals or not" "$(try 'our product name DELUXE')" 422
is 'the address of the shop counts by its name' "$(try '출첵출첵출첵출첵출첵출첵출첵출첵')" 422
# Rows SEC-01 to SEC-03, SEC-05: code points, not bytes; any characters; nothing trimmed.
is '14 characters' "$(try '가나다라마바사아자차카타파하')" 422
is '15 characters' "$(try '가나다라마바사아자차카타파하거')" 200
is '64 characters with spaces and emoji' "$(try "$(printf 'ab 😀%.0s' $(seq 16))x")" 200
is '128 characters' "$(try "$(printf 'tulip-%.0s' $(seq 22) | cut -c1-128)")" 200
is '129 characters: refused before hashing' "$(try "$(printf 'tulip-%.0s' $(seq 22) | cut -c1-129)")" 422
is 'only small letters: no rules of composition' "$(try 'jump over lazy moon')" 200
is 'a NUL is refused' "$(curl -s -o /dev/null -w '%{http_code}' -X POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary "{\"email\":\"$CUSTOMER_EMAIL\",\"password\":\"$CUSTOMER_PASSWORD\\u0000x\"}")" 400
in_as() { curl -s -o /dev/null -w '%{http_code}' -X POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary "{\"email\":\"$CUSTOMER_EMAIL\",\"password\":\"$1\"}"; }
is 'one space more is another password' "$(in_as "$CUSTOMER_PASSWORD ")" 401
is 'capitals count' "$(in_as "$(echo "$CUSTOMER_PASSWORD" | tr 'a-z' 'A-Z')")" 401
is 'as it was typed' "$(in_as "$CUSTOMER_PASSWORD")" 200
# Row SEC-08: what was stored with older parameters is taken once, and stored anew.
old=$(printf %s "$CUSTOMER_PASSWORD" | /usr/bin/python3 -c 'import base64, hashlib, os, sys
salt = os.urandom(16); b = lambda x: base64.urlsafe_b64encode(x).decode().rstrip("=")
print("$scrypt$ln=16,r=8,p=2$%s$%s" % (b(salt), b(hashlib.scrypt(sys.stdin.buffer.read(), salt=salt, n=1 << 16, r=8, p=2, maxmem=1 << 28, dklen=32))))')
sql "$AUTH_DB" "UPDATE account SET password = '$old' WHERE email = '$CUSTOMER_EMAIL'" >/dev/null
is 'older parameters: he signs in' "$(in_as "$CUSTOMER_PASSWORD")" 200
has 'older parameters: stored with those of today' "$(sql "$AUTH_DB" "SELECT password FROM account WHERE email = '$CUSTOMER_EMAIL'")" '$scrypt$ln=15,r=8,p=3$'
is 'older parameters: and again' "$(in_as "$CUSTOMER_PASSWORD")" 200
sql "$AUTH_DB" "UPDATE account SET password = '$(echo "$old" | sed 's/ln=16,r=8,p=2/ln=14,r=8,p=1/')' WHERE email = '$CUSTOMER_EMAIL'" >/dev/null
is 'weaker parameters than are approved open nothing' "$(in_as "$CUSTOMER_PASSWORD")" 500
sql "$AUTH_DB" "UPDATE account SET password = '$old' WHERE email = '$CUSTOMER_EMAIL'" >/dev/null
is 'back to what it was' "$(in_as "$CUSTOMER_PASSWORD")" 200
# Only approved parameters in the database.
is 'all rows are scrypt as it should be' "$(sql "$AUTH_DB" "SELECT COUNT(*) FROM account WHERE password NOT LIKE '\$scrypt\$ln=15,r=8,p=3\$%'")" 0
finish
