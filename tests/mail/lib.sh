# lib.sh - what the tests of mails share: a database, settings, relays and a clock of their own, all
# in one folder that goes away at the end. Source it from the top folder, after tests/lib.sh.
#
#	clock TIME		what time it is for our program, Asia/Seoul; it stands still
#	db SQL			on the attendance database
#	customer ID [SQL]	a verified customer who agreed today and is mailed to as cID@example.kr
#	relay			starts aiosmtpd, which keeps mails in $mails; relay_stop
#	broken ARGUMENTS...	starts relay.py, which misbehaves; $log is what it heard
#	notify JOB...		runs chulcheck-notify; sets $code and $out
#	tally			the numbers of the last summary: queued sent deferred failed dropped
#	mail COMMAND...		looks into $mails (mail.py)
. scripts/lib.sh
bin=${BIN:-build}
etc=$work/etc mails=$work/mails log=$work/relay.log db=$work/attend.db conf=$etc/notify.conf
day=$(($(date -d '2026-11-23 UTC' +%s) / 86400))
mkdir -p "$etc"
relays=''
at_exit='for p in $relays; do kill $p; done 2>/dev/null; wait; '"$at_exit"
faketime=$(ls /usr/lib/*/faketime/libfaketimeMT.so.1)

clock() { TZ=Asia/Seoul date -d "$1" +%s >"$work/clock"; }
now_ms() { echo "$(cat "$work/clock")000"; }
clock '2026-11-23 19:00:00'
db() { sql "$db" "$1"; }

port=$(free_port $((22000 + $$ % 8000)))
printf '0123456789abcdef0123456789abcdef\n' >"$etc/unsubscribe_key"
chmod 600 "$etc/unsubscribe_key"
settings() { # LINES over the usual ones
	cat >"$conf" <<-C
	site_name = 별빛상점, 서울
	event_url = https://event.example.kr
	attend_db = $db
	auth_db = $work/auth.db
	unsubscribe_key = $etc/unsubscribe_key
	mail_from = event@example.kr
	sender_phone = 02-123-4567
	sender_address = 서울특별시 종로구 1
	C
	for _line in "smtp_url = smtp://127.0.0.1:$port" 'smtp_tls = none'; do
		case "$*" in *"${_line%% *}"*) ;; *) echo "$_line" >>"$conf" ;; esac
	done
	printf '%s\n' "$@" >>"$conf"
}
settings
"$bin/chulcheckctl" migrate --domain attend "$db" >/dev/null || echo 'not ok - the database is made'

campaign() { # ID
	db "INSERT INTO campaign (id, slug, name_ko, name_en, first_day, state, receipt_key, created_at)
	    VALUES ($1, 'c$1', '가을 출석', 'Autumn check-in', $((day - 60)), 'open', '$(printf %043d 0)', 0)"
}
customer() { # ID [SQL]
	db "INSERT INTO customer (id, issuer, subject, name, email, verified_at, created_at)
	    VALUES ($1, 'x', 's$1', '손님$1', 'c$1@example.kr', 1, 0);
	    INSERT INTO mail_consent (customer_id, action, wording, source, at)
	    VALUES ($1, 'given', 'v1', 'page', $(now_ms)); ${2:-}"
}
attended() { # ID DAY
	echo "INSERT INTO attendance VALUES (1, $1, $2, 0, 1, 1, 1);"
}

relay() {
	mkdir -p "$mails/new" "$mails/cur" "$mails/tmp"
	/usr/bin/aiosmtpd -n -c aiosmtpd.handlers.Mailbox -l "127.0.0.1:$port" "$mails" >>"$work/aiosmtpd.log" 2>&1 &
	running=$!
	relays="$relays $running"
	wait_for 20 listens
}
broken() {
	: >"$log"
	/usr/bin/python3 tests/mail/relay.py "$port" "$log" "$@" 2>>"$work/relay.err" &
	running=$!
	relays="$relays $running"
	wait_for 20 grep -q ready "$log"
}
relay_stop() { kill "$running" && wait "$running" 2>/dev/null; wait_for 20 silent; }
listens() { [ "$(port_state "$port")" = taken ]; }
silent() { [ "$(port_state "$port")" = free ]; }
heard() { grep -c -- "$1" "$log"; }

ours() {
	LD_PRELOAD=$faketime FAKETIME_TIMESTAMP_FILE=$work/clock FAKETIME_FMT=%s FAKETIME_NO_CACHE=1 \
	    FAKETIME_DONT_FAKE_MONOTONIC=1 ASAN_OPTIONS=verify_asan_link_order=0 exec "$bin/chulcheck-notify" "$@" --config "$conf"
}
notify() { out=$( (ours "$@") 2>&1 ); code=$?; }
tally() { printf '%s\n' "$out" | sed -nE 's/.*queued ([0-9]+), sent ([0-9]+), deferred ([0-9]+), failed ([0-9]+), dropped ([0-9]+).*/\1 \2 \3 \4 \5/p'; }
mail() { /usr/bin/python3 tests/mail/mail.py "$mails" "$@"; }
outbox() { db "SELECT state || ' ' || COUNT(*) FROM outbox GROUP BY state ORDER BY state" | tr '\n' ' ' | sed 's/ $//'; }
