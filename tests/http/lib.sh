# lib.sh - what the tests of nginx's headers share. Source it after tests/lib.sh.
#
#	value NAME	all values of a header of the last answer, each followed by |
#	answer STATUS NAME METHOD URL [ARGUMENTS OF curl]	the answer has this status, and all headers, each once
#	all_there NAME	the last answer has all headers; $hsts: what of Strict-Transport-Security
#	raw STATUS NAME TEXT	an answer to what no client would send; through $port, or by "speak"
hsts=''
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
