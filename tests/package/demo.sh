# demo.sh - the whole way (tests/main_path.sh) on machines that the packages made. The shop is a database of its own,
# the demo's accounts and campaign are put in from outside, mails go to a relay on each machine, timers fire
# every two seconds. Source it after tests/package/lib.sh with:
#	auth_root, attend_root	the trees of the two hosts' machines, which may be one, and on_auth, on_attend COMMAND...
#	EVENT_URL, AUTH_URL, browse (arguments of curl with which both are reached)
#	network, networks	a file of the network in which curl runs; those in which a relay runs, on their loopback
#	all_ready		do both say that they are ready?
demo=$work/demo
mkdir -p "$demo/shop" "$demo/secrets" "$demo/mail/cur" "$demo/mail/new" "$demo/mail/tmp" "$demo/tmp" "$work/bin"
ln -s "$auth_root/var/lib/chulcheck/auth" "$attend_root/var/lib/chulcheck/attend" "$demo"
cp "$auth_root"/etc/chulcheck/secrets/* "$attend_root"/etc/chulcheck/secrets/* "$demo/secrets"
for f in customer newcomer staff customers; do build/chulcheckctl token >"$demo/secrets/${f}_password"; done
build/chulcheckctl token >"$demo/secrets/shop_client_secret"
/usr/bin/python3 -c 'import base64, secrets; print(base64.b32encode(secrets.token_bytes(20)).decode())' >"$demo/secrets/staff_totp"
MAIL_DIR=$demo/mail BIN=$PWD/build RUN_ENV=$demo/run.env
ATTEND_DB=$attend_root/var/lib/chulcheck/attend/attend.db AUTH_DB=$auth_root/var/lib/chulcheck/auth/auth.db
CUSTOMER_EMAIL=hanul@example.kr NEWCOMER_EMAIL=bada@example.kr STAFF_EMAIL=owner@example.kr SHOP_CLIENT_ID=shop
for f in customer newcomer staff; do read -r "$(echo $f | tr a-z A-Z)_PASSWORD" <"$demo/secrets/${f}_password"; done
read -r STAFF_TOTP_SECRET <"$demo/secrets/staff_totp"
read -r SHOP_CLIENT_SECRET <"$demo/secrets/shop_client_secret"
on_auth systemctl stop 'chulcheck-*.timer'
on_attend systemctl stop 'chulcheck-*.timer'
DIR=$demo BIN=$BIN EVENT_URL=$EVENT_URL AUTH_URL=$AUTH_URL CUSTOMERS=0 NOW=$(date +%s) scripts/demo/seed >"$work/seed" 2>&1
is 'demo data are put in' $? 0
ok 'the driver of the shop is installed' on_auth sh -c 'apt-get install -qq -y --no-install-recommends libsqliteodbc >/dev/null 2>&1'
mkdir -p "$auth_root/srv/shop"
cp "$demo/shop/shop.db" "$auth_root/srv/shop"
(umask 077 && echo 'Driver=SQLite3;Database=/srv/shop/shop.db;NoCreat=1;NoWCHAR=1;Timeout=2000' >"$auth_root/etc/chulcheck/secrets/shop_dsn")
on_auth sed -i 's/^# shop_dsn/shop_dsn/' /etc/chulcheck/auth.conf
for f in "$attend_root/etc/chulcheck/notify.conf" "$auth_root/etc/chulcheck/notify-auth.conf"; do
	sed -i '/^smtp_url/d' "$f"
	printf 'smtp_url = smtp://127.0.0.1:2525\nsmtp_tls = none\nmail_from = event@example.kr\n' >>"$f"
done
for f in $networks; do
	nsenter --net="$f" -- aiosmtpd -n -c aiosmtpd.handlers.Mailbox -l 127.0.0.1:2525 "$demo/mail" >"$work/relay" 2>&1 &
	at_exit="kill $!; $at_exit"
done
often() { # ROOT TIMER...
	_tree=$1; shift
	for timer; do
		mkdir -p "$_tree/etc/systemd/system/chulcheck-$timer.timer.d"
		printf '[Timer]\nOnCalendar=\nOnCalendar=*:*:0/2\nRandomizedDelaySec=0\nAccuracySec=100ms\n' >"$_tree/etc/systemd/system/chulcheck-$timer.timer.d/often.conf"
	done
}
often "$auth_root" deliver-auth
often "$attend_root" deliver stock-alert reminder
# It may be a time at which no reminder is sent.
mkdir -p "$attend_root/etc/systemd/system/chulcheck-reminder.service.d"
printf '[Service]\nExecStart=\nExecStart=/usr/bin/chulcheck-notify reminder --any-hour --config /etc/chulcheck/notify.conf --quiet\n' \
    >"$attend_root/etc/systemd/system/chulcheck-reminder.service.d/any-hour.conf"
on_auth systemctl daemon-reload
on_attend systemctl daemon-reload
on_auth systemctl restart chulcheck-auth
on_auth systemctl start chulcheck-deliver-auth.timer
on_attend systemctl start chulcheck-deliver.timer chulcheck-stock-alert.timer
printf '#!/bin/sh\nexec nsenter --net=%s /usr/bin/curl %s "$@"\n' "$network" "$browse" >"$work/bin/curl"
chmod +x "$work/bin/curl"
runs() { on_attend systemctl show -P ExecMainExitTimestampMonotonic chulcheck-reminder.service; }
ran() { _now=$(runs); [ "$_now" != "$1" ] && [ "$_now" != 0 ]; }
remind() { # lets the timer fire once more
	_before=$(runs)
	on_attend systemctl start chulcheck-reminder.timer
	wait_for 20 ran "$_before"
	on_attend systemctl stop chulcheck-reminder.timer
	wait_for 20 _mailed
}
# The next run of deliver has come and gone: nothing waits.
_mailed() { [ "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM outbox WHERE state = 'queued'")" = 0 ]; }
plain_path=$PATH PATH=$work/bin:$PATH
wait_for 20 all_ready
. tests/main_path.sh
PATH=$plain_path
