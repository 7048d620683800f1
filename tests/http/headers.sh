#!/bin/bash
# headers.sh - what nginx adds: the same headers on every answer, whoever gives it; static files that are
# cached for a year by their hash; the maintenance page; how much one address may ask for.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system
. "$RUN_ENV"
dir=$(dirname "$RUN_ENV") port=${EVENT_URL##*:}

value() { printf '%s\n' "$head" | sed -n "s/^$1: //Ip" | tr '\n' '|'; }
all_there() { # NAME
	is "$1: CSP" "$(value Content-Security-Policy | cut -d ';' -f 1-4)" "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
	is "$1: others" "$(value X-Content-Type-Options)$(value Referrer-Policy)$(value Cross-Origin-Opener-Policy)$(value Cross-Origin-Resource-Policy)" 'nosniff|same-origin|same-origin|same-origin|'
	is "$1: one each, and no version of nginx" "$(value Server)$(value Permissions-Policy | tr -cd '|')" 'nginx||'
	is "$1: length" "$([ "$status" = 304 ] || value Content-Length | tr -cd '|')" "$([ "$status" = 304 ] || echo '|')"
}
# STATUS NAME REQUEST...: the answer has this status, and all headers
answer() {
	_want=$1 _name=$2; shift 2
	req "$@"
	is "$_name" "$status" "$_want"
	all_there "$_name"
}
raw() { # STATUS NAME TEXT: the same for what no client would send
	_sent=$3
	head=$(printf "$_sent" | timeout 10 /usr/bin/python3 -c 'import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(sys.stdin.buffer.read())
b = b""
while b"\r\n\r\n" not in b:
    d = s.recv(65536)
    if not d: break
    b += d
sys.stdout.write(b.split(b"\r\n\r\n")[0].decode("latin-1").replace("\r", ""))' "$port")
	status=$(printf '%s\n' "$head" | sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p')
	is "$2" "$status" "$1"
	all_there "$2"
}
long=$(printf %040000d 0)
for host in "$EVENT_URL" "$AUTH_URL"; do
	answer 404 "$host/nothing" GET "$host/nothing"
	answer 200 "$host/static/chulcheck.css" GET "$host/static/chulcheck.css"
	answer 304 'the same, not modified' GET "$host/static/chulcheck.css" -H "If-None-Match: $(value ETag | tr -d '|')"
	answer 404 'no such file' GET "$host/static/nothing.css"
	answer 404 'the folder of the files' GET "$host/static/"
	answer 301 favicon.ico GET "$host/favicon.ico"
	answer 405 'a method that nginx refuses' TRACE "$host/"
	answer 413 'a body that is too large' POST "$host/v1/sign-in" -H 'Content-Type: application/json' --data-binary "$(printf %070000d 0)"
	answer 400 'an address that is too long' GET "$host/$long"
	answer 400 'a header that is too long' GET "$host/" -H "X-Long: $long"
	answer 200 readyz GET "$host/readyz"
	answer 404 'the API: no such address' GET "$host/v1/nothing"
	is 'as problem details' "$(value Content-Type)" 'application/problem+json|'
done
answer 401 'the API: no token' GET "$EVENT_URL/v1/rewards/status"
answer 303 'a page that leads elsewhere' GET "$EVENT_URL/sign-in"
raw 400 'no request at all' 'nonsense\r\n\r\n'
raw 400 'two lengths' "POST / HTTP/1.1\r\nHost: event.localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
req GET "http://other.localhost:$port/"; is 'a host that is unknown gets no answer' "$status" 000

# Static files.
browser nobody
page "$EVENT_URL/"
for f in $(printf %s "$body" | grep -oE '/static/[a-z.]+\?v=[0-9a-f]{12}' | sort -u); do
	is "$f: the hash of the file" "${f#*v=}" "$(sha256sum "nginx${f%%\?*}" | cut -c 1-12)"
	req GET "$EVENT_URL$f"
	is 'is cached for a year' "$(value Cache-Control)" 'max-age=31536000|'
done
is 'all that the page names have one' "$(printf %s "$body" | grep -oE '/static/[a-z.]+[^?a-z.]')" ''
req GET "$EVENT_URL/static/chulcheck.css"; is 'without it, for ten minutes' "$(value Cache-Control)" 'max-age=600|'
for f in $(grep -oE '[a-z]+\.svg\?v=[0-9a-f]{12}' nginx/static/chulcheck.css | sort -u); do
	req GET "$EVENT_URL/static/$f"
	is "$f" "$status $(value Cache-Control)" '200 max-age=31536000|'
done

# Maintenance, by a file.
touch "$dir/run/maintenance"
answer 503 'maintenance' GET "$EVENT_URL/"
has 'a page says so' "$body" '잠시 점검 중입니다'
is 'when to come back' "$(value Retry-After)" '60|'
answer 503 'maintenance for the API' POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary '{}'
is 'as problem details' "$(value Content-Type)$(json type)" 'application/problem+json|/problems/busy'
answer 200 'its style sheet is there' GET "$EVENT_URL/static/chulcheck.css"
answer 200 'readyz goes on' GET "$EVENT_URL/readyz"
rm "$dir/run/maintenance"
req GET "$EVENT_URL/"; is 'and all is back' "$status" 200

# Nobody there.
mv "$dir/run/attend.sock" "$dir/run/away"
answer 503 'no workers' GET "$EVENT_URL/"
is 'when to come back' "$(value Retry-After)" '1|'
answer 503 'no workers for the API' GET "$EVENT_URL/v1/rewards/status"
mv "$dir/run/away" "$dir/run/attend.sock"

# One address: requests of this machine are not counted; here they are, by their own limits.
sed -i '/\^(127/d; s/rate=10r/rate=1r/; s/burst=200/burst=5/; s/burst=4000/burst=30/; s/rate=1000r/rate=1r/' "$dir/etc/nginx/chulcheck.conf" "$dir/etc/nginx/chulcheck-rates.conf"
nginx=$(cat "$dir/run/nginx.pid" 2>/dev/null || cat "$dir"/run/*.pid | head -n 1)
kill -HUP "$nginx"
limited() { for _ in 1 2 3 4 5 6 7 8; do req POST "$AUTH_URL/token" -d grant_type=x; done; [ "$status" = 429 ]; }
ok 'who guesses is held up' wait_for 10 limited
all_there 'too many requests'
is 'as problem details' "$(value Content-Type)$(json type)$(value Retry-After)" 'application/problem+json|/problems/too-many-requests1|'
req GET "$AUTH_URL/sign-in"; is 'not who looks' "$status" 200
for _ in $(seq 60); do req GET "$EVENT_URL/"; done
is 'a flood is held up too' "$status" 429
has 'with a page' "$body" '요청이 너무 많습니다'

finish
