#!/bin/sh
# plans.sh - how SQLite means to run each statement of db/queries: nothing that a request waits for
# reads a whole table, except those that are always small. Jobs and verify may.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
for domain in attend auth; do build/chulcheckctl migrate --domain $domain "$work/$domain.db" >/dev/null; done
/usr/bin/python3 - "$work" <<'P'
import glob, re, sqlite3, sys
SMALL = {'campaign', 'milestone', 'reward', 'alert_recipient', 'stock_alert', 'client', 'staff_code'}
JOBS = re.compile(r'verify_|outbox_|mails_to_gmail$|metrics_outbox$|client_re|staff_list$|export_')
passed = failed = 0
for path in sorted(glob.glob('db/queries/*.sql')):
    con = sqlite3.connect(f'{sys.argv[1]}/{"auth" if "/auth_" in path else "attend"}.db')
    for block in re.split(r'^-- name: ', open(path).read(), flags=re.M)[1:]:
        name = block.split()[0]
        sql = '\n'.join(l for l in block.split('\n')[1:] if not l.startswith('--'))
        alias = dict((a or t, t) for t, a in re.findall(r'(?:FROM|JOIN|UPDATE|INTO)\s+"?(\w+)"?(?:[ \n]+(?!ON|JOIN|WHERE|SET|LEFT|ORDER|GROUP|SELECT|VALUES)(?:AS )?(\w+))?', sql))
        plan = [r[3] for r in con.execute('EXPLAIN QUERY PLAN ' + sql, {k: None for k in re.findall(r':(\w+)', sql)})]
        scanned = [m[1] for m in (re.match(r'SCAN (\w+)', step) for step in plan) if m]
        bad = [t for t in scanned if alias.get(t, t) not in SMALL and not JOBS.match(name)]
        passed, failed = passed + (not bad), failed + bool(bad)
        print(f"{'not ok' if bad else 'ok'} - {name}" + (f"\n#   reads all of {', '.join(bad)}" if bad else ''))
print(f'{passed} passed, {failed} failed')
P
