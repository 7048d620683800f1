#!/bin/sh
# crash.sh - runs that are killed, stopped or asked to end in the middle of a mail: none is lost, none
# is doubled beyond the one on its way, and that one keeps its Message-ID.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/mail/lib.sh

queue() { # HOW MANY
	db "DELETE FROM outbox;
	    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
	    INSERT INTO outbox (kind, key, recipient, message_id, subject, body, due_at, expires_at, created_at)
	    SELECT 'test', i, 'm' || i || '@example.kr', '<' || i || '@example.kr>', '제목', '본문', 0, $(now_ms) + 86400000, 0 FROM n"
}
start() { (ours "$@") >"$work/first" 2>&1 & run=$!; }
copies() { grep '^mail ' "$log" | cut -d' ' -f3 | sort | uniq -c | awk -v n="$1" '$1 == n' | wc -l; }

# Killed while the relay holds the first mail.
queue 5
broken "hold=$work/go"
start deliver
wait_for 20 grep -q '^mail ' "$log"
kill -9 $run
wait $run 2>/dev/null
is 'killed: the mail is on its way, the others wait' "$(outbox)" 'queued 4 sending 1'
touch "$work/go"
notify deliver
is 'another run leaves that one alone' "$code $(tally) $(outbox)" '0 0 4 0 0 0 sending 1 sent 4'
clock '2026-11-23 19:04:59'
notify deliver
is 'while its lease lasts' "$(tally)" '0 0 0 0 0'
clock '2026-11-23 19:05:01'
notify deliver
is 'then it goes out again' "$code $(tally) $(outbox)" '0 0 1 0 0 0 sent 5'
is 'one copy of four, two of one' "$(copies 1) $(copies 2)" '4 1'
is 'under the same Message-ID' "$(grep '^mail ' "$log" | cut -d' ' -f2 | sort -u | wc -l)" 5
relay_stop

# Stopped for longer than the lease, then let go on: it may not write over the other's outcome.
rm -f "$work/go"
queue 3
broken "hold=$work/go"
start deliver
wait_for 20 grep -q '^mail ' "$log"
kill -STOP $run
clock '2026-11-23 19:12:00'
touch "$work/go"
notify deliver
is 'asleep: another run takes over' "$code $(tally) $(outbox)" '0 0 3 0 0 0 sent 3'
db "UPDATE outbox SET why = 'by the second'"
kill -CONT $run
wait $run
is 'awake: its outcome changes nothing' "$(db "SELECT COUNT(*) FROM outbox WHERE why = 'by the second'") $(outbox)" '3 sent 3'
has 'it says so' "$(cat "$work/first")" 'taken over by another run'
is 'only the one on its way has two copies' "$(copies 1) $(copies 2)" '2 1'
relay_stop

# Asked to end: it finishes the mail on its way.
rm -f "$work/go"
queue 5
broken "hold=$work/go"
start deliver
wait_for 20 grep -q '^mail ' "$log"
kill -TERM $run
sleep 0.5
touch "$work/go"
wait $run
is 'SIGTERM: 75, one mail sent, the rest waits' "$? $(outbox)" '75 queued 4 sent 1'
notify deliver
is 'the next run sends them' "$code $(tally) $(copies 1)" '0 0 4 0 0 0 5'
relay_stop

# Killed again and again in the middle of many.
queue 400
broken
k=0
while [ $k -lt 10 ]; do
	k=$((k + 1))
	start deliver
	sleep "0.0$((k % 5 + 3))"
	kill -9 $run 2>/dev/null
	wait $run 2>/dev/null
done
clock '2026-11-23 19:30:00'
notify deliver
is 'killed ten times: all are sent' "$code $(outbox)" '0 sent 400'
is 'each has arrived' "$(grep '^mail ' "$log" | cut -d' ' -f3 | sort -u | wc -l)" 400
ok 'at most ten of them twice' test "$(heard '^mail ')" -le 410
is 'a copy has the Message-ID of the first' "$(grep '^mail ' "$log" | cut -d' ' -f2 | sort -u | wc -l)" 400
relay_stop

# A mail whose every attempt ended in a crash is given up, not tried for ever.
queue 1
db "UPDATE outbox SET attempts = 10"
broken
notify deliver
is 'no end in ten attempts' "$code $(tally) $(heard '^mail ')" '0 0 0 0 1 0 0'
relay_stop

# The other domain's outbox.
"$bin/chulcheckctl" migrate --domain auth "$work/auth.db" >/dev/null
sql "$work/auth.db" "INSERT INTO outbox (kind, key, recipient, message_id, subject, body, due_at, expires_at, created_at)
    VALUES ('verify', 'v', 'new@example.kr', '<v@example.kr>', '가입 확인', '링크', 0, 9999999999999, 0)" >/dev/null
relay
notify deliver --domain auth
is 'the mails of the identity domain' "$code $(tally) $(mail header new@example.kr Subject)" '0 0 1 0 0 0 가입 확인'
notify reminder --domain auth
is 'which has no reminders' "$code" 64
db 'PRAGMA user_version = 99'
notify deliver
is 'another schema is refused' "$code" 78
finish
