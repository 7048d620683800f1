# lib.sh - what the tests of nginx's headers share. Source it after tests/lib.sh.
#
#	value NAME	all values of a header of the last answer, each followed by |
#	answer STATUS NAME METHOD URL [ARGUMENTS OF curl]	the answer has this status, and all headers, each once
#	all_there NAME	the last answer has all headers; $hsts: what of Strict-Transport-Security
#	raw STATUS NAME TEXT	an answer to what no client would send; to $port, by "speak"
#	walk	the answers of both hosts, those of nginx itself above all; $run: the folder of the sockets;
#		$http2: not empty when that is spoken
hsts='' http2=''
value() { printf '%s\n' "$head" | sed -n "s/^$1: //Ip" | tr '\n' '|'; }
all_there() {
	is "$1: CSP" "$(value Content-Security-Policy | sed 's/form-action [^;]*/form-action WHERE/')" \
	    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action WHERE; frame-ancestors 'none'; base-uri 'none'|"
	is "$1: others" "$(value X-Content-Type-Options)$(value Referrer-Policy)$(value Cross-Origin-Opener-Policy)$(value Cross-Origin-Resource-Policy)$(value Permissions-Policy)" \
	    'nosniff|same-origin|same-origin|same-origin|camera=(), geolocation=(), microphone=(), payment=()|'
	is "$1: HSTS, and no version of nginx" "$(value Strict-Transport-Security)$(value Server)" "${hsts}nginx|"
	is "$1: length" "$([ "$status" = 304 ] || value Content-Length | tr -cd '|')" "$([ "$status" = 304 ] || echo '|')"
}
answer() {
	_want=$1 _name=$2; shift 2
	req "$@"
	is "$_name" "$status" "$_want"
	all_there "$_name"
}
speak() { # sends standard input to $port, prints what comes back
	timeout 10 /usr/bin/python3 -c 'import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(sys.stdin.buffer.read())
while b := s.recv(65536): sys.stdout.buffer.write(b)' "$port"
}
raw() {
	head=$(printf "$3" | speak | tr -d '\r' | sed '/^$/q')
	status=$(printf '%s\n' "$head" | sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p')
	is "$2" "$status" "$1"
	all_there "$2"
}
walk() {
	# HTTP/2 packs a digit into 5 bits; nginx ends a connection whose single field is too long all the same.
	_long=$(printf %060000d 0) _fits=$(printf %030000d 0)
	too_long() { if [ -n "$http2" ]; then req "$@"; is "$_what: no answer" "$status" 000; else answer 400 "$_what" "$@"; fi; }
	for host in "$EVENT_URL" "$AUTH_URL"; do
		answer 404 "$host/nothing" GET "$host/nothing"
		answer 200 "$host/static/chulcheck.css" GET "$host/static/chulcheck.css"
		answer 304 'the same, not modified' GET "$host/static/chulcheck.css" -H "If-None-Match: $(value ETag | tr -d '|')"
		answer 404 'no such file' GET "$host/static/nothing.css"
		answer 404 'the folder of the files' GET "$host/static/"
		answer 301 favicon.ico GET "$host/favicon.ico"
		answer 405 'a method that nginx refuses' TRACE "$host/"
		answer 405 'one that the worker refuses' PUT "$host/"
		answer 405 'one that nobody knows' BREW "$host/"
		head -c 65536 /dev/zero >"$work/most"
		answer "$([ "$host" = "$AUTH_URL" ] && echo 400 || echo 404)" 'a body of 64 KiB is read' POST "$host/v1/sign-in" \
		    -H 'Content-Type: application/json' --data-binary "@$work/most"
		printf 0 >>"$work/most"
		answer 413 'one byte more is not' POST "$host/v1/sign-in" -H 'Content-Type: application/json' --data-binary "@$work/most"
		_what='an address that is too long' too_long GET "$host/$_long"
		_what='a header that is too long' too_long GET "$host/" -H "X-Long: $_long"
		[ -n "$http2" ] || # curl itself would not
			answer 400 'headers that are too long together' GET "$host/" -H "A: $_fits" -H "B: $_fits" -H "C: $_fits" -H "D: $_fits" -H "E: $_fits"
		answer 200 readyz GET "$host/readyz"
		answer 404 'the API: no such address' GET "$host/v1/nothing"
		is 'as problem details' "$(value Content-Type)" 'application/problem+json|'
	done
	answer 401 'the API: no token' GET "$EVENT_URL/v1/rewards/status"
	answer 303 'a page that leads elsewhere' GET "$EVENT_URL/sign-in"
	raw 400 'no request at all' 'nonsense\r\n\r\n'
	raw 400 'two lengths' "POST / HTTP/1.1\r\nHost: event.localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"

	# Maintenance, by a file.
	touch "$run/maintenance"
	answer 503 'maintenance' GET "$EVENT_URL/"
	has 'a page says so' "$body" '잠시 점검 중입니다'
	has 'in both languages' "$body" 'We are working on it'
	is 'when to come back' "$(value Retry-After)" '60|'
	answer 503 'maintenance for the API' POST "$AUTH_URL/v1/sign-in" -H 'Content-Type: application/json' --data-binary '{}'
	is 'as problem details' "$(value Content-Type)$(json type)" 'application/problem+json|/problems/busy'
	answer 200 'its style sheet is there' GET "$EVENT_URL/static/chulcheck.css"
	answer 200 'readyz goes on' GET "$EVENT_URL/readyz"
	rm "$run/maintenance"
	answer 404 'and all is back' GET "$EVENT_URL/nothing"

	# Nobody there.
	mv "$run/attend.sock" "$run/away"
	answer 503 'no workers' GET "$EVENT_URL/"
	is 'when to come back' "$(value Retry-After)" '1|'
	answer 503 'no workers for the API' GET "$EVENT_URL/v1/rewards/status"
	is 'as problem details' "$(value Content-Type)$(json type)" 'application/problem+json|/problems/busy'
	mv "$run/away" "$run/attend.sock"
}
