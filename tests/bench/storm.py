# SPDX-License-Identifier: Apache-2.0
"""storm.py - midnight: everybody presses the button when the day begins. Status reads, admin pages and
exports run meanwhile; afterwards everything is counted."""
import os
import re
import subprocess
import threading
import time
from collections import Counter

from load import wrk
from system import TOP, say

STOCK_FOR = 0.75                     # of those who come; the others are owed


def staff_cookie(system):
    """The Cookie header of the demo's staff, signed in as a browser without JavaScript."""
    return subprocess.run(['bash', '-c', '. tests/lib.sh; browser staff; sign_in "$STAFF_EMAIL" "$STAFF_PASSWORD"; '
                           'page "$EVENT_URL/admin"; [ "$status" = 200 ] || exit 1; '
                           r"""sed -nE 's/^(#HttpOnly_)?event[^\t]*\t.*\t([^\t]+)\t([^\t]*)$/\2=\3/p' "$jar" | paste -sd';'"""],
                          cwd=TOP, env={**os.environ, 'RUN_ENV': system.dir + '/run.env'}, check=True, capture_output=True, text=True).stdout.strip()


class Beside(threading.Thread):
    """One export after the other, and the most memory that was in use at once."""

    def __init__(self, system, work):
        super().__init__()
        self.system, self.work, self.going = system, work, True
        self.exports, self.failed, self.pss_kib = 0, 0, 0

    def run(self):
        export = None
        while self.going or export:
            if export is None or export.poll() is not None:
                if export is not None:
                    self.exports += 1
                    self.failed += export.returncode != 0
                export = self.start_export() if self.going else None
            self.pss_kib = max(self.pss_kib, sum(k for _, k in self.system.memory()))
            time.sleep(0.5)

    def start_export(self):
        with open(self.work + '/export.csv', 'w') as out:
            return subprocess.Popen([TOP + '/build/chulcheckctl', 'export', '--author', 'bench', '--reason', 'storm', self.system.env['ATTEND_DB']],
                                    stdout=out, stderr=subprocess.DEVNULL)


def timeline(log, start):
    """[{second, answers, errors}] of nginx's access log from a time on; seconds since then."""
    answers, errors = Counter(), Counter()
    with open(log) as f:
        for line in f:
            m = re.match(r'\S+ (\S+) \S+ "[^"]*" (\d+)', line)
            if m is None:
                continue
            at = int(time.mktime(time.strptime(m[1][:19], '%Y-%m-%dT%H:%M:%S'))) - start
            if at >= 0:
                answers[at] += 1
                errors[at] += m[2] not in ('200', '201')
    return [{'second': s, 'answers': answers[s], 'errors': errors[s]} for s in range(max(answers, default=-1) + 1)]


def counted(system, day, before):
    """What the database says afterwards."""
    one = lambda text: int(system.sql(text) or 0)
    return {
        'rows': one(f'SELECT COUNT(*) FROM attendance WHERE campaign_id = 1 AND day = {day}'),
        'granted': one("SELECT COUNT(*) FROM \"grant\" WHERE reward_id = 1 AND state = 'granted'") - before['granted'],
        'owed': one("SELECT COUNT(*) FROM \"grant\" WHERE reward_id = 1 AND state = 'owed'"),
        'stock': one('SELECT stock FROM reward WHERE id = 1'),
        'movements': one("SELECT COUNT(*) FROM stock_movement WHERE reward_id = 1 AND delta = -1") - before['movements'],
    }


def storm(system, work, tokens, customers, clients):
    """Runs it. tokens: fresh ones of that many customers."""
    units = int(customers * STOCK_FOR)
    system.sql(f"INSERT INTO stock_movement (reward_id, delta, stock_after, reason, author, at) "
               f"SELECT id, {units} - stock, {units}, 'benchmark', 'bench', 0 FROM reward WHERE id = 1;")
    before = {'granted': int(system.sql("SELECT COUNT(*) FROM \"grant\" WHERE reward_id = 1 AND state = 'granted'")),
              'movements': int(system.sql('SELECT COUNT(*) FROM stock_movement WHERE reward_id = 1 AND delta = -1'))}
    with open(tokens) as f, open(work + '/reader', 'w') as out:
        out.write(f.readline().strip())
    with open(work + '/cookie', 'w') as out:
        out.write(staff_cookie(system))
    # The campaign's day begins at a time of our choice. What is left of the old one is one second more than
    # wrk needs to read its tokens.
    start = int(time.time()) + 8
    system.sql(f'UPDATE campaign SET day_start_s = ({start} + 9 * 3600) % 86400 WHERE id = 1;'
               # the demo's check-ins move with it
               f'UPDATE attendance SET at = (day * 86400 + ({start} + 9 * 3600) % 86400 - 9 * 3600 + 60) * 1000;')
    day = (start + 9 * 3600 - (start + 9 * 3600) % 86400) // 86400
    beside = Beside(system, work)
    beside.start()
    say(f'storm: {customers} customers wait for the day to begin')
    got = wrk(clients, 600, system.env['EVENT_URL'] + '/', 'mix', work, str(start))
    ended = time.time()
    beside.going = False
    beside.join()
    say('storm: counting')
    verify = subprocess.run([TOP + '/build/chulcheckctl', 'verify', '--domain', 'attend', system.env['ATTEND_DB']], capture_output=True, text=True)
    db = counted(system, day, before)
    wrong = {
        'errors': got['errors'] + got['refused'],
        'lost': customers - db['rows'],
        'not_first': customers - got['created'],
        'stock': abs(db['stock']) + abs(db['granted'] - units) + abs(db['owed'] - (customers - units)) + abs(db['movements'] - units),
        'verify': int(verify.returncode != 0),
        'exports': beside.failed + (beside.exports == 0),
    }
    return {'customers': customers, 'units': units, 'clients': clients, 'seconds': round(ended - start, 2), 'answers': got, 'database': db, 'wrong': wrong,
            'verify': (verify.stdout + verify.stderr).strip().splitlines(), 'exports': beside.exports,
            'pss_mib': beside.pss_kib / 1024, 'timeline': timeline(system.dir + '/log/nginx-access.log', start)}
