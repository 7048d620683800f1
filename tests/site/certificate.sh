#!/bin/bash
# certificate.sh - docs/operate/certificate.md, as it stands there: Debian's certbot gets a certificate from an ACME
# server (Debian's pebble) by the site's port 80, and renews it; nginx shows the new one.
cd "$(dirname "$0")/../.." || exit 1
. scripts/lib.sh
. tests/lib.sh
. tests/site/lib.sh

quiet() { "$@" >/dev/null 2>&1; }
# A line of the page, with the names of this test.
told() { # PART: the command that has it
	grep -F "$1" docs/operate/certificate.md | sed -n 's/^	//p' | head -n 1 | sed 's/EVENT/event.shop.test/g; s/AUTH/auth.shop.test/g'
}
shown() { # WHAT openssl x509 SHALL TELL, of the certificate that nginx shows
	on sh -c "$(told s_client | sed "s/-enddate/$1/")"
}
echo '127.0.0.1 localhost event.shop.test auth.shop.test' >"$root/etc/hosts"
# There is no systemd here: what its reload does is a line of nginx's unit.
printf '#!/bin/sh\n[ "$*" = "reload nginx" ] && exec %s\necho "systemctl $*?" >&2; exit 1\n' "$(unit nginx.service ExecReload)" >"$work/systemctl"
install -m 755 "$work/systemctl" "$root/usr/bin/systemctl"
ok 'a server with two names' quiet on chulcheck-setup --event event.shop.test --auth auth.shop.test
on sh -c "$(unit nginx.service ExecStart)"
is 'it shows a certificate of its own' "$(shown -issuer)" 'issuer=CN = event.shop.test'

# The authority: it asks each time, on port 80, and its certificates are good for 20 days.
acme=$root/srv/acme
rm -rf "$root/etc/letsencrypt" "$acme"
mkdir -p "$acme" "$root/etc/letsencrypt"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$acme/key.pem" -out "$acme/certificate.pem" 2>/dev/null
cat >"$acme/pebble.json" <<'C'
{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000", "certificate": "/srv/acme/certificate.pem",
 "privateKey": "/srv/acme/key.pem", "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": false,
 "certificateValidityPeriod": 1728000}}
C
on env PEBBLE_VA_NOSLEEP=1 PEBBLE_AUTHZREUSE=0 pebble -config /srv/acme/pebble.json >"$work/pebble.log" 2>&1 &
listens() { curl -fs --cacert "$acme/certificate.pem" https://localhost:15000/roots/0 -o "$acme/root.pem"; }
ok 'an ACME server' wait_for 20 listens
# What certbot would ask for, and where it goes.
printf 'server = https://localhost:14000/dir\nagree-tos = true\nregister-unsafely-without-email = true\nnon-interactive = true\n' >"$root/etc/letsencrypt/cli.ini"
trusting() { on env REQUESTS_CA_BUNDLE=/srv/acme/certificate.pem sh -c "$1" >"$work/said" 2>&1 || { sed 's/^/# /' "$work/said"; false; }; }
# Each is asked for from several places.
challenges() { grep -o '"GET /.well-known/acme-challenge/[^"]*" 200 ' "$root/var/log/nginx/chulcheck.log" | sort -u | wc -l; }

ok 'certbot gets a certificate' trusting "$(told 'certbot certonly')"
is 'by a challenge for each name' "$(challenges)" 2
ok 'chulcheck-setup takes it' trusting "$(told letsencrypt/live)"
on systemctl reload nginx
trusted() { # HOST: is the certificate one for it, from the authority?
	curl -fs --cacert "$acme/root.pem" --resolve "$1:443:127.0.0.1" -o /dev/null "https://$1/static/icon.svg"
}
ok 'nginx shows it' wait_for 10 trusted event.shop.test
ok 'for both hosts' trusted auth.shop.test

first=$(shown -serial)
ok 'the timer renews it' trusting "$(sed -n 's/^ExecStart=//p' "$root/lib/systemd/system/certbot.service")"
more() { [ "$(challenges)" -gt 2 ]; } # pebble may take one name's proof for good still
ok 'by challenges again' wait_for 5 more
renewed() { [ -n "$first" ] && [ "$(shown -serial)" != "$first" ] && trusted event.shop.test && trusted auth.shop.test; }
ok 'and nginx shows the new one' wait_for 10 renewed

ok 'an upgrade' on chulcheck-setup
is 'leaves the links' "$(on readlink /etc/chulcheck/tls/certificate.pem /etc/chulcheck/tls/key.pem | tr '\n' ' ')" \
    '/etc/letsencrypt/live/event.shop.test/fullchain.pem /etc/letsencrypt/live/event.shop.test/privkey.pem '
ok 'it is good for 14 days' quiet on sh -c "$(told checkend)"
is 'not for 21' "$(on sh -c "$(told checkend | sed s/1209600/1814400/)" >/dev/null; echo $?)" 1
finish
