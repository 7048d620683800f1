#!/bin/sh
# outbox.sh - chulcheck-notify against a real mail server (aiosmtpd into a Maildir): who gets a
# reminder and who does not, once whatever happens; stock alerts; a server that is down.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
. "$RUN_ENV"
ATTEND_DB=$work/attend.db MAIL_DIR=$work/mail
port=$(free_port 26025)
"$BIN/chulcheckctl" token >"$work/key"; chmod 600 "$work/key"
cat >"$work/notify.conf" <<C
attend_db = $ATTEND_DB
unsubscribe_key = $work/key
smtp_url = smtp://127.0.0.1:$port
smtp_tls = none
mail_from = event@example.kr
site_name = 출첵 가게
C
notify() { "$BIN/chulcheck-notify" "$@" --config "$work/notify.conf" >>"$work/log" 2>&1; }
thrice() { notify "$@" & _a=$!; notify "$@" & _b=$!; notify "$@"; wait $_a $_b; }
mkdir -p "$MAIL_DIR/new" "$MAIL_DIR/cur" "$MAIL_DIR/tmp"
smtp=''
smtp_start() { /usr/bin/aiosmtpd -n -c aiosmtpd.handlers.Mailbox -l "127.0.0.1:$port" "$MAIL_DIR" >"$work/smtp.log" 2>&1 & smtp=$!; wait_for 10 port_used; }
port_used() { ! [ "$(free_port "$port")" = "$port" ]; }
smtp_stop() { [ -z "$smtp" ] || { kill "$smtp"; wait "$smtp"; } 2>/dev/null; smtp=''; }
at_exit="smtp_stop; $at_exit"
got() { mails "$1" | grep -c '^Subject:'; }
state() { sql "$ATTEND_DB" "SELECT state || ' ' || why FROM outbox WHERE recipient = '$1'"; }

"$BIN/chulcheckctl" migrate --domain attend "$ATTEND_DB" >/dev/null
now=$(date +%s); today=$(((now + 9 * 3600) / 86400)); day=86400000
sql "$ATTEND_DB" "INSERT INTO campaign (id, slug, name_ko, name_en, first_day, state, receipt_key, created_at)
VALUES (1, 'daily', '매일 출석', 'Daily', $today - 60, 'open', '$(cat "$work/key")', 0);"
person() { # id, email, verified, last day, consent action, consent at (days ago)
	sql "$ATTEND_DB" "INSERT INTO customer (id, issuer, subject, name, email, verified_at, created_at) VALUES ($1, 'i', 's$1', '손님$1', '$2', $3, 0);
$([ "$4" = none ] || echo "INSERT INTO attendance (campaign_id, customer_id, day, at, count, streak, longest) VALUES (1, $1, $today - $4, 1, 1, 1, 1);")
$([ "$5" = none ] || echo "INSERT INTO mail_consent (customer_id, action, wording, source, at) VALUES ($1, '$5', 'w', 'page', ${now}000 - $6 * $day);")"
}
person 1 agreed@example.kr 1 1 given 40
person 2 came@example.kr 1 0 given 40
person 3 never@example.kr 1 1 none 0
person 4 withdrew@example.kr 1 1 withdrawn 40
person 5 lapsed@example.kr 1 45 given 45
person 6 fresh@example.kr 1 none given 1
person 7 unverified@example.kr 0 1 given 1
person 8 between@example.kr 1 1 given 1
person 9 leaves@example.kr 1 1 given 1
sql "$ATTEND_DB" "INSERT INTO customer (id, issuer, subject, name, email, verified_at, created_at) VALUES (10, 'i', 's10', '나쁜', 'bad@example.kr' || char(13, 10) || 'Bcc: x@example.kr', 1, 0);
INSERT INTO attendance (campaign_id, customer_id, day, at, count, streak, longest) VALUES (1, 10, $today - 1, 1, 1, 1, 1);
INSERT INTO mail_consent (customer_id, action, wording, source, at) VALUES (10, 'given', 'w', 'page', 1);"

# The server is down: all wait, none is lost.
notify reminder --any-hour; is 'server down: exit code 75' $? 75
is 'server down: all five wait' "$(count "$ATTEND_DB" "outbox WHERE state = 'queued'")" 5
ids=$(sql "$ATTEND_DB" "SELECT message_id FROM outbox WHERE recipient = 'agreed@example.kr'")
# Meanwhile one comes and one withdraws.
sql "$ATTEND_DB" "INSERT INTO attendance (campaign_id, customer_id, day, at, count, streak, longest) VALUES (1, 8, $today, 1, 2, 2, 2);
INSERT INTO mail_consent (customer_id, action, wording, source, at) VALUES (9, 'withdrawn', 'w', 'one-click', ${now}000);
UPDATE outbox SET due_at = 0 WHERE state = 'queued';"
smtp_start
notify reminder --any-hour; is 'server back: exit code 0' $? 0
is 'one mail to who agreed and did not come' "$(got agreed@example.kr)" 1
is 'one mail to who agreed lately and never came' "$(got fresh@example.kr)" 1
for who in came never withdrew lapsed unverified between leaves x; do is "none to: $who" "$(got $who@example.kr)" 0; done
is 'came after queueing: dropped' "$(state between@example.kr)" 'dropped has come'
is 'withdrew after queueing: dropped' "$(state leaves@example.kr)" 'dropped no consent'
is 'an address with CR LF is refused' "$(sql "$ATTEND_DB" "SELECT state FROM outbox WHERE customer_id = 10")" failed
is 'bodies are emptied' "$(count "$ATTEND_DB" "outbox WHERE body <> ''")" 0
thrice reminder --any-hour
is 'three more runs at once: still one mail' "$(got agreed@example.kr)" 1

# The mail itself.
file=$(grep -l '^To: agreed@example.kr' "$MAIL_DIR"/new/*)
is 'the same Message-ID as at the first attempt' "$(sed -n 's/^Message-ID: //Ip' "$file" | tr -d '\r')" "$ids"
for h in List-Unsubscribe List-Unsubscribe-Post Subject From To Date; do is "header once: $h" "$(grep -ci "^$h:" "$file")" 1; done
is 'one-click header' "$(sed -n 's/^List-Unsubscribe-Post: //Ip' "$file" | tr -d '\r')" 'List-Unsubscribe=One-Click'
text=$(mails agreed@example.kr)
is 'the subject begins with (광고)' "$(echo "$text" | sed -n 's/^Subject: //p' | cut -c1-6)" "$(printf '(광고)' | cut -c1-6)"
for part in '출첵 가게' 'event@example.kr' '02-000-0000' '서울특별시' '수신 거부' 'To stop these mails' '/unsubscribe?token='; do has "the text has: $part" "$text" "$part"; done
ok 'no line is over 998 bytes' awk 'length > 998 { e = 1 } END { exit e }' "$file"

# Outside the hours nothing is sent.
hour=$(TZ=Asia/Seoul date +%-H)
[ "$hour" = 23 ] && hours='reminder_from_h = 0
reminder_until_h = 1' || hours="reminder_from_h = $((hour + 1))
reminder_until_h = 24"
{ cat "$work/notify.conf"; echo "$hours"; } >"$work/night.conf"
sql "$ATTEND_DB" "DELETE FROM outbox WHERE recipient = 'agreed@example.kr'"
"$BIN/chulcheck-notify" reminder --config "$work/night.conf" 2>>"$work/log"; is 'outside the hours: exit code 0' $? 0
is 'outside the hours: nothing queued' "$(count "$ATTEND_DB" "outbox WHERE recipient = 'agreed@example.kr'")" 0

# A run that was killed while it sent.
sql "$ATTEND_DB" "UPDATE outbox SET state = 'sending', lease_until = 0, body = 'again', due_at = 0 WHERE recipient = 'fresh@example.kr'"
notify deliver
is 'a sender that was killed: sent again' "$(got fresh@example.kr)" 2
is 'under the same Message-ID' "$(grep -h -A99 -i '^To: fresh@example.kr' "$MAIL_DIR"/new/* | grep -i '^Message-ID' | sort -u | wc -l)" 1
sql "$ATTEND_DB" "INSERT INTO outbox (kind, key, recipient, message_id, subject, body, due_at, expires_at, created_at) VALUES ('x', 'late', 'late@example.kr', '<l@x>', 's', 'b', 0, 1, 0)"
notify deliver
is 'what is too late is dropped' "$(state late@example.kr)" 'dropped too late'

# Stock alerts: without a recipient they wait; then one mail each, once.
sql "$ATTEND_DB" "INSERT INTO reward (id, slug, name_ko, name_en, threshold, created_at) VALUES (1, 'mug', '머그컵', 'Mug', 5, 0);
INSERT INTO stock_alert (reward_id, stock, threshold, at) VALUES (1, 5, 5, 0);"
notify stock-alert
is 'no recipient: it waits' "$(count "$ATTEND_DB" "stock_alert WHERE queued_at = 0")" 1
has 'and says what to do' "$(tail -3 "$work/log")" '/admin/alerts'
sql "$ATTEND_DB" "INSERT INTO alert_recipient VALUES ('a@example.kr', 'x', 0), ('b@example.kr', 'x', 0)"
thrice stock-alert; notify stock-alert
is 'one mail to each recipient' "$(got a@example.kr) $(got b@example.kr)" '1 1'
has 'it names the reward and what is left' "$(mails a@example.kr)" '남은 재고: 5개'
hasnt 'it is no advertising' "$(mails a@example.kr)" '광고'
# Plain text never leaves this machine.
sed -i "s|^smtp_url.*|smtp_url = smtp://mail.example.kr:25|" "$work/notify.conf"
sql "$ATTEND_DB" "INSERT INTO outbox (kind, key, recipient, message_id, subject, body, due_at, expires_at, created_at) VALUES ('x', 'far', 'far@example.kr', '<f@x>', 's', 'b', 0, 9999999999999, 0)"
notify deliver; is 'smtp_tls = none and another machine: refused, 78' $? 78
finish
