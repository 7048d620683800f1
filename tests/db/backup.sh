#!/bin/bash
# backup.sh - chulcheckctl backup while customers check in, and restore: what was there is there again,
# nothing is mixed, and nothing is left behind by what fails.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 6
. "$RUN_ENV"
ctl() { "$BIN/chulcheckctl" "$@" 2>&1; }
dir=$(dirname "$RUN_ENV") to=$work/to
mkdir "$to"
check_in() { api POST /v1/check-ins "$1"; [ "$status" = 201 ]; }
for t in 1 2 3 4 5 6; do token "customer$t@example.kr" "$CUSTOMERS_PASSWORD" >"$work/token.$t"; done
in_it() { sqlite3 -readonly "$1" 'SELECT COUNT(*) FROM attendance WHERE day = (SELECT MAX(day) FROM attendance)'; }

# A copy while it is written to.
for t in 1 2 3; do check_in "$(cat "$work/token.$t")"; done
done_before=$(in_it "$ATTEND_DB")
touch "$work/busy"
while [ -e "$work/busy" ]; do sql "$ATTEND_DB" "SELECT COUNT(*) FROM attendance" >/dev/null; curl -s -o /dev/null -X POST -H "Authorization: Bearer $(cat "$work/token.4")" "$EVENT_URL/v1/check-ins"; done &
busy=$!
said=$(ctl backup --domain attend --to "$to/attend.db" "$ATTEND_DB"); is 'backup' $? 0
has 'it tells its size' "$said" "$to/attend.db: 0."
rm "$work/busy"; wait $busy
ok 'it has all that was answered before' [ "$(in_it "$to/attend.db")" -ge "$done_before" ]
ok 'and is sound by the rules' "$BIN/chulcheckctl" verify --domain attend "$to/attend.db"
is 'it is its owner'"'"'s alone' "$(stat -c %a "$to/attend.db")" 600
rm -f "$to"/attend.db-* "$to"/attend.db.lock
is 'nothing else is there' "$(ls -A "$to")" attend.db
slow="strace -f -o /dev/null -e trace=pwrite64 -e inject=pwrite64:delay_enter=60000 $BIN/chulcheckctl backup --domain attend --to $to/slow.db $ATTEND_DB"
has 'on a terminal it tells how far it is' "$(script -qec "$slow" /dev/null)" ' MB copied'
rm "$to/slow.db"
hasnt 'in a journal it does not' "$(sh -c "$slow 2>&1")" ' MB copied'
rm "$to/slow.db"
is 'auth' "$(ctl backup --domain auth --to "$to/auth.db" "$AUTH_DB" | wc -l)" 1

# What is refused.
before=$(sha256sum "$to/attend.db")
has 'a name that is taken' "$(ctl backup --domain attend --to "$to/attend.db" "$ATTEND_DB")" 'is there already: choose another name'
is 'which stays' "$(sha256sum "$to/attend.db")" "$before"
has 'the other domain' "$(ctl backup --domain auth --to "$to/x" "$ATTEND_DB")" 'is not a database of this program'
has 'none there' "$(ctl backup --domain auth --to "$to/x" "$work/none.db")" 'cannot be opened'
has 'a folder that is not there' "$(ctl backup --domain attend --to "$work/none/x" "$ATTEND_DB")" 'cannot be copied'
ctl backup --domain attend --to "$to/x" >/dev/null; is 'no database named' $? 64
if [ "$(id -u)" = 0 ]; then
	mkdir "$work/full"
	mount -t tmpfs -o size=64k none "$work/full"
	said=$(ctl backup --domain attend --to "$work/full/x.db" "$ATTEND_DB"); is 'a full disk' $? 74
	has 'is named' "$said" 'is there space'
	is 'and nothing is left there' "$(ls -A "$work/full")" ''
	umount "$work/full"
fi
( ulimit -f 40; ctl backup --domain attend --to "$to/short.db" "$ATTEND_DB" >/dev/null 2>&1 )
ok 'one that was cut short has not got the name' [ ! -e "$to/short.db" ]
is 'restore while it is used' "$(ctl restore --domain attend --from "$to/attend.db" "$ATTEND_DB")" "chulcheckctl: $ATTEND_DB is in use: stop the service and its timers first"
rm -f "$to"/short.db*
is 'nothing else is there' "$(ls -A "$to" | tr '\n' ' ')" 'attend.db auth.db '

# Later on; then back.
check_in "$(cat "$work/token.5")"
later=$(in_it "$ATTEND_DB") backed=$(in_it "$to/attend.db")
ok 'more has happened' [ "$later" -gt "$backed" ]
stop_own_system
db=$ATTEND_DB
has 'a file that is none' "$(ctl restore --domain attend --from README.md "$db")" 'README.md'
head -c 60000 "$to/attend.db" >"$work/cut.db"
has 'a damaged backup' "$(ctl restore --domain attend --from "$work/cut.db" "$db")" "$work/cut.db cannot be opened"
cp "$to/attend.db" "$work/bent.db"
printf '%04096d' 0 | dd of="$work/bent.db" bs=4096 seek=9 conv=notrunc status=none
has 'one that is damaged inside' "$(ctl restore --domain attend --from "$work/bent.db" "$db")" "$work/bent.db is damaged"
has 'of the other domain' "$(ctl restore --domain attend --from "$to/auth.db" "$db")" 'is not a database of this domain'
is 'the database is as it was' "$(in_it "$db")" "$later"
said=$(ctl restore --domain attend --from "$to/attend.db" "$db"); is 'restore' $? 0
aside=${said##* is }
is 'what it has is of the backup' "$(in_it "$db")" "$backed"
is 'what was there is put aside, whole' "$(in_it "$aside")" "$later"
is 'in WAL mode, as workers want it' "$(sqlite3 "$db" 'PRAGMA journal_mode')" wal
is 'with its owner and mode' "$(stat -c '%U %a' "$db")" "$(stat -c '%U %a' "$aside")"
rm -f "$aside-wal" "$aside-shm"
is 'nothing else is left' "$(ls -A "${db%/*}" | grep -vE '^attend\.db(-wal|-shm|\.lock)?$')" "${aside##*/}"
is 'the backup is as it was' "$(sha256sum "$to/attend.db")" "$before"

# An old -wal is not taken for one of the new database.
"$BIN/chulcheckctl" migrate --domain attend "$work/w.db" >/dev/null
sqlite3 -cmd '.dbconfig no_ckpt_on_close on' "$work/w.db" "INSERT INTO alert_recipient VALUES ('late@example.kr', 'x', 1)"
ok 'there is one' [ -s "$work/w.db-wal" ]
ctl restore --domain attend --from "$to/attend.db" "$work/w.db" >"$work/said"; is 'restore over it' $? 0
is 'the new database has none of it' "$(sqlite3 "$work/w.db" "SELECT COUNT(*) FROM alert_recipient WHERE email = 'late@example.kr'")" 0
is 'the old one has it' "$(sqlite3 "$(sed 's/.* is //' "$work/said")" "SELECT COUNT(*) FROM alert_recipient WHERE email = 'late@example.kr'")" 1
ok 'verify finds no fault' "$BIN/chulcheckctl" verify --domain attend "$work/w.db"
ctl restore --domain attend --from "$to/attend.db" "$work/fresh.db" >/dev/null; is 'restore where there is none yet' "$? $(in_it "$work/fresh.db")" "0 $backed"

has 'schema: its number, and nothing else' "$(ctl schema --domain attend "$work/fresh.db")" "$(sqlite3 "$work/fresh.db" 'PRAGMA user_version')"
has 'schema: of the other domain' "$(ctl schema --domain auth "$work/fresh.db")" 'is not a database of this domain'
if [ "$(id -u)" = 0 ]; then
	install -d -o nobody "$work/lost"
	ctl restore --domain attend --from "$to/attend.db" "$work/lost/attend.db" >/dev/null
	is 'restore of a lost one: for the owner of its folder' "$(stat -c %U "$work/lost"/attend.db "$work/lost"/attend.db.lock | sort -u)" nobody
fi

# Ended at any moment: the old one or the new one, whole.
for n in 0.001 0.005 0.01 0.015 0.02 0.03 0.04 0.05; do
	cp "$aside" "$work/k.db"; rm -f "$work"/k.db-* "$work"/k.db.*
	"$BIN/chulcheckctl" restore --domain attend --from "$to/attend.db" "$work/k.db" >/dev/null 2>&1 &
	sleep $n; kill -KILL $! 2>/dev/null; wait $! 2>/dev/null
	case $(in_it "$work/k.db") in "$backed" | "$later") whole=yes ;; *) whole=no ;; esac
	is "killed after $n s: whole" "$whole $(sqlite3 "$work/k.db" 'PRAGMA integrity_check')" 'yes ok'
done
finish
