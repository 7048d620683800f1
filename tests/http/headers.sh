#!/bin/bash
# headers.sh - what nginx adds: the same headers on every answer, whoever gives it; static files that are
# cached for a year by their hash; the maintenance page; how much one address may ask for.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
. tests/http/lib.sh
own_system
. "$RUN_ENV"
dir=$(dirname "$RUN_ENV") port=${EVENT_URL##*:}

run=$dir/run
walk
req GET "$EVENT_URL/" -H 'X-Forwarded-Proto: https'; is 'HSTS, with TLS in front' "$(value Strict-Transport-Security)" 'max-age=31536000; includeSubDomains|'
req GET "http://other.localhost:$port/"; is 'a host that is unknown gets no answer' "$status" 000

# Static files: those that pages, style sheets and errors name have the hash of what is in them.
year='public, max-age=31536000, immutable|' moment='public, max-age=600|'
browser nobody
page "$EVENT_URL/"
named=$(printf %s "$body" | grep -oE '/static/[^" >]*')
req GET "$EVENT_URL/nothing" -H 'Accept: text/html'; named="$named $(printf %s "$body" | grep -oE '/static/[^" >]*')"
req TRACE "$AUTH_URL/"; named="$named $(printf %s "$body" | grep -oE '/static/[^" >]*')"
for f in $(printf '%s\n' $named | grep '\.css$' | sort -u); do
	req GET "$EVENT_URL$f"
	named="$named $(printf %s "$body" | grep -oE 'url\("[^"]*' | sed 's|^url("|/static/|')"
done
is 'style sheet, script and pictures are named' "$(printf '%s\n' $named | sed 's/\..*\././; s|.*/||' | sort -u | tr '\n' ' ')" 'chulcheck.css chulcheck.js flower.svg icon.svg seal.svg '
for f in $(printf '%s\n' $named | sort -u); do
	answer 200 "$f" GET "$EVENT_URL$f"
	is 'its name has the hash of what is in it' "$(echo "$f" | cut -d . -f 2)" "$(sha256sum "$work/body" | cut -c 1-12)"
	is 'it is cached for a year' "$(value Cache-Control)" "$year"
	plain=$(echo "$f" | sed 's/\.[^.]*\././')
	answer 304 'and is not sent again' GET "$EVENT_URL$f" -H "If-None-Match: $(value ETag | tr -d '|')"
	is 'for a year' "$(value Cache-Control)" "$year"
	answer 200 "$plain" GET "$EVENT_URL$plain"
	is 'is cached for ten minutes' "$(value Cache-Control)" "$moment"
	cp "$work/body" "$work/plain"
	answer 200 'the name it had before an upgrade' GET "$AUTH_URL$(echo "$f" | sed 's/\.[^.]*\./.0123456789ab./')"
	ok 'leads to the file of today' cmp -s "$work/body" "$work/plain"
	is 'for ten minutes' "$(value Cache-Control)" "$moment"
	has 'of the same kind' "$(value Content-Type)" "$(case $f in *.css) echo text/css ;; *.js) echo javascript ;; *) echo image/svg+xml ;; esac)"
done
answer 404 'no file, with a hash' GET "$EVENT_URL/static/nothing.0123456789ab.css"
is 'is not cached' "$(value Cache-Control)" 'no-store|'
answer 404 'nothing above the folder' GET "$EVENT_URL/static/..%2fchulcheck-attend" --path-as-is

# One address: requests of this machine are not counted. Others' are, here by smaller figures; the header that a
# proxy in front would add tells whose they are.
for _ in $(seq 60); do req POST "$AUTH_URL/sign-up" -d x=1; done
is 'this machine is never held up' "$status" 403
sed -i 's|rate=2r/s|rate=1r/m|; s/burst=200 /burst=3 /; s/burst=20000/burst=20/; s|rate=1000r/s|rate=1r/m|; s/connections 4000/connections 2/' "$dir/etc/nginx/chulcheck-rates.conf"
printf 'set_real_ip_from 127.0.0.1;\nset_real_ip_from ::1;\nreal_ip_header X-From;\n' >>"$dir/etc/nginx/chulcheck-rates.conf"
kill -HUP "$(cat "$dir/run/nginx.pid")"
times() { # N ADDRESS URL [ARGUMENTS OF curl]: the last of N answers is in $status
	_n=$1 _from=$2 _where=$3; shift 3
	for _ in $(seq "$_n"); do req GET "$_where" -H "X-From: $_from" "$@"; done
}
reloaded() { times 12 203.0.113.1 "$AUTH_URL/sign-up" -X POST -d x=1; [ "$status" = 429 ]; }
ok 'who has many passwords computed is held up' wait_for 10 reloaded
all_there 'too many requests'
has 'with a page' "$body" '요청이 너무 많습니다'
is 'when to come back' "$(value Retry-After)" '1|'
for path in v1/sign-in sign-in sign-in/code verify-email forgot-password reset-password; do
	times 1 203.0.113.1 "$AUTH_URL/$path" -X POST
	is "so at /$path" "$status" 429
done
times 1 203.0.113.1 "$AUTH_URL/v1/sign-in" -X POST
is 'the API: problem details' "$(value Content-Type)$(json type)$(value Retry-After)" 'application/problem+json|/problems/too-many-requests1|'
times 1 203.0.113.1 "$AUTH_URL/sign-in"; is 'not who looks' "$status" 200
times 9 203.0.113.2 "$AUTH_URL/token" -X POST -d grant_type=x; is 'nor who asks for tokens' "$status" 401
times 1 203.0.113.3 "$AUTH_URL/sign-up" -X POST -d x=1; is 'nor another address' "$status" 403
times 9 2001:db8:0:1::1 "$AUTH_URL/sign-up" -X POST -d x=1; is 'IPv6: as much' "$status" 429
times 1 2001:db8:0:1:ffff::2 "$AUTH_URL/sign-up" -X POST -d x=1; is 'its network is one address' "$status" 429
times 1 2001:db8:0:2::1 "$AUTH_URL/sign-up" -X POST -d x=1; is 'the next network is another' "$status" 403
times 60 203.0.113.4 "$EVENT_URL/"; is 'a flood is held up too' "$status" 429
times 1 203.0.113.4 "$EVENT_URL/callback?code=CANARY"; is 'at each address' "$status" 429
hasnt 'the log does not have the token' "$(cat "$dir/log/nginx-error.log")" CANARY
/usr/bin/python3 -c 'import socket, sys, time
held = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(2)]
for s in held: s.sendall(b"POST /check-in HTTP/1.1\r\nHost: event.localhost\r\nX-From: 203.0.113.5\r\nContent-Length: 9\r\n\r\n")
print(1, flush=True)
time.sleep(60)' "$port" >"$work/held" &
held=$!
at_exit="kill $held 2>/dev/null; $at_exit"
refused() { times 1 203.0.113.5 "$EVENT_URL/static/icon.svg"; [ "$status" = 429 ]; }
wait_for 10 test -s "$work/held"
ok 'who holds many connections gets no more' wait_for 5 refused
times 1 203.0.113.6 "$EVENT_URL/static/icon.svg"; is 'others do' "$status" 200
kill $held
times 60 127.0.0.9 "$EVENT_URL/"; is 'this machine is still not counted' "$status" 200

finish
