#!/bin/sh
# export.sh - chulcheckctl export: byte for byte what another CSV writer makes of the same rows, also
# of hostile names; logged before the first row; no reader is held open, so check-ins go on and the
# write-ahead log stays small while somebody reads slowly. Starts a system of its own.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 4
. "$RUN_ENV"
db=$ATTEND_DB

export_to() { # FILE ARGUMENTS...: sets code and said
	_to=$1; shift
	said=$("$BIN/chulcheckctl" export "$@" 2>&1 >"$_to"); code=$?
}
audits() { count "$1" audit; }
# What the file should be, from SQL by other hands: same FILE [CAMPAIGN] [FROM] [TO]
same() { /usr/bin/python3 - "$db" "$@" <<'P'
import csv, datetime, io, re, sqlite3, sys, zoneinfo
db, path, campaign, first, last = (sys.argv[1:] + [''] * 3)[:5]
out = io.StringIO()
w = csv.writer(out, lineterminator='\r\n')
w.writerow('campaign day at customer name email count streak longest'.split())
tame = lambda s: "'" + s if re.match('[ \u00a0\u3000]*[=+\\-@\t\r\n＝＋－＠]', s) else s
for slug, zone, day, at, subject, name, email, *numbers in sqlite3.connect(db).execute('''
        SELECT g.slug, g.zone, date(a.day * 86400, 'unixepoch') AS d, a.at, c.subject, c.name, c.email, a.count, a.streak, a.longest
        FROM attendance a JOIN campaign g ON g.id = a.campaign_id JOIN customer c ON c.id = a.customer_id
        WHERE (?1 = '' OR g.slug = ?1) AND (?2 = '' OR d >= ?2) AND (?3 = '' OR d <= ?3)
        ORDER BY a.campaign_id, a.customer_id, a.day''', (campaign, first, last)):
    at = datetime.datetime.fromtimestamp(at // 1000, zoneinfo.ZoneInfo(zone)).isoformat()
    w.writerow([slug, day, at, tame(subject), tame(name), tame(email), *numbers])
got, want = open(path, 'rb').read(), b'\xef\xbb\xbf' + out.getvalue().encode()
if got != want:
    for g, e in zip(got.split(b'\r\n'), want.split(b'\r\n')):
        if g != e:
            print('#   got: ', g, '\n#   want:', e)
            break
    sys.exit(1)
P
}
# The keys in FILE that stand there twice; those of the file KEYS that do not stand there.
keys() { /usr/bin/python3 -c 'import csv, sys
for r in list(csv.reader(open(sys.argv[1], encoding="utf-8-sig", newline="")))[1:]: print(r[0], r[3], r[1])' "$1"; }
twice() { keys "$1" | sort | uniq -d; }
missing() { keys "$2" | sort >"$work/there"; sort "$1" | comm -23 - "$work/there"; }

# Days of 80 customers, three pages of them; two customers before them and two behind have an
# account and have not checked in yet. A second campaign has a zone with summer time and strangers.
/usr/bin/python3 - "$db" "$AUTH_DB" "$AUTH_URL" <<'P'
import sqlite3, sys
db, auth, issuer = sys.argv[1:]
accounts = [r[0] for r in sqlite3.connect(auth).execute("SELECT subject FROM account WHERE email LIKE 'customer%' ORDER BY email")]
con = sqlite3.connect(db, isolation_level=None)
con.executescript('PRAGMA wal_autocheckpoint=0; BEGIN IMMEDIATE')
(today,), = con.execute("SELECT MAX(day) + 1 FROM attendance")
add = lambda id, subject, name, email: con.execute(
    'INSERT INTO customer (id, issuer, subject, name, email, created_at) VALUES (?, ?, ?, ?, ?, 0)', (id, issuer, subject, name, email))
came = lambda campaign, id, day, at, n: con.execute('INSERT INTO attendance VALUES (?, ?, ?, ?, ?, ?, ?)', (campaign, id, day, at, n, n, n))
for i, subject in enumerate(accounts):
    add(10 + i if i < 2 else 200 + i, subject, 'x', '')
for id in range(20, 100):
    add(id, f'subject-{id:040}', f'손님 {id}', f'somebody.with.a.long.name.{id}@example.kr')
    for n in range(30):
        came(1, id, today - 30 + n, (today - 30 + n) * 86400000 + id * 1000, n + 1)
con.execute("""INSERT INTO campaign (id, slug, name_ko, name_en, zone, day_start_s, first_day, state, receipt_key, created_at)
    SELECT 2, 'newyork', 'x', 'x', 'America/New_York', 14400, 20000, 'closed', receipt_key, 0 FROM campaign WHERE id = 1""")
hostile = ['=cmd|"/c calc"!A1', '+1', '-1+1', '@SUM(A1)', '"@x', 'a,b', 'two\nlines', 'two\r\nlines', '\tx', '\rx', '\nx', '＝1+1',
    '＋1', '－1', '＠x', '  =1', '\u3000＝1', '=1,2', "'=1", '"', '', '한글, "이름"', '😀;x', 'a=1', '김\u00a0-철수']
for i, name in enumerate(hostile):
    add(300 + i, name or 'none', name, name)
    for n in range(2):      # the two days around the change to winter time of 2026: 20758 is 1 November
        came(2, 300 + i, 20757 + n, (20757 + n) * 86400000 + 16 * 3600000, n + 1)
con.execute('COMMIT')
P

# What is in it.
export_to "$work/all" --author '김운영' --reason '세무 자료' "$db"
is 'export: code' "$code" 0
has 'export: says how many rows' "$said" "$(count "$db" attendance) rows exported"
ok 'export: all campaigns, hostile names, zones, three pages' same "$work/all"
is 'audit: who and why' "$(sql "$db" "SELECT author, action, subject, detail FROM audit ORDER BY id DESC LIMIT 1")" '김운영|export|all|세무 자료 (all days)'
is 'audit: when' "$(sql "$db" "SELECT at / 100000 = CAST(strftime('%s') AS INTEGER) / 100 OR at / 100000 = CAST(strftime('%s') AS INTEGER) / 100 - 1 FROM audit ORDER BY id DESC LIMIT 1")" 1
export_to "$work/one" --campaign newyork --author a --reason b "$db"
ok 'one campaign' same "$work/one" newyork
has 'one campaign: the offset is that of its day' "$(cat "$work/one")" 'newyork,2026-10-31,2026-10-31T12:00:00-04:00,'
has 'one campaign: and changes in winter' "$(cat "$work/one")" 'newyork,2026-11-01,2026-11-01T11:00:00-05:00,'
is 'audit: the campaign' "$(sql "$db" "SELECT subject FROM audit ORDER BY id DESC LIMIT 1")" newyork
from=$(sql "$db" "SELECT date((MAX(day) - 9) * 86400, 'unixepoch') FROM attendance WHERE campaign_id = 1")
to=$(sql "$db" "SELECT date((MAX(day) - 5) * 86400, 'unixepoch') FROM attendance WHERE campaign_id = 1")
export_to "$work/range" "$db" --from "$from" --to "$to" --campaign daily --author a --reason b
ok 'some days' same "$work/range" daily "$from" "$to"
is 'some days: 400 rows' "$said" '400 rows exported'
is 'audit: the days' "$(sql "$db" "SELECT detail FROM audit ORDER BY id DESC LIMIT 1")" "b (days $from to $to)"
export_to "$work/range" --from "$from" --author a --reason b "$db"
ok 'from a day' same "$work/range" '' "$from"
is 'audit: from a day' "$(sql "$db" "SELECT detail FROM audit ORDER BY id DESC LIMIT 1")" "b (days from $from)"
export_to "$work/range" --to "$to" --author a --reason b "$db"
ok 'to a day' same "$work/range" '' '' "$to"

# Somebody reads slowly: the export stands in the middle of its first page.
for n in 1 2 3 4; do token "customer$n@example.kr" "$CUSTOMERS_PASSWORD"; done >"$work/tokens"
sql "$db" "SELECT 'daily ' || c.subject || ' ' || date(a.day * 86400, 'unixepoch') FROM attendance a JOIN customer c ON c.id = a.customer_id WHERE a.campaign_id = 1" >"$work/before"
mkfifo "$work/pipe"
before=$(audits "$db")
"$BIN/chulcheckctl" export --campaign daily --author slow --reason 'a slow reader' "$db" >"$work/pipe" 2>"$work/slow.err" &
slow=$!
exec 3<"$work/pipe"
head -c 3 <&3 >"$work/slow"
is 'a slow reader: logged before the first row' "$(audits "$db")" $((before + 1))
check_in() { xargs -I{} curl -sS -m 30 -o /dev/null -w '%{http_code} ' -X POST -H 'Authorization: Bearer {}' "$EVENT_URL/v1/check-ins"; }
burst() { flock "$db.lock" /usr/bin/python3 -c 'import sqlite3, sys
con = sqlite3.connect(sys.argv[1], isolation_level=None)
con.executescript("PRAGMA wal_autocheckpoint=0; PRAGMA synchronous=OFF")
for _ in range(17000): con.execute("UPDATE alert_recipient SET at = at + 1")' "$db"; }
wal() { stat -c %s "$db-wal"; }
burst
is 'meanwhile check-ins go on' "$(sed -n 1,3p "$work/tokens" | check_in)" '201 201 201 '
sleep 1 # a pause, in which the write-ahead log is copied back
burst
is 'and on' "$(sed -n 4p "$work/tokens" | check_in)" '201 '
ok 'meanwhile the write-ahead log starts again (68 MB of 136)' test "$(wal)" -lt 82000000
is 'and can be emptied' "$(flock "$db.lock" sqlite3 "$db" 'PRAGMA wal_checkpoint(TRUNCATE)') $(wal)" '0|0|0 0'
ok 'the export still waits' kill -0 $slow
cat <&3 >>"$work/slow"
exec 3<&-
wait $slow; is 'and ends well' $? 0
is 'none is in it twice' "$(twice "$work/slow")" ''
is 'none that was there before is lost' "$(missing "$work/before" "$work/slow")" ''
is 'those ahead of it are in it' "$(keys "$work/slow" | wc -l) $(cat "$work/slow.err")" "$(($(wc -l <"$work/before") + 2)) $(($(wc -l <"$work/before") + 2)) rows exported"

# Outputs that fail.
export_to /dev/full --author a --reason b "$db"
is 'full disk' "$code $said" '74 chulcheckctl: the output is not whole: No space left on device'
{ "$BIN/chulcheckctl" export --author a --reason b "$db" 2>"$work/err"; echo $? >"$work/code"; } | head -c 10 >/dev/null
is 'closed pipe' "$(cat "$work/code" "$work/err")" '74
chulcheckctl: the output is not whole: Broken pipe'
"$BIN/chulcheckctl" export --author a --reason b "$db" >&- 2>"$work/err"
is 'closed output' "$? $(cat "$work/err")" '74 chulcheckctl: standard output is closed'

# Wrong wishes: nothing is printed, nothing is logged.
before=$(audits "$db")
refused() { # NAME CODE ARGUMENTS...
	_name=$1 _code=$2; shift 2
	export_to "$work/out" "$@"
	is "refused: $_name" "$code $(wc -c <"$work/out")" "$_code 0"
}
line() { /usr/bin/python3 -c 'import sys; print("가" * int(sys.argv[1]))' "$1"; }
refused 'no author' 64 --reason b "$db"
refused 'no reason' 64 --author a "$db"
refused 'no file' 64 --author a --reason b
refused 'an author twice' 64 --author a --author a --reason b "$db"
refused 'an option of others' 64 --author a --reason b --domain attend "$db"
refused 'an option without its value' 64 "$db" --author a --reason
refused 'an empty author' 65 --author '' --reason b "$db"
refused 'a reason of spaces' 65 --author a --reason ' 　' "$db"
refused 'a reason of two lines' 65 --author a --reason 'b
c' "$db"
refused 'a line separator' 65 --author "$(printf 'a\342\200\250b')" --reason b "$db"
refused 'no UTF-8' 65 --author "$(printf 'a\377')" --reason b "$db"
refused '201 characters' 65 --author a --reason "$(line 201)" "$db"
refused 'no day' 65 --author a --reason b --from 2026-02-30 "$db"
refused 'no day at the end' 65 --author a --reason b --to today "$db"
refused 'days the wrong way round' 65 --author a --reason b --from 2026-11-02 --to 2026-11-01 "$db"
refused 'no such campaign' 66 --author a --reason b --campaign weekly "$db"
refused 'no such file' 78 --author a --reason b "$work/none.db"
refused "the other domain's file" 78 --author a --reason b "$AUTH_DB"
is 'refused: nothing is logged' "$(audits "$db")" "$before"
export_to "$work/out" --author "$(line 200)" --reason "$(line 200)" "$db"
is '200 characters' "$code $(audits "$db")" "0 $((before + 1))"

# Without a log entry there is no export.
db=$work/other.db
"$BIN/chulcheckctl" migrate --domain attend "$db" >/dev/null
export_to "$work/out" --author a --reason b "$db"
ok 'no campaigns: the header alone' same "$work/out"
is 'no campaigns: logged' "$code $said $(audits "$db")" '0 0 rows exported 1'
sqlite3 "$db" "CREATE TRIGGER no_audit BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"
refused 'the log takes no entry' 65 --author a --reason b "$db"
finish
