# lib.sh - what the shell tests share. Source it; end with "finish".
#
#	ok NAME COMMAND...	one case: prints ok or not ok
#	is NAME GOT WANT	one case: equal texts
#	has NAME TEXT PART	one case: TEXT contains PART
#	req METHOD URL [curl arguments]	sets $status, $head and $body
#	api METHOD PATH TOKEN [JSON]	the same, on the event host
#	token EMAIL PASSWORD	prints an access token
#	browser NAME		starts a cookie jar; page and post use it
#	sign_in EMAIL PASSWORD [SECRET]	signs the jar in at the event host, through the auth host; the
#				demo's staff with their second factor
#	totp SECRET		prints a code that this test has not used yet; waits for one if need be
#	page URL, post URL FIELD=VALUE...	as a browser without JavaScript would: post adds csrf
#	field NAME		value of a hidden field of the last page
#	mails TO		subject and text of all mails to an address, oldest first
set -u
work=$(mktemp -d)
passed=0 failed=0
at_exit='rm -rf "$work"'
trap 'eval "$at_exit"' EXIT
[ -n "${RUN_ENV:-}" ] && . "$RUN_ENV"

ok() { name=$1; shift; if "$@"; then passed=$((passed + 1)); echo "ok - $name"; else failed=$((failed + 1)); echo "not ok - $name"; fi; }
is() { if [ "$2" = "$3" ]; then ok "$1" true; else ok "$1" false; printf '#   got:  %s\n#   want: %s\n' "$2" "$3"; fi; }
has() { case $2 in *"$3"*) ok "$1" true ;; *) ok "$1" false; printf '#   no "%s" in: %s\n' "$3" "$(printf %s "$2" | head -c 600)" ;; esac; }
hasnt() { case $2 in *"$3"*) ok "$1" false; printf '#   "%s" is in it\n' "$3" ;; *) ok "$1" true ;; esac; }
finish() { echo "$passed passed, $failed failed"; [ $failed = 0 ]; exit; }

req() {
	_m=$1 _u=$2; shift 2
	status=$(curl -sS -m 30 -o "$work/body" -D "$work/head" -w '%{http_code}' -X "$_m" "$@" "$_u" 2>"$work/err") || status=000
	body=$(tr -d '\0' <"$work/body" 2>/dev/null) head=$(tr -d '\r' <"$work/head" 2>/dev/null)
}
api() {
	_method=$1 _path=$2 _token=$3; shift 3
	if [ $# -gt 0 ]; then req "$_method" "$EVENT_URL$_path" -H "Authorization: Bearer $_token" -H 'Content-Type: application/json' --data-binary "$1"
	else req "$_method" "$EVENT_URL$_path" -H "Authorization: Bearer $_token"; fi
}
# json NAME: a member of the last body, as text; dotted names go inward.
json() { printf %s "$body" | /usr/bin/python3 -c 'import json,sys
v=json.load(sys.stdin)
for k in sys.argv[1].split("."): v=v[int(k)] if isinstance(v,list) else v[k]
print(json.dumps(v,ensure_ascii=False) if isinstance(v,(dict,list,bool)) or v is None else v)' "$1" 2>/dev/null; }
token() {
	req POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary "{\"email\":\"$1\",\"password\":\"$2\"}"
	json access_token
}
browser() { jar=$work/jar.$1; [ -f "$jar" ] || : >"$jar"; }
page() { _u=$1; shift; req GET "$_u" -b "$jar" -c "$jar" -L --max-redirs 10 -w '%{url_effective}\n%{http_code}' "$@"; url=$(printf %s "$status" | head -1); status=${status##*
}; }
field() { printf %s "$body" | tr '\n' ' ' | grep -oE '<input[^>]*name="'"$1"'"[^>]*>' | grep -oE 'value="[^"]*"' | head -1 | sed 's/^value="//; s/"$//; s/&amp;/\&/g; s/&#39;/'"'"'/g; s/&quot;/"/g'; }
post() {
	_u=$1; shift
	set -- "$@" "csrf=$(field csrf)"
	_args=''
	: >"$work/form"
	for _f; do printf -- '--data-urlencode\n%s\n' "$_f" >>"$work/form"; done
	status=$(tr '\n' '\0' <"$work/form" | xargs -0 curl -sS -m 30 -o "$work/body" -D "$work/head" -w '%{url_effective}\n%{http_code}' \
	    -b "$jar" -c "$jar" -L --max-redirs 10 "$_u" 2>"$work/err") || status="$_u
000"
	url=$(printf %s "$status" | head -1); status=${status##*
}
	body=$(tr -d '\0' <"$work/body") head=$(tr -d '\r' <"$work/head")
}
sign_in() {
	page "$EVENT_URL/sign-in"
	post "$AUTH_URL/sign-in" "email=$1" "password=$2" "next=$(field next)"
	give_code "$1" "${3:-}"
}
# A code may have been used by another test at the same time; then the next one is tried.
give_code() { # EMAIL [SECRET]
	_secret=${2:-}
	[ -n "$_secret" ] || [ "$1" != "$STAFF_EMAIL" ] || _secret=$STAFF_TOTP_SECRET
	for _try in 1 2 3; do
		case $url in *"/sign-in/code"*) ;; *) return 0 ;; esac
		post "$AUTH_URL/sign-in/code" "code=$(totp "$_secret")" "next=$(field next)"
	done
}
totp() { scripts/demo/code "$1" "$(dirname "$RUN_ENV")/tmp/totp"; }
sql() { sqlite3 -cmd '.timeout 5000' -cmd 'PRAGMA wal_autocheckpoint=0' "$1" "$2" | tail -n +2; }
count() { sql "$1" "SELECT COUNT(*) FROM $2"; }
mails() { /usr/bin/python3 - "$MAIL_DIR/new" "$1" <<'P'
import email, email.policy, os, sys
folder, to = sys.argv[1:]
for name in sorted(os.listdir(folder), key=lambda n: os.stat(os.path.join(folder, n)).st_mtime_ns):
    with open(os.path.join(folder, name), 'rb') as f:
        m = email.message_from_binary_file(f, policy=email.policy.default)
    if m['To'] == to:
        print('Subject:', m['Subject'])
        print(m.get_content())
P
}
