#!/bin/bash
# two_hosts.sh - infra/hosts: from two fresh Debian 12 that are reached by ssh to a running event, whose auth host is on
# another machine than the event host; the whole way of customers and staff between them; again, with nothing to do and
# with something changed. And infra/cloud-init.yaml: a third one sets itself up by it.
#
# With tofu or terraform there, they do it (validate, plan, apply). Without, the test calls scripts/host as the module
# does, and says so.
cd "$(dirname "$0")/../.." || exit 1
. scripts/lib.sh
. tests/lib.sh
. tests/package/lib.sh

tofu=$(command -v tofu || command -v terraform)
if [ -n "$tofu" ]; then
	: >"$work/cli" && export TF_CLI_CONFIG_FILE=$work/cli CHECKPOINT_DISABLE=1 # it asks nobody for a newer one
fi

scripts/deb --out "$work/debs" >"$work/deb.log" 2>&1 || no_machine "$(tail -n 5 "$work/deb.log")" 'make deb'
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
machine auth
debian openssh-server nftables cloud-init
mkdir -p "$root/root/.ssh"
install -m 600 "$work/key.pub" "$root/root/.ssh/authorized_keys"
mkdir "$root/opt/debs"
cp "$work"/debs/*.deb "$root/opt/debs"
fetch '/opt/debs/*.deb' libsqliteodbc # they have no way out: what packages depend on is there
rm -r "$root/opt/debs"
printf '10.9.0.2 auth.example.kr\n10.9.0.3 event.example.kr\n10.9.0.4 one.example.kr auth.one.example.kr\n' >>"$root/etc/hosts"
# cloud-init is asked only where it has something to go by.
for m in event one; do cp -a "$work/auth" "$work/$m"; done
for m in auth event; do touch "$work/$m/etc/cloud/cloud-init.disabled"; done

# An authority of our own: the two certificates, which both machines trust.
openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 2 -subj '/CN=chulcheck test' -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
for h in auth event; do
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$h.example.kr" -keyout "$work/$h.key" -out "$work/$h.csr" 2>/dev/null
	printf 'subjectAltName=DNS:%s.example.kr\n' $h >"$work/$h.ext"
	openssl x509 -req -in "$work/$h.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -sha256 -days 2 -extfile "$work/$h.ext" -out "$work/$h.pem" 2>/dev/null
	cp "$work/ca.pem" "$work/$h/usr/local/share/ca-certificates/test.crt"
done

lan 10.9.0.1/24
machine auth; boot; address 10.9.0.2/24
machine event; boot; address 10.9.0.3/24
on_auth() { (machine auth; inside "$@"); }
on_attend() { (machine event; inside "$@"); }
on_auth update-ca-certificates >/dev/null 2>&1
on_attend update-ca-certificates >/dev/null 2>&1
ssh="nsenter --net=$network ssh -i $work/key -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=$work/known"

# The module, and the same by hand.
by_hand() { # NAME OF A SECRET OF THE EVENT HOST, COMMAND THAT PRINTS IT, NAME OF THE SITE
	printf 'attend.conf site_name = %s\nauth.conf site_name = %s\nnotify.conf zone = Asia/Seoul\nnotify.conf smtp_url = smtp://relay.example.kr:2525\n' "$3" "$3" >"$work/settings"
	echo "$1 $2" >"$work/secrets"
	set -- scripts/host --event event.example.kr --auth auth.example.kr --packages "$work/debs" --ssh "$ssh" --settings "$work/settings" --firewall
	"$@" --role auth --certificate "$work/auth.pem" --key "cat $work/auth.key" root@10.9.0.2 &&
	    "$@" --role attend --certificate "$work/event.pem" --key "cat $work/event.key" --secrets "$work/secrets" \
	        --auth-machine root@10.9.0.2 --address 10.9.0.3 root@10.9.0.3
}
apply() { # LIKEWISE
	if [ -n "$tofu" ]; then
		mkdir -p "$work/infra"
		cat >"$work/infra/main.tf" <<-M
			module "event" {
			  source   = "$(realpath --relative-to="$work/infra" infra/hosts)"
			  packages = "$work/debs"
			  ssh      = "$ssh"
			  settings = { "attend.conf" = { site_name = "$3" }, "notify.conf" = { zone = "Asia/Seoul", smtp_url = "smtp://relay.example.kr:2525" }, "auth.conf" = { site_name = "$3" } }
			  auth = {
			    name = "auth.example.kr", machine = "root@10.9.0.2", address = "10.9.0.2"
			    certificate = "$work/auth.pem", key_command = "cat $work/auth.key"
			  }
			  event = {
			    name = "event.example.kr", machine = "root@10.9.0.3", address = "10.9.0.3"
			    certificate = "$work/event.pem", key_command = "cat $work/event.key"
			    secret_commands = { $1 = "$2" }
			  }
			}
			output "dns" { value = module.event.dns }
		M
		(cd "$work/infra" && "$tofu" init -no-color && "$tofu" validate -no-color && "$tofu" plan -no-color -out plan && "$tofu" apply -no-color plan)
		return
	fi
	echo '# neither tofu nor terraform is here: scripts/host is called as infra/hosts does'
	by_hand "$@"
}
apply smtp_password 'echo one' '귤 가게' >"$work/apply" 2>&1
code=$?
[ $code = 0 ] || { tail -n 30 "$work/apply" | sed 's/^/# /'; for o in on_auth on_attend; do $o journalctl -u 'chulcheck-*' -u nginx -n 30 --no-pager; done; no_machine 'nothing more was tried' 'two fresh machines are set up'; }
ok 'two fresh machines are set up' true
grep '^# ' "$work/apply"
has 'the code of the first owner is shown' "$(grep -cE 'https://auth.example.kr/staff/code, within 24 hours, once: [0-9A-Z-]{19}' "$work/apply")" 1
look() { # URL
	nsenter --net="$network" curl -s -m 10 -o "$work/body" -w '%{http_code}' --cacert "$work/ca.pem" $resolve "$1"
}
resolve='--resolve auth.example.kr:443:10.9.0.2 --resolve event.example.kr:443:10.9.0.3'
is 'the auth host answers, by its certificate' "$(look https://auth.example.kr/.well-known/openid-configuration)" 200
is 'the event host leads to it' "$(look https://event.example.kr/sign-in) $(nsenter --net="$network" curl -s --cacert "$work/ca.pem" $resolve -o /dev/null -w '%{redirect_url}' https://event.example.kr/sign-in | cut -d '?' -f 1)" '303 https://auth.example.kr/authorize'
is 'each has its own packages' "$(on_auth sh -c 'ls /usr/bin/chulcheck-*') $(on_attend sh -c 'ls /usr/bin/chulcheck-*')" \
    '/usr/bin/chulcheck-auth
/usr/bin/chulcheck-notify /usr/bin/chulcheck-attend
/usr/bin/chulcheck-notify'
is 'and its own host only' "$(on_auth grep -hc 'server_name event' /etc/nginx/sites-available/chulcheck.conf) $(on_attend grep -hc 'server_name auth' /etc/nginx/sites-available/chulcheck.conf)" '0 0'
is 'settings are in their place, once' "$(on_attend grep -c '^zone = Asia/Seoul$' /etc/chulcheck/notify.conf) $(on_auth grep -c 'site_name = 귤 가게' /etc/chulcheck/auth.conf)" '1 1'
is 'secrets too, for root alone' "$(on_attend cat /etc/chulcheck/secrets/smtp_password) $(on_attend find /etc/chulcheck/secrets /etc/chulcheck/tls/given -type f ! -perm 600)" 'one '
hasnt 'no private key or secret is on the command'"'"'s output' "$(cat "$work/apply")" 'PRIVATE KEY'
is 'the event host is not counted among floods' "$(on_auth grep -c '^	10.9.0.3 1;' /etc/chulcheck/rates.conf)" 1
denied() { on_attend systemctl show -P IPAddressDeny chulcheck-deliver chulcheck-standing; on_auth systemctl show -P IPAddressDeny chulcheck-deliver-auth; }
is 'mail jobs reach a relay elsewhere' "$(denied)" ''
is 'nothing has failed' "$(on_auth systemctl --failed --no-legend)$(on_attend systemctl --failed --no-legend)" ''
for m in auth event; do
	machine $m
	for unit in chulcheck-backup.timer nftables; do ok "$m: $unit runs" active $unit; done
	ok "$m: a first backup is there" inside sh -c 'ls /var/backups/chulcheck/*/*.db >/dev/null'
done
inside systemd-run -q systemd-socket-activate -l 10.9.0.3:8080 cat
open_there() { inside ss -Hltn 'sport = :8080' | grep -q .; }
wait_for 10 open_there
is 'the firewall: no other port can be reached' "$(nsenter --net="$network" curl -s -m 3 -o /dev/null -w '%{exitcode}' http://10.9.0.3:8080/)" 28

# The whole way, from one machine to the other.
EVENT_URL=https://event.example.kr AUTH_URL=https://auth.example.kr
networks="$(machine auth; echo /proc/$(_leader)/ns/net) $(machine event; echo /proc/$(_leader)/ns/net)"
auth_root=$work/auth attend_root=$work/event
browse="--cacert $work/ca.pem $resolve"
all_ready() {
	[ "$(on_auth curl -s -o /dev/null -w '%{http_code}' --unix-socket /run/chulcheck/http.sock http://auth.example.kr/readyz) $(on_attend curl -s -o /dev/null -w '%{http_code}' --unix-socket /run/chulcheck/http.sock http://event.example.kr/readyz)" = '200 200' ]
}
. tests/package/demo.sh
ok 'the jobs ask the auth host over the network' on_attend systemctl start chulcheck-standing.service

# Again: nothing to do, by the module and by hand; then something.
on_auth systemctl start chulcheck-backup.timer
on_attend systemctl start chulcheck-backup.timer
on_attend sed -i 's|^smtp_url.*|smtp_url = smtp://relay.example.kr:2525|; /^smtp_tls/d' /etc/chulcheck/notify.conf
secret_of() { on_attend sha256sum /etc/chulcheck/secrets/client_secret; }
since() { on_attend systemctl show -P ActiveEnterTimestampMonotonic chulcheck-attend; }
before="$(secret_of) $(since)"
apply smtp_password 'echo one' '귤 가게' >"$work/apply" 2>&1
is 'again' $? 0
[ -z "$tofu" ] || has 'there is nothing to do' "$(cat "$work/apply")" 'No changes.'
by_hand smtp_password 'echo one' '귤 가게' >"$work/apply" 2>&1
is 'and by hand, without Terraform' $? 0
is 'nothing is made twice, nothing starts again' "$(secret_of) $(since)" "$before"
apply smtp_password 'echo two' '감귤 가게' >"$work/apply" 2>&1
code=$?
[ $code = 0 ] || tail -n 20 "$work/apply" | sed 's/^/# /'
is 'with a changed setting and secret' $code 0
is 'both are there' "$(on_attend grep -c '^site_name = 감귤 가게$' /etc/chulcheck/attend.conf) $(on_attend cat /etc/chulcheck/secrets/smtp_password)" '1 two'
is 'workers are exchanged, and no service starts again' "$(secret_of) $(since)" "$before"
named() { nsenter --net="$network" curl -s --cacert "$work/ca.pem" $resolve https://event.example.kr/ | grep -q '감귤 가게'; }
ok 'customers see the new name' wait_for 10 named
by_hand cookie_key_event "$BIN/chulcheckctl token" '감귤 가게' >"$work/apply" 2>&1
is 'a secret that workers read' $? 0
ok 'the service starts again with it' [ "$(since)" != "${before##* }" ]
ok 'both are ready' all_ready
# What does not come to its end: nothing is taken, it is said, and the next mends it.
scripts/host --event event.example.kr --auth auth.example.kr --packages "$work/debs" --ssh "$ssh" --role attend --certificate "$work/auth.pem" --key "cat $work/event.key" root@10.9.0.3 >"$work/apply" 2>&1
is 'a key of another certificate: not done' "$? $(on_attend nginx -q -t 2>&1)" '1 '
has 'and it is said' "$(cat "$work/apply")" 'is not that of its certificate'
echo 'attend.conf no_such = 1' >"$work/settings"
scripts/host --event event.example.kr --auth auth.example.kr --packages "$work/debs" --ssh "$ssh" --settings "$work/settings" --role attend root@10.9.0.3 >"$work/apply" 2>&1
is 'a setting that there is not: not done' $? 1
has 'and it is said' "$(cat "$work/apply")" 'does not take its settings; what runs goes on'
on_attend sed -i '/^no_such/d' /etc/chulcheck/attend.conf
on_auth setpriv --reuid chulcheck-auth --regid chulcheck-auth --clear-groups sh -c 'cd / && chulcheckctl client remove --database /var/lib/chulcheck/auth/auth.db --id chulcheck-attend' >/dev/null
by_hand smtp_password 'echo two' '감귤 가게' >"$work/apply" 2>&1
is 'a client without its secret' $? 0
is 'is made anew with another' "$([ "$(secret_of)" != "${before% *}" ] && echo other)" other
ok 'and all is ready' all_ready
is 'the code of the owner is in no log' "$(grep -rlaE 'once: [0-9A-Z]{4}-' "$work/auth/var/log" "$work/auth/var/cache/chulcheck")" ''
mkdir "$work/same"
cp "$work"/debs/*.deb "$work/same"
dpkg-deb -R "$work/same"/chulcheck-attend_*.deb "$work/tree"
echo >>"$work/tree/usr/share/doc/chulcheck-attend/other"
dpkg-deb -b "$work/tree" "$work/same"/chulcheck-attend_*.deb >/dev/null
scripts/host --event event.example.kr --auth auth.example.kr --packages "$work/same" --ssh "$ssh" --role attend root@10.9.0.3 >"$work/apply" 2>&1
is 'other packages of the same version' $? 1
has 'are refused' "$(cat "$work/apply")" 'give the new ones another version'
apply smtp_password false '감귤 가게' >"$work/apply" 2>&1
ok 'a secret whose command fails: not done' [ $? != 0 ]
has 'and it is said which' "$(cat "$work/apply")" 'the command that prints smtp_password'
is 'the one of before stays' "$(on_attend cat /etc/chulcheck/secrets/smtp_password)" two
kill_machine; machine auth; kill_machine
machine event; boot; address 10.9.0.3/24
machine auth; boot; address 10.9.0.2/24
ok 'after a cut of power both are ready' wait_for 30 all_ready
is 'and lead to each other' "$(look https://event.example.kr/sign-in)" 303

# The first keys are late: the event host goes on trying longer than systemd would by itself (five times).
inside systemctl stop nginx
(machine event; inside sh -c 'systemctl stop chulcheck-provider-keys.timer chulcheck-attend; rm /var/lib/chulcheck/public/jwks.json; systemctl start --no-block chulcheck-attend')
tried() { [ "$(on_attend systemctl show -P NRestarts chulcheck-attend)" -ge 7 ]; }
ok 'without the keys it tries on' wait_for 40 tried
inside systemctl start nginx
on_attend systemctl start chulcheck-provider-keys
ok 'with them it serves' wait_for 20 all_ready

# By its user data alone.
machine one
mkdir -p "$root/var/lib/cloud/seed/nocloud"
echo 'locale: C.UTF-8' >"$root/etc/cloud/cloud.cfg.d/99-test.cfg" # the packages of locales are not there
echo 'instance-id: one' >"$root/var/lib/cloud/seed/nocloud/meta-data"
sed -e 's/event.example.kr/one.example.kr/; s/auth.example.kr/auth.one.example.kr/; /^      0000/d' infra/cloud-init.yaml >"$work/user-data"
for f in "$work"/debs/*.deb; do
	sed -i "s|^  - path: /var/cache/chulcheck/packages|&|; /cache\/chulcheck\/packages$/,/content/s|^    content: .*|&\\n      $(sha256sum <"$f" | cut -d ' ' -f 1) http://10.9.0.1:8000/$(basename "$f")|" "$work/user-data"
done
cp "$work/user-data" "$root/var/lib/cloud/seed/nocloud/user-data"
nsenter --net="$network" /usr/bin/python3 -m http.server -b 10.9.0.1 -d "$work/debs" 8000 >/dev/null 2>&1 &
at_exit="kill $!; $at_exit"
# The network is there from the start.
mkdir -p "$root/etc/systemd/system/sysinit.target.wants"
cat >"$root/etc/systemd/system/lan.service" <<'U'
[Unit]
DefaultDependencies=no
Before=cloud-init.service network-online.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip addr add 10.9.0.4/24 dev host0; ip link set host0 up'
[Install]
WantedBy=sysinit.target
U
ln -s ../lan.service "$root/etc/systemd/system/sysinit.target.wants"
boot
has 'cloud-init: the user data are valid' "$(inside cloud-init schema --config-file /var/lib/cloud/seed/nocloud/user-data 2>&1)" 'Valid cloud-config'
is 'and taken' "$(inside cloud-init status --wait | tail -n 1)" 'status: done'
is 'with nothing to complain of' "$(inside grep -E 'WARN|ERROR|Traceback' /var/log/cloud-init.log)" ''
one_ready() { [ "$(inside curl -s -o /dev/null -w '%{http_code} ' --unix-socket /run/chulcheck/http.sock http://one.example.kr/readyz http://auth.one.example.kr/readyz -o /dev/null)" = '200 200 ' ]; }
ok 'both hosts are ready' wait_for 20 one_ready
is 'the code of the owner is in no log of it' "$(grep -rlaE 'once: [0-9A-Z]{4}-' "$root/var/log" "$root/var/cache/chulcheck")" ''
ok 'a deploy has something to go back to' inside sh -c 'ls /var/cache/chulcheck/deploy/current/chulcheck-attend_*.deb'
finish
