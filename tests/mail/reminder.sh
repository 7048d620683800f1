#!/bin/sh
# reminder.sh - the reminder: who gets one, that it is one, what is in it, and who gets none because
# something changed between queueing and sending.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/mail/lib.sh

campaign 1
old="$(now_ms) - $((31 * 86400))000"
customer 1                                                       # agreed today, never came
customer 2 "$(attended 2 $((day - 30)))"                         # came 30 days ago
customer 3 "$(attended 3 $day)"                                  # has come today
customer 4 "UPDATE customer SET verified_at = 0 WHERE id = 4"
customer 5 "UPDATE customer SET email = '' WHERE id = 5"
customer 6 "INSERT INTO mail_consent (customer_id, action, wording, source, at) VALUES (6, 'withdrawn', 'v1', 'page', $(now_ms))"
lapsed() { # ID DAY: agreed long ago, came last on DAY
	db "INSERT INTO customer (id, issuer, subject, name, email, verified_at, created_at) VALUES ($1, 'x', 's$1', '손님$1', 'c$1@example.kr', 1, 0);
	    INSERT INTO mail_consent (customer_id, action, wording, source, at) VALUES ($1, 'given', 'v1', 'page', $old); $(attended "$1" "$2")"
}
lapsed 7 $((day - 31))
lapsed 8 $((day - 1))
db "INSERT INTO customer (id, issuer, subject, name, email, verified_at, created_at) VALUES (9, 'x', 's9', '동의없음', 'c9@example.kr', 1, 0); $(attended 9 $((day - 1)))"
customer 10 "INSERT INTO mail_consent (customer_id, action, wording, source, at) VALUES (10, 'withdrawn', 'v1', 'page', 1), (10, 'given', 'v1', 'page', 2); $(attended 10 $((day - 2)))"

relay
notify reminder
is 'a reminder for each who may have one: status' "$code" 0
is 'summary' "$(tally)" '4 4 0 0 0'
is 'who gets one' "$(mail to | tr '\n' ' ')" 'c10@example.kr c1@example.kr c2@example.kr c8@example.kr '
notify reminder
is 'a second run sends none' "$code $(tally) $(mail count)" '0 0 0 0 0 0 4'
notify deliver
is 'nor does deliver' "$code $(tally) $(mail count)" '0 0 0 0 0 0 4'
is 'the key of a mail' "$(db "SELECT key FROM outbox WHERE customer_id = 2")" "reminder:1:2:$day"
is 'its body is emptied' "$(db "SELECT COUNT(*) FROM outbox WHERE body <> ''")" 0

subject=$(mail header c1@example.kr Subject)
is 'subject' "$subject" '(광고)[별빛상점, 서울] 손님1님, 오늘 출석하셨나요?'
is 'sender' "$(mail header c1@example.kr From)" '"별빛상점, 서울" <event@example.kr>'
for name in Subject From To Date Message-ID MIME-Version Content-Type Content-Transfer-Encoding List-Unsubscribe List-Unsubscribe-Post; do
	is "$name once" "$(mail header c1@example.kr $name | wc -l)" 1
done
is 'type' "$(mail header c1@example.kr Content-Type)" 'text/plain; charset="utf-8"'
has 'date in the zone' "$(mail header c1@example.kr Date)" '23 Nov 2026 19:00:00 +0900'
link=$(mail raw c1@example.kr List-Unsubscribe)
has 'one https address to refuse at' "$link" '<https://event.example.kr/unsubscribe?token='
is 'one click' "$(mail raw c1@example.kr List-Unsubscribe-Post)" 'List-Unsubscribe=One-Click'
ok 'another token for each' test "$link" != "$(mail raw c2@example.kr List-Unsubscribe)"
body=$(mail body c1@example.kr)
for part in 손님1님 '가을 출석' 'Autumn check-in' 별빛상점 event@example.kr 02-123-4567 '서울특별시 종로구 1' '무료로' 'free of charge'; do
	has "the body has: $part" "$body" "$part"
done
is 'the body has the address to refuse at twice' "$(printf %s "$body" | grep -cF "$(printf %s "$link" | tr -d '<>')")" 2
ok 'no long line' test "$(mail lines c8@example.kr)" -le 160

# What changes between queueing and sending counts. Nothing listens: they are queued and wait.
relay_stop
rm -rf "$mails"
clock '2026-11-24 18:00:00'
for c in 21 22 23 24; do customer $c; done
notify reminder
is 'no relay: 75, and all wait' "$code $(db "SELECT COUNT(*) FROM outbox WHERE day = $((day + 1)) AND state = 'queued'")" '75 9'
db "$(attended 21 $((day + 1)))
    INSERT INTO mail_consent (customer_id, action, wording, source, at) VALUES (22, 'withdrawn', 'v1', 'one-click', $(now_ms));"
clock '2026-11-24 18:05:00'
relay
notify deliver
is 'after that, whoever came or withdrew gets none' "$code $(tally)" '0 0 7 0 0 2'
is 'why' "$(db "SELECT customer_id || ' ' || state || ' ' || why FROM outbox WHERE customer_id IN (21, 22) ORDER BY 1" | tr '\n' ';')" '21 dropped has come;22 dropped no consent;'
hasnt 'none to the one who came' "$(mail to)" 'c21@'
hasnt 'none to the one who withdrew' "$(mail to)" 'c22@'

# Hours.
rm -rf "$mails/new" && mkdir "$mails/new"
clock '2026-11-25 07:59:59'
notify reminder
is 'before the hours: none, and no error' "$code $(tally)" '0 0 0 0 0 0'
has 'it says so' "$out" 'reminders leave from 8 to 21'
clock '2026-11-25 21:00:00'
notify reminder
is 'after them' "$code $(tally)" '0 0 0 0 0 0'
notify reminder --any-hour
is 'any hour' "$code $(tally)" '0 8 8 0 0 0'
has 'it warns' "$out" 'warning: it is 21'
clock '2026-11-26 20:59:59'
relay_stop
notify reminder
is 'queued at the last moment' "$code" 75
relay
clock '2026-11-26 21:02:00'
notify deliver
is 'what could not leave in time is dropped' "$code $(tally)" '0 0 0 0 0 8'
clock '2026-11-27 18:00:00'
db "UPDATE campaign SET state = 'closed'"
notify reminder
is 'a closed event has none' "$code $(tally)" '0 0 0 0 0 0'
db "UPDATE campaign SET state = 'open', last_day = $((day + 3))"
notify reminder
is 'nor one whose last day was yesterday' "$code $(tally)" '0 0 0 0 0 0'
db "UPDATE campaign SET last_day = 0, zone = 'UTC'"
notify reminder
is 'another zone than that of the settings is refused' "$code" 78
db "UPDATE campaign SET zone = 'Asia/Seoul'"

# Two at once, and more than a batch.
relay_stop
broken
i=100
while [ $i -lt 1300 ]; do
	echo "INSERT INTO customer (id, issuer, subject, name, email, verified_at, created_at) VALUES ($i, 'x', 's$i', '손님$i', 'c$i@example.kr', 1, 0);
	INSERT INTO mail_consent (customer_id, action, wording, source, at) VALUES ($i, 'given', 'v1', 'page', $(now_ms));"
	i=$((i + 1))
done >"$work/many.sql"
sqlite3 "$db" 'PRAGMA synchronous=OFF' 'BEGIN' ".read $work/many.sql" 'COMMIT' >/dev/null
(ours reminder) >"$work/first" 2>&1 & first=$!
(ours reminder) >"$work/second" 2>&1 & second=$!
(ours deliver) >"$work/third" 2>&1 & third=$!
wait $first; a=$?
wait $second; b=$?
wait $third; c=$?
is 'three at once end well' "$a $b $c" '0 0 0'
is 'a mail for each' "$(heard '^mail ')" 1208
is 'to each one' "$(grep '^mail ' "$log" | cut -d' ' -f3 | sort -u | wc -l)" 1208
is 'a Message-ID for each' "$(grep '^mail ' "$log" | cut -d' ' -f2 | sort -u | wc -l)" 1208
ok 'a connection for each run' test "$(heard '^conn')" -le 3
finish
