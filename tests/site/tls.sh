#!/bin/bash
# tls.sh - the site as chulcheck-setup writes it for a real server: all headers on every answer over TLS, by HTTP/2
# and HTTP/1.1; protocols and ciphers; names that are unknown; port 80.
cd "$(dirname "$0")/../.." || exit 1
. scripts/lib.sh
. tests/lib.sh
. tests/site/lib.sh
. tests/http/lib.sh

on chulcheck-setup >"$work/setup" 2>&1
is 'chulcheck-setup' $? 0
said=$(on nginx -t 2>&1)
has 'nginx takes it' "$said" 'test is successful'
hasnt 'without a warning' "$said" warn
has 'what nginx of Debian cannot do is told' "$(cat "$work/setup")" 'chulcheck-setup(8), CONNECTIONS'
on sh -c "$(sed -n 's/^	\(sed .*worker_connections.*\)/\1/p' docs/operate/configure.md)"
is 'what the manual says mends it' "$(on nginx -T 2>/dev/null | sed -n 's/^.*worker_connections //p') $(on sh -c 'rm -r /var/lib/chulcheck/auth; systemd-tmpfiles --create chulcheck.conf; chulcheck-setup' 2>&1 | grep -c CONNECTIONS)" '4096; 0'
host

run=$root/run/chulcheck port=443 hsts='max-age=31536000; includeSubDomains|'
tls() { # NAME: sends standard input to it over TLS, prints what comes back
	timeout 10 /usr/bin/python3 -c 'import socket, ssl, sys
c = ssl.create_default_context(cafile=sys.argv[2])
s = c.wrap_socket(socket.create_connection(("127.0.0.1", 443)), server_hostname=sys.argv[1])
s.sendall(sys.stdin.buffer.read())
try:
    while b := s.recv(65536): sys.stdout.buffer.write(b)
except OSError: pass' "$1" "$root/etc/chulcheck/tls/certificate.pem"
}
plain=$(declare -f speak)
speak() { tls event.localhost; }
req GET "$EVENT_URL/readyz"; has 'HTTP/2' "$head" 'HTTP/2 200'
http2=1
walk
http2=''
echo http1.1 >>"$work/.curlrc"
req GET "$EVENT_URL/readyz"; has 'HTTP/1.1' "$head" 'HTTP/1.1 200'
walk
sed -i /http1/d "$work/.curlrc"

# Ciphers and protocols: those of Mozilla's intermediate profile for this kind of key, and no others.
agreed() { # OPTIONS OF openssl: protocol and cipher
	openssl s_client -connect 127.0.0.1:443 -servername event.localhost "$@" </dev/null 2>/dev/null | sed -n 's/^ *\(New, \)\{0,1\}\(TLSv1[.0-9]*\), Cipher is \(.*\)/\2 \3/p'
}
taken() { # those that are taken, of all that openssl knows
	for _c in $(openssl ciphers -tls1_2 'ALL:COMPLEMENTOFALL:@SECLEVEL=0' | tr : ' '); do
		case $_c in TLS_*) ;; *) agreed -tls1_2 -cipher "$_c:@SECLEVEL=0" ;; esac
	done | sed 's/TLSv1.2 //' | sort | tr '\n' ' '
}
is 'TLS 1.2: ciphers' "$(taken)" 'ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305 '
is 'TLS 1.3' "$(agreed | cut -d ' ' -f 1)" TLSv1.3
is 'TLS 1.1' "$(agreed -tls1_1 -cipher ALL:@SECLEVEL=0)" ''
is 'TLS 1.0' "$(agreed -tls1 -cipher ALL:@SECLEVEL=0)" ''
is 'a session is not taken up by a ticket that outlives its key' "$(openssl s_client -connect 127.0.0.1:443 -servername event.localhost -tls1_2 </dev/null 2>/dev/null | grep -c 'TLS session ticket:')" 0

# Unknown names.
for name in '-servername other.localhost' -noservername; do
	has "no certificate is shown: $name" "$(openssl s_client -connect 127.0.0.1:443 $name </dev/null 2>&1)" 'no peer certificate available'
done
is 'a known name outside, another inside: no answer' "$(printf 'GET / HTTP/1.1\r\nHost: other.localhost\r\n\r\n' | tls event.localhost)" ''
is 'no name inside: no answer' "$(printf 'GET / HTTP/1.0\r\n\r\n' | tls event.localhost)" ''
has 'the other host inside: that one' "$(printf 'GET /readyz HTTP/1.1\r\nHost: auth.localhost\r\nConnection: close\r\n\r\n' | tls event.localhost)" 'HTTP/1.1 200'

# Without TLS.
hsts=''
eval "$plain"
raw 400 'plain HTTP to the port of TLS' 'GET / HTTP/1.1\r\nHost: event.localhost\r\n\r\n'
port=80
for host in event.localhost auth.localhost; do
	answer 301 "$host, port 80" GET "http://$host/sign-in?a=1"
	is 'leads to TLS' "$(value Location)" "https://$host/sign-in?a=1|"
	answer 404 'no such challenge' GET "http://$host/.well-known/acme-challenge/nothing"
	mkdir -p "$root/var/www/html/.well-known/acme-challenge"
	echo proof >"$root/var/www/html/.well-known/acme-challenge/there"
	answer 200 'a challenge' GET "http://$host/.well-known/acme-challenge/there"
	is 'is answered' "$body" proof
	answer 405 'another method' POST "http://$host/.well-known/acme-challenge/there" -d x
done
raw 400 'a bad request on port 80' 'GET / HTTP/1.1\r\nHost: event.localhost\r\nContent-Length: x\r\n\r\n'
rm "$root/etc/nginx/sites-enabled/default"
on sh -c "$(unit nginx.service ExecReload)"
unanswered() { [ -z "$(printf 'GET / HTTP/1.1\r\nHost: other.localhost\r\n\r\n' | speak)" ]; }
ok "without Debian's own site, an unknown name on port 80 gets no answer" wait_for 10 unanswered
is 'nor a request without one' "$(printf 'GET / HTTP/1.0\r\n\r\n' | speak)" ''

# A certificate with an RSA key, which is somebody else's.
mkdir "$root/srv/tls"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=event.localhost -addext subjectAltName=DNS:event.localhost,DNS:auth.localhost \
    -keyout "$root/srv/tls/key" -out "$root/srv/tls/certificate" 2>/dev/null
ok 'another certificate' on chulcheck-setup --certificate /srv/tls/certificate --key /srv/tls/key
on sh -c "$(unit nginx.service ExecReload)"
shown() { openssl s_client -connect 127.0.0.1:443 -servername event.localhost </dev/null 2>/dev/null | openssl x509 -noout -fingerprint; }
is_shown() { [ "$(shown)" = "$(openssl x509 -noout -fingerprint -in "$root/srv/tls/certificate")" ]; }
ok 'is shown' wait_for 10 is_shown
is 'its ciphers' "$(taken)" 'ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-RSA-CHACHA20-POLY1305 '
finish
