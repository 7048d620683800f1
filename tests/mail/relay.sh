#!/bin/sh
# relay.sh - relays that are down, slow, strict, or die at the wrong moment: nothing is lost, nothing is
# sent in clear, and what may have arrived goes out again under the same Message-ID only.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/mail/lib.sh

queue() { # ADDRESS...: starts over with one mail to each
	db 'DELETE FROM outbox'
	for _a; do
		db "INSERT INTO outbox (kind, key, recipient, message_id, subject, body, due_at, expires_at, created_at)
		    VALUES ('test', '$_a', '$_a', '<$_a.id>', '제목', '본문', 0, $(now_ms) + 86400000, $(now_ms))"
	done
}
states() { db "SELECT key || ' ' || state || ' ' || attempts FROM outbox ORDER BY id" | tr '\n' ';'; }
waits() { db "SELECT MIN((due_at - $(now_ms)) / 60000) || '-' || MAX((due_at - $(now_ms) + 59999) / 60000) FROM outbox WHERE state = 'queued'"; }

queue a@example.kr b@example.kr
notify deliver
is 'not there: kept' "$code $(tally) $(states)" '75 0 0 2 0 0 a@example.kr queued 0;b@example.kr queued 0;'
is 'for a minute or a little more' "$(waits)" '1-2'
hasnt 'no alarm yet' "$out" 'error:'
clock '2026-11-23 19:20:00'
notify deliver
has 'an alarm when they have waited for long' "$out" 'error: 2 mails wait, the oldest for 20 minutes'
broken
clock '2026-11-23 19:23:00'
notify deliver
is 'there again: sent, once' "$code $(tally) $(heard '^mail ')" '0 0 2 0 0 0 2'
relay_stop

clock '2026-11-23 20:00:00'
queue $(seq -f 'm%g@example.kr' 20)
notify deliver
is 'not there: it does not try every mail' "$code $(tally)" '75 0 0 3 0 0'

broken rcpt=550:b@example.kr
queue a@example.kr b@example.kr c@example.kr
notify deliver
is 'one recipient refused: the others have it' "$code $(tally) $(states)" \
    '0 0 2 0 1 0 a@example.kr sent 1;b@example.kr failed 1;c@example.kr sent 1;'
relay_stop

# CODE at STEP: what becomes of the one mail.
at() { # STEP CODE STATES
	queue a@example.kr
	broken "$1=$2"
	notify deliver
	is "$2 at $1" "$(states)" "$3"
	relay_stop
}
again='a@example.kr queued 1;' kept='a@example.kr queued 0;' never='a@example.kr failed 1;'
at greet 554 "$kept"
at greet 421 "$kept"
at ehlo 550 "$kept"
at mail 421 "$kept"
at mail 530 "$kept"
at mail 451 "$kept"
at mail 553 "$kept"
at rcpt 450 "$again"
at rcpt 452 "$again"
at rcpt 550 "$never"
at rcpt 553 "$never"
at data 451 "$again"
at data 554 "$never"
at end 451 "$again"
at end 452 "$again"
at end 421 "$again"
at end 550 "$never"
at end 554 "$never"

printf 'secret\n' >"$etc/smtp_password"
chmod 600 "$etc/smtp_password"
settings 'smtp_user = event' "smtp_password = $etc/smtp_password"
at auth 535 "$kept"
at auth 454 "$kept"
queue a@example.kr
broken auth=235 times=0
notify deliver
is 'with the password' "$(tally) $(heard '^> AUTH PLAIN')" '0 1 0 0 0 1'
relay_stop
settings

# Greylisting, and the waits from one try to the next.
broken end=451
queue a@example.kr
for wait in '1-2' '5-7' '15-19' '60-75' '240-300' '240-300' '240-300' '240-300' '240-300'; do
	notify deliver
	least=$(waits | cut -d- -f1) most=$(waits | cut -d- -f2)
	ok "waits ${wait} minutes (here $least)" test "$least" -ge "${wait%-*}" -a "$most" -le "${wait#*-}"
	db "UPDATE outbox SET due_at = 0"
done
notify deliver
is 'the tenth time is the last' "$code $(tally) $(states)" '0 0 0 0 1 0 a@example.kr failed 10;'
relay_stop

# Lost after the data: it may have arrived.
broken die=1 times=2
queue a@example.kr b@example.kr
notify deliver
is 'hangs up after the data: again' "$code $(tally)" '75 0 0 2 0 0'
clock '2026-11-23 20:02:00'
notify deliver
is 'again, under the same Message-IDs' "$code $(tally) $(grep '^mail ' "$log" | sort | uniq -c | awk '{ print $1, $3 }' | tr '\n' ';')" \
    '0 0 2 0 0 0 2 <a@example.kr.id>;2 <b@example.kr.id>;'
relay_stop

# One connection for many mails, and connections that the relay ends.
queue $(seq -f 'm%g@example.kr' 50)
broken
notify deliver
is 'fifty mails, one connection, one EHLO' "$(tally) $(heard '^conn') $(heard '^> EHLO')" '0 50 0 0 0 1 1'
is 'under our own name' "$(heard '^> EHLO example.kr$')" 1
relay_stop
for how in drop cut; do
	queue $(seq -f 'm%g@example.kr' 50)
	broken "$how=7"
	notify deliver
	is "a relay that ends each connection after 7 mails ($how)" "$code $(tally) $(heard '^mail ') $(heard '^conn')" '0 0 50 0 0 0 50 8'
	relay_stop
done

# TLS: none offered, broken off, or a certificate of somebody else.
settings 'smtp_tls = require'
at ehlo 502 "$kept"
queue a@example.kr
broken
notify deliver
is 'no STARTTLS: nothing leaves' "$code $(states) $(heard '^> MAIL')" "75 $kept 0"
relay_stop
broken offer=1
clock '2026-11-23 20:10:00'
notify deliver
is 'STARTTLS refused: nothing leaves' "$code $(states) $(heard '^> MAIL')" "75 $kept 0"
relay_stop
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 \
    -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null
broken "tls=$work/cert.pem:$work/key.pem"
clock '2026-11-23 20:15:00'
notify deliver
is 'a certificate that nobody vouches for: nothing leaves' "$code $(states) $(heard '^> MAIL')" "75 $kept 0"
is 'STARTTLS was tried' "$(heard '^> STARTTLS')" 1
relay_stop

# Settings that would send in clear, or nowhere.
config() { # SETTING...
	settings "$@"
	notify deliver
	is "refused: $*" "$code $(states)" "78 $kept"
}
config 'smtp_url = smtp://192.0.2.1:25'
config 'smtp_url = smtp://127.0.0.1.example.kr:25'
config 'smtp_url = smtp://127.example.kr:25'
config 'smtp_url = smtp://relay.example.kr'
config "smtp_url = http://127.0.0.1:$port"
config "smtp_url = smtp://127.0.0.1:$port/path"
config "smtp_url = smtp://me:secret@127.0.0.1:$port"
config "smtp_url = smtp://127.0.0.1:$port?x=y"
config 'smtp_tls = maybe'
config 'mail_from = nobody'
config 'zone = Asia/Nowhere'
settings

# Silence, at each step for 20 seconds: the relay's fault, or the mail's.
broken silent=rcpt times=1
queue a@example.kr b@example.kr
clock '2026-11-23 20:30:00'
start=$(date +%s)
notify deliver
took=$(($(date +%s) - start))
is 'silent over one mail: the others leave' "$(tally) $(states)" '0 1 1 0 0 a@example.kr queued 1;b@example.kr sent 1;'
ok "a deadline for each mail (here $took s)" test $took -ge 19 -a $took -le 90
relay_stop
if [ -n "${LONG:-}" ]; then
	for step in greet ehlo mail data end; do
		broken silent=$step
		queue a@example.kr
		start=$(date +%s)
		notify deliver
		took=$(($(date +%s) - start))
		is "silent at $step: 75" "$code" 75
		ok "silent at $step: within the lease (here $took s)" test $took -le 200
		relay_stop
	done
fi
finish
