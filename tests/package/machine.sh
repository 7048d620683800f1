#!/bin/bash
# machine.sh - the Debian packages on a fresh Debian 12 that systemd boots (systemd-nspawn, a network
# of its own): install, the whole way of customers and staff over TLS with mails, reload and upgrade
# under load, other host names, reboot, purge.
cd "$(dirname "$0")/../.." || exit 1
. scripts/lib.sh
. tests/lib.sh
. tests/package/lib.sh

# What both hosts say, once they have started.
ready() { [ "$(get "https://event.$1/readyz") $(get "https://auth.$1/readyz")" = '200 200' ]; }
programs() { inside sh -c 'readlink /proc/[0-9]*/exe' | grep "^/usr/bin/chulcheck-$1"; } # HOST

scripts/deb --out "$work/debs-one" >"$work/deb.log" 2>&1
ok 'make deb: three packages, and lintian has nothing to say' [ $? = 0 ]
is 'their names' "$(cd "$work/debs-one" && ls | sed 's/_.*//' | tr '\n' ' ')" 'chulcheck-attend chulcheck-auth chulcheck-common '
scripts/deb --version "$(cat VERSION)+next" --out "$work/debs-two" >"$work/deb2.log" 2>&1
ok 'the next version builds' [ $? = 0 ]

machine one
debian
mkdir -p "$root/opt/one" "$root/opt/two"
cp "$work"/debs-one/*.deb "$root/opt/one"; cp "$work"/debs-two/*.deb "$root/opt/two"
fetch '/opt/one/*.deb' libsqliteodbc
boot

inside sh -c 'apt-get install -y --no-install-recommends /opt/one/*.deb' >"$work/install" 2>&1 </dev/null ||
    no_machine "$(tail -n 5 "$work/install" "$work/fetch")" 'apt install ./*.deb'
for unit in nginx chulcheck-auth chulcheck-attend; do ok "$unit runs" active $unit; done
for timer in deliver deliver-auth reminder standing stock-alert; do ok "the timer $timer waits" active chulcheck-$timer.timer; done
is 'nothing has failed' "$(inside systemctl --failed --no-legend)" ''
code=$(tr -d '\r' <"$work/install" | sed -n 's/.* once: \([0-9A-Z-]*\)$/\1/p')
is 'a code for the owner is printed, once' "$(printf %s "$code" | tr 0-9A-Z x)" xxxx-xxxx-xxxx-xxxx
is 'the event host is ready' "$(get https://event.localhost/readyz)" 200
has 'and says so' "$(cat "$work/body")" '"ready":true'
is 'the auth host is ready' "$(get https://auth.localhost/readyz)" 200
is 'both on the local socket, without TLS' "$(get http://event.localhost/readyz --unix-socket /run/chulcheck/http.sock) $(get http://auth.localhost/readyz --unix-socket /run/chulcheck/http.sock)" '200 200'
is 'HTTP/2' "$(get https://event.localhost/readyz -w '\n%{http_version}')" 2
is 'TLS 1.1 is refused' "$(get https://event.localhost/ --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0)" 000
offered() { # PORTS AND OPTIONS OF openssl: which protocol and cipher are agreed on
	near openssl s_client -connect 127.0.0.1:443 -servername event.localhost "$@" </dev/null 2>/dev/null | sed -n 's/^ *\(New, \)\{0,1\}\(TLSv1[.0-9]*\), Cipher is \(.*\)/\2 \3/p'
}
is 'TLS 1.3' "$(offered | cut -d ' ' -f 1)" TLSv1.3
is 'TLS 1.2, with ciphers of today' "$(offered -tls1_2 | sed s/AES256-GCM-SHA384/AES128-GCM-SHA256/)" 'TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256'
is 'none of yesterday' "$(offered -tls1_2 -cipher 'AES128-SHA:ECDHE-ECDSA-AES128-SHA:DHE:@SECLEVEL=0')" ''
has 'a name that is unknown is not even shown a certificate' "$(near openssl s_client -connect 127.0.0.1:443 -servername other.localhost </dev/null 2>&1)" 'no peer certificate available'
for url in https://event.localhost/ https://auth.localhost/sign-in https://event.localhost/nothing https://auth.localhost/v1/nothing \
    http://event.localhost/ http://auth.localhost/.well-known/acme-challenge/nothing https://event.localhost/static/chulcheck.css; do
	get "$url" -D /tmp/head >/dev/null
	is "headers: $url" "$(inside cat /tmp/head | grep -icE '^(content-security-policy|x-content-type-options|referrer-policy|permissions-policy|cross-origin-(opener|resource)-policy):')" 6
	case $url in https:*) has "HSTS: $url" "$(inside cat /tmp/head)" 'max-age=31536000; includeSubDomains' ;; esac
done
# From another address than the machine's own.
inside ip addr add 192.0.2.7/32 dev lo
flood() { # ARGUMENTS OF curl: the statuses of 400 requests
	inside curl -s -k --interface 192.0.2.7 -o /dev/null -w '%{http_code}\n' "$@"
}
limited=$(flood --resolve auth.localhost:443:192.0.2.7 -d x=1 'https://auth.localhost/sign-up?[1-400]' | grep -cx 429)
ok "who signs up 400 times is held up: $limited" [ "$limited" -ge 100 ]
is 'who looks is not' "$(flood --resolve auth.localhost:443:192.0.2.7 'https://auth.localhost/sign-in?[1-400]' | grep -cx 429)" 0
inside touch /run/chulcheck/maintenance
is 'maintenance' "$(get https://event.localhost/) $(get https://event.localhost/readyz)" '503 200'
inside rm /run/chulcheck/maintenance
is 'port 80 leads to TLS' "$(get 'http://auth.localhost/sign-in?a=1' -w '\n%{redirect_url}')" 'https://auth.localhost/sign-in?a=1'
is 'a name that is unknown gets no answer' "$(get https://other.localhost/ -k)" 000
get 'https://auth.localhost/sign-in?secret=1' >/dev/null
hasnt 'the log has no query' "$(inside cat /var/log/nginx/chulcheck.log)" secret=1
is 'sign-in leads to the auth host' "$(get "https://event.localhost/sign-in" -w '\n%{http_code} %{redirect_url}' | cut -d '?' -f 1)" '303 https://auth.localhost/authorize'
is 'secrets are for root alone' "$(inside find /etc/chulcheck/secrets -type f ! -perm 600)" ''
is 'all of them' "$(inside ls /etc/chulcheck/secrets | tr '\n' ' ')" 'client_secret cookie_key_auth cookie_key_event notify_client_secret refresh_key totp_key unsubscribe_key '
inside sh -c 'printf "user = chulcheck-notify:%s\n" "$(cat /etc/chulcheck/secrets/notify_client_secret)" >/root/curlrc'
is 'the jobs are a client of the auth host' "$(get http://auth.localhost/token --unix-socket /run/chulcheck/http.sock -K /root/curlrc -d grant_type=client_credentials -d scope=verifications)" 200
for job in deliver deliver-auth stock-alert standing reminder; do ok "the job $job runs" inside systemctl start chulcheck-$job.service; done

# The whole way, over TLS.
EVENT_URL=https://event.localhost AUTH_URL=https://auth.localhost lib=$root/var/lib/chulcheck
auth_root=$root attend_root=$root network=/proc/$(_leader)/ns/net networks=/proc/$(_leader)/ns/net
on_auth() { inside "$@"; }
on_attend() { inside "$@"; }
browse="--cacert $root/etc/chulcheck/tls/certificate.pem"
all_ready() { ready localhost; }
. tests/package/demo.sh

before=$(inside sh -c 'cat /etc/chulcheck/*.conf /etc/chulcheck/secrets/* /etc/chulcheck/tls/* /var/lib/chulcheck/public/jwks.json | sha256sum')
ok 'set up once more: nothing to say' [ -z "$(inside chulcheck-setup 2>&1)" ]
is 'and nothing changes' "$(inside sh -c 'cat /etc/chulcheck/*.conf /etc/chulcheck/secrets/* /etc/chulcheck/tls/* /var/lib/chulcheck/public/jwks.json | sha256sum')" "$before"

load
for _ in $(seq 20); do inside systemctl reload chulcheck-auth chulcheck-attend; sleep 0.3; done
unload
ok "20 reloads under load: $n answers" [ "$n" -gt 1000 ]
is 'all of them 200' "$bad" ''

load
inside sh -c 'apt-get install -y --no-install-recommends /opt/two/*.deb' >"$work/upgrade" 2>&1 </dev/null
is 'the upgrade' $? 0
sleep 3
unload
ok "an upgrade under load: $n answers" [ "$n" -gt 100 ]
is 'all of them 200' "$bad" ''
is 'the new version is there' "$(inside chulcheckctl --version)" "$(cat VERSION)+next"
is 'settings, secrets and keys are kept' "$(inside sh -c 'cat /etc/chulcheck/*.conf /etc/chulcheck/secrets/* /etc/chulcheck/tls/* /var/lib/chulcheck/public/jwks.json | sha256sum')" "$before"
hasnt 'no second code' "$(cat "$work/upgrade")" 'once:'
for host in auth attend; do ok "workers of $host are of the new program" [ "$(programs $host | grep -vc deleted)" -ge 1 ]; done

inside sh -c 'echo "127.0.0.1 event.shop.test auth.shop.test" >>/etc/hosts; echo "# mine" >>/etc/chulcheck/attend.conf'
ok 'other host names' inside chulcheck-setup --event event.shop.test --auth auth.shop.test
is 'the settings name them' "$(inside sh -c 'cat /etc/chulcheck/*.conf' | grep -c '^[a-z]*_url = https://[a-z]*.shop.test$')" 8
ok 'and are kept otherwise' inside grep -q '^# mine' /etc/chulcheck/attend.conf
ok 'they answer with a certificate of their names' wait_for 10 ready shop.test
has 'the client has the new address' "$(inside chulcheckctl client list --database /var/lib/chulcheck/auth/auth.db)" 'https://event.shop.test/callback'

inside setpriv --reuid chulcheck-auth --regid chulcheck-auth --clear-groups --inh-caps=-all sh -c 'cd / && chulcheckctl client remove --database /var/lib/chulcheck/auth/auth.db --id chulcheck-attend' >/dev/null
inside chulcheck-setup >/dev/null 2>&1
has 'a set-up that was stopped between a client and its secret is mended by the next' "$(inside chulcheckctl client list --database /var/lib/chulcheck/auth/auth.db)" 'https://event.shop.test/callback'
ok 'and it serves' wait_for 10 ready shop.test
inside openssl genrsa -out /root/other.key 2048 2>/dev/null
link=$(inside readlink -f /etc/chulcheck/tls/certificate.pem)
inside chulcheck-setup --certificate "$link" --key /root/other.key >/dev/null 2>&1
is 'a key of another certificate is refused' "$? $(inside readlink -f /etc/chulcheck/tls/certificate.pem)" "1 $link"

for _ in 1 2 3; do
	inside systemctl reset-failed chulcheck-attend
	inside systemctl stop chulcheck-attend
	inside systemctl start --no-block chulcheck-attend
	inside sh -c 'until systemctl show -P MainPID chulcheck-attend | grep -qvx 0; do :; done; systemctl reload chulcheck-attend'
done
is 'a reload in the middle of a start does no harm' "$(inside systemctl is-active chulcheck-attend) $(inside systemctl show -P NRestarts chulcheck-attend)" 'active 0'
main_pid() { inside systemctl show -P MainPID chulcheck-attend; }
frozen=$(main_pid)
other_main() { [ "$(main_pid)" != "$frozen" ] && ready shop.test; }
[ "$frozen" -gt 1 ] && inside kill -STOP "$frozen"
ok 'a service that hangs is started again' wait_for 90 other_main

inside sh -c 'echo "no_such_setting = 1" >>/etc/chulcheck/attend.conf; systemctl reload chulcheck-attend'
ok 'a reload with a wrong setting changes nothing' ready shop.test
has 'and says what is wrong' "$(inside journalctl -u chulcheck-attend -n 5 -o cat)" no_such_setting
inside sed -i '/^no_such_setting/d' /etc/chulcheck/attend.conf

# All that people have done so far, as the databases tell it.
done_so_far() { for t in attendance '"grant"' stock_movement mail_consent outbox; do count "$ATTEND_DB" "$t"; done; count "$AUTH_DB" account; }

# Backed up, and restored after a mishap.
ok 'the backup runs' inside systemctl start chulcheck-backup.service
today=/var/backups/chulcheck/$(inside date +%Y-%m-%d)
is 'what it has' "$(inside ls "$today" | tr '\n' ' ')" 'attend.db auth.db files.tar '
is 'for root alone' "$(inside stat -c '%a %U' /var/backups/chulcheck "$today" "$today/auth.db" | tr '\n' ' ')" '700 root 700 root 600 root '
has 'secrets and keys too' "$(inside tar -tf "$today/files.tar")" etc/chulcheck/secrets/totp_key
people=$(done_so_far)
inside sh -c 'systemctl stop "chulcheck-*.timer"; for s in attend deliver reminder standing stock-alert backup; do systemctl stop chulcheck-$s; done'
ok 'a backup while all is stopped' inside systemctl start chulcheck-backup.service
is 'leaves nothing of root beside the databases' "$(inside find /var/lib/chulcheck/auth /var/lib/chulcheck/attend -user root -name '*.db*')" ''
sqlite3 "$ATTEND_DB" 'DELETE FROM mail_consent; DELETE FROM outbox' 2>/dev/null
printf 'nonsense' | dd of="$ATTEND_DB" bs=1 seek=30000 conv=notrunc status=none
ok 'restore' inside chulcheckctl restore --domain attend --from "$today/attend.db" /var/lib/chulcheck/attend/attend.db
ok 'it starts' inside systemctl start chulcheck-attend
ok 'and answers' wait_for 10 ready shop.test
is 'all is back' "$(done_so_far)" "$people"
is 'and is of its own user' "$(inside stat -c '%U %a' /var/lib/chulcheck/attend/attend.db)" 'chulcheck-attend 600'

# Those with a label stay when the day's backup is made anew, and go with the days.
inside sh -c "cd /var/backups/chulcheck && mkdir 2026-01-02T101112-before-2 && chulcheck-backup && ls" >"$work/said"
has 'backups: with few days, what has a label stays' "$(cat "$work/said")" 2026-01-02T101112-before-2
inside sh -c "cd /var/backups/chulcheck && mkdir 2026-01-01 2026-01-01T101112-before-old mine && chulcheck-backup --label before-more && chulcheck-backup --keep 1" >/dev/null
is 'backups: a day, what has a label, what is not ours' "$(inside ls /var/backups/chulcheck | sed 's/T[0-9]*-/T-/' | tr '\n' ' ')" "$(basename "$today") $(basename "$today")T-before-more mine "
inside rmdir /var/backups/chulcheck/mine
inside chulcheck-backup --label 'a/b' >/dev/null 2>&1
is 'no label that leads elsewhere' $? 1

# Secrets that only this machine can read.
encrypt() { # NAME IN THE UNIT, FILE
	inside sh -c "cd /etc/chulcheck/secrets && systemd-creds encrypt --with-key=host --name=$1 $2 $2.cred && mv $2 /root/" >/dev/null 2>&1
	echo "LoadCredentialEncrypted=$1:/etc/chulcheck/secrets/$2.cred"
}
inside mkdir -p /etc/systemd/system/chulcheck-attend.service.d
{ echo '[Service]'; encrypt cookie_key cookie_key_event; encrypt client_secret client_secret; } >"$root/etc/systemd/system/chulcheck-attend.service.d/encrypted.conf"
inside systemctl daemon-reload
ok 'the service starts with encrypted secrets' inside systemctl restart chulcheck-attend
ok 'and answers' wait_for 10 ready shop.test
is 'which nobody can read from the disk' "$(inside sh -c 'cd /root && for f in cookie_key_event client_secret; do grep -cF "$(cat $f)" /etc/chulcheck/secrets/$f.cred; done' | tr '\n' ' ')" '0 0 '
ok 'set up once more' [ -z "$(inside chulcheck-setup 2>&1)" ]
is 'no other secret is made beside them' "$(inside sh -c 'ls /etc/chulcheck/secrets/cookie_key_event /etc/chulcheck/secrets/client_secret 2>/dev/null')" ''
client_of() { inside sh -c 'printf "user = chulcheck-attend:%s\n" "$(cat /root/client_secret)" >/root/curlrc'; get http://auth.shop.test/token --unix-socket /run/chulcheck/http.sock -K /root/curlrc -d grant_type=refresh_token -d refresh_token=none; }
is 'and the client keeps its own' "$(client_of) $(grep -o invalid_grant "$work/body")" '400 invalid_grant'
inside sh -c 'cd /etc/chulcheck/secrets && mv /root/cookie_key_event /root/client_secret . && rm /etc/systemd/system/chulcheck-attend.service.d/encrypted.conf *.cred; systemctl daemon-reload; systemctl restart chulcheck-attend'

halt
boot
ok 'after a reboot all is there' active nginx chulcheck-auth chulcheck-attend chulcheck-reminder.timer
ok 'and answers' wait_for 10 ready shop.test
is 'nginx may open files for its connections' "$(inside sh -c 'prlimit --raw --noheadings -n -o SOFT -p $(systemctl show -P MainPID nginx)')" 16384
is 'nothing that people did is lost' "$(done_so_far)" "$people"
ok 'verify finds no fault' "$BIN/chulcheckctl" verify --domain attend "$ATTEND_DB"
inside sh -c 'systemctl kill -s KILL nginx; sleep 1; systemctl start nginx'
is 'nginx comes back after it was killed' "$(get https://event.shop.test/readyz)" 200

quiet() { "$@" >"$work/quiet" 2>&1; }
ok 'a last backup' quiet inside chulcheck-backup
ok 'which is taken to another machine' inside cp -a "/var/backups/chulcheck/$(inside date +%Y-%m-%d)" /root/backup
ok 'remove' quiet inside apt-get remove -y chulcheck-attend chulcheck-auth chulcheck-common
ok 'nginx does without the site' inside sh -c 'nginx -q -t && systemctl restart nginx'
ok 'data are kept' inside test -s /var/lib/chulcheck/auth/auth.db
ok 'install again' quiet inside sh -c 'apt-get install -y --no-install-recommends /opt/two/*.deb'
ok 'and it answers' wait_for 10 ready shop.test
ok 'purge' quiet inside apt-get purge -y chulcheck-attend chulcheck-auth chulcheck-common
is 'nothing is left but our own drop-ins' "$(inside find / -xdev \( -path /proc -o -path /sys -o -path /opt -o -path /var/lib/dpkg -o -path /var/cache/apt -o -path /var/log/journal -o -path '/etc/systemd/system/*.d' \) -prune -o -name '*chulcheck*' -print)" ''
is 'nor the users' "$(inside grep -c chulcheck /etc/passwd)" 0
ok 'nginx goes on' inside sh -c 'nginx -q -t && systemctl restart nginx'

# A new machine, as docs/operate/backup.md says; the certificate was of certbot, which is not in the backup.
ok 'a new machine' quiet inside sh -c 'apt-get install -y --no-install-recommends /opt/two/*.deb'
inside systemctl stop chulcheck-auth chulcheck-attend 'chulcheck-*.timer'
ok 'settings, secrets, keys' inside tar -xf /root/backup/files.tar -C /
inside sh -c 'cd /etc/chulcheck/tls && ln -sfn /etc/letsencrypt/live/event/fullchain.pem certificate.pem && ln -sfn /etc/letsencrypt/live/event/privkey.pem key.pem'
for domain in auth attend; do ok "restore $domain" quiet inside chulcheckctl restore --domain $domain --from /root/backup/$domain.db /var/lib/chulcheck/$domain/$domain.db; done
has 'its certificate is another one' "$(inside chulcheck-setup 2>&1)" 'is not there: the hosts have a certificate of their own'
ok 'all starts' inside systemctl start chulcheck-auth chulcheck-attend timers.target
ok 'and answers by the names of before' wait_for 20 ready shop.test
is 'all that people did is there' "$(done_so_far)" "$people"
ok 'timers too' active chulcheck-deliver.timer chulcheck-deliver-auth.timer chulcheck-reminder.timer chulcheck-backup.timer
is 'nothing has failed' "$(inside systemctl --failed --no-legend)" ''
finish
