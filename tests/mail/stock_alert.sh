#!/bin/sh
# stock_alert.sh - the mail to staff about a reward at its threshold: once to each recipient, again
# only for a further alert, never lost for want of a recipient or of a relay.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/mail/lib.sh

alert() { db "INSERT INTO stock_alert (reward_id, stock, threshold, at) VALUES (1, $1, 5, $(now_ms))"; }
recipient() { db "INSERT INTO alert_recipient (email, author, at) VALUES ('$1', 'test', 0)"; }
waiting() { db 'SELECT COUNT(*) FROM stock_alert WHERE queued_at = 0'; }

relay
notify stock-alert
is 'nothing to tell' "$code $(tally)" '0 0 0 0 0 0'
notify stock-alert --quiet
is 'nor to say, if it is to be quiet' "$code $out" '0 '
db "INSERT INTO reward (id, slug, name_ko, name_en, threshold, created_at) VALUES (1, 'mug', '머그컵 \"별\"', 'Mug', 5, 0)"
alert 5
notify stock-alert
is 'no recipient: no mail, and the alert stays' "$code $(tally) $(waiting)" '0 0 0 0 0 0 1'
has 'it says what to do' "$out" 'add a recipient at https://event.example.kr/admin/alerts'

recipient a@example.kr
recipient b@example.kr
notify stock-alert
is 'a mail to each' "$code $(tally) $(waiting)" '0 2 2 0 0 0 0'
is 'to whom' "$(mail to | tr '\n' ' ')" 'a@example.kr b@example.kr '
notify stock-alert
is 'once' "$code $(tally) $(mail count)" '0 0 0 0 0 0 2'
is 'subject' "$(mail header a@example.kr Subject)" '[별빛상점, 서울] 재고 알림: 머그컵 "별" 5개 남음 (stock alert: Mug)'
is 'made by a program' "$(mail header a@example.kr Auto-Submitted)" 'auto-generated'
is 'no advertising' "$(mail header a@example.kr List-Unsubscribe)" ''
hasnt 'nor a label of it' "$(mail header a@example.kr Subject)" '광고'
body=$(mail body a@example.kr)
has 'the body has the stock' "$body" '남은 재고: 5개'
has 'and in English' "$body" 'In stock: 5'
has 'and where to go' "$body" 'https://event.example.kr/admin/stock/1'

alert 3
notify stock-alert
is 'a further alert is a further mail' "$code $(tally)" '0 2 2 0 0 0'
is 'its key' "$(db "SELECT key FROM outbox ORDER BY id DESC LIMIT 1")" 'stock-alert:2:b@example.kr'

relay_stop
alert 2
notify stock-alert
is 'no relay: queued' "$code $(waiting) $(db "SELECT COUNT(*) FROM outbox WHERE state = 'queued'")" '75 0 2'
clock '2026-11-23 19:00:30'
notify stock-alert
is 'not tried again at once' "$code $(tally)" '0 0 0 0 0 0'
relay
clock '2026-11-23 19:02:00'
notify stock-alert
is 'sent once it is back' "$code $(tally)" '0 0 2 0 0 0'
notify deliver
is 'once' "$(mail count)" 6

# An alert does not wait behind the reminders of the day.
campaign 1
customer 1
customer 2
relay_stop
notify reminder
alert 1
broken
clock '2026-11-23 19:05:00'
notify stock-alert
is 'all leave' "$(tally)" '2 4 0 0 0'
is 'alerts first' "$(grep '^mail ' "$log" | cut -d' ' -f3 | head -n 2 | tr '\n' ' ')" 'a@example.kr b@example.kr '
relay_stop
relay

# Addresses that carry more than an address.
db 'DELETE FROM alert_recipient'
relay_stop
broken
n=0
for bad in "'x@example.kr' || char(13) || char(10) || 'RCPT TO:<evil@example.kr>'" \
    "'x@example.kr>' || char(13,10) || 'DATA'" "'x@example.kr' || char(10)" "'x@example.kr' || char(13)" \
    "char(13,10) || 'x@example.kr'" "'x' || char(10) || '@example.kr'" "'<x@example.kr>'" "'x@example.kr> SIZE=1'" \
    "'x@example.kr,y@example.kr'" "'x y@example.kr'" "'x@example.kr' || char(9)" "'x@example'" "'@example.kr'" \
    "'x@'" "'x'" "'x@@example.kr'" "'\"x y\"@example.kr'" "'x@example.kr' || char(127)" "'한글@example.kr'" "''" \
    "'x@exam' || char(65279) || 'ple.kr'" "'x@-example.kr'" "'x@[127.0.0.1]'" "'x@example.kr' || char(133)"; do
	n=$((n + 1))
	db "INSERT INTO alert_recipient (email, author, at) VALUES ($bad, 'test', 0)"
done
recipient good@example.kr
alert 0
notify stock-alert
is 'addresses that are none are refused' "$code $(tally)" "0 $((n + 1)) 1 0 $n 0"
is 'the relay hears of one' "$(heard '^> MAIL') $(heard '^> RCPT TO:<good@example.kr>$') $(heard '^> RCPT')" '1 1 1'
hasnt 'and of no other' "$(cat "$log")" evil
for bad in "headers = 'X: y' || char(13,10) || 'Bcc: evil@example.kr'" "headers = 'X: y' || char(13) || 'Bcc: e'" \
    "headers = 'nothing' || char(10)" "headers = 'X: y'" "headers = char(10)" "headers = 'X: 한글' || char(10)" \
    "subject = 'a' || char(13,10) || 'Bcc: evil@example.kr'" "subject = 'a' || char(10)" "subject = CAST(x'41ff' AS TEXT)" \
    "message_id = '<a@b>' || char(13,10) || 'Bcc: evil@example.kr'"; do
	db "INSERT INTO outbox (kind, key, recipient, message_id, subject, body, due_at, expires_at, created_at)
	    VALUES ('test', 'bad', 'x@example.kr', '<bad@example.kr>', 's', 'b', 0, 9999999999999, 0);
	    UPDATE outbox SET $bad WHERE key = 'bad'"
	notify deliver
	is "refused: $bad" "$code $(tally)" '0 0 0 0 1 0'
	db "DELETE FROM outbox WHERE key = 'bad'"
done
is 'the relay heard nothing of them' "$(heard '^> MAIL')" 1

# What a body may hold arrives as it is.
relay_stop
relay
rm -f "$mails/new/"*
db "INSERT INTO outbox (kind, key, recipient, message_id, subject, body, due_at, expires_at, created_at)
    VALUES ('test', 'dots', 'dots@example.kr', '<dots@example.kr>', '', 'a' || char(10) || '.' || char(10) || 'RCPT TO:<evil@example.kr>' || char(13,10,46,13,10) || '.end', 0, 9999999999999, 0)"
notify deliver
is 'a body with lone dots' "$(mail body dots@example.kr | tr -d '\r' | tr '\n' '|')" 'a|.|RCPT TO:<evil@example.kr>|.|.end|'
finish
