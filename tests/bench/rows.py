# SPDX-License-Identifier: Apache-2.0
"""rows.py - attendance of the days before today, millions of rows of it, as a database to start from.

A set is kept in the benchmark's folder and made once a day; a run that was interrupted goes on where
it was. Whoever is in it has come every day."""
import glob
import os
import shutil
import sqlite3
import time

from system import say

DAYS = {1: 5, 10: 40, 30: 100}      # millions of rows: days of each customer
CUSTOMERS = {m: m * 1_000_000 // days + 1 for m, days in DAYS.items()}
CHUNK = 2000                         # customers of one transaction
FIRST_ID = 1000                      # the demo's own are below


def _add(con, first, days, today, issuer):
    """CHUNK customers from the first on. Day by day, as it happens, so that pages are as full as in life."""
    con.execute('BEGIN')
    con.execute('''WITH RECURSIVE n (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :first + :chunk)
        INSERT INTO customer (id, issuer, subject, name, email, verified_at, created_at, standing, standing_at)
        SELECT :id + i, :issuer, printf('bench-%032d', i), '고객' || i, 'bench' || i || '@example.kr', :now - (1 + i % 3) * 86400000, :now,
               'verified', :now - (1 + i % 3) * 86400000 FROM n''',
                {'first': first, 'chunk': CHUNK, 'id': FIRST_ID, 'issuer': issuer, 'now': int(time.time() * 1000)})
    con.execute('''WITH RECURSIVE n (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :first + :chunk),
        d (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM d WHERE k < :days)
        INSERT INTO attendance (campaign_id, customer_id, day, at, count, streak, longest)
        SELECT 1, :id + i, :today - :days + k - 1, (:today - :days + k - 1) * 86400000, k, k, k FROM d CROSS JOIN n''',
                {'first': first, 'chunk': CHUNK, 'id': FIRST_ID, 'days': days, 'today': today})
    con.execute('COMMIT')


def make(folder, empty, millions, today, issuer):
    """The path of a set. empty: a database without customers of ours; today: a day of the campaign."""
    done, part = f'{folder}/{millions}m-{today}.db', f'{folder}/{millions}m-{today}.part'
    for old in set(glob.glob(f'{folder}/{millions}m-*')) - {done, part}:
        os.remove(old)
    if os.path.exists(done):
        return done
    if not os.path.exists(part):
        shutil.copyfile(empty, part + '.new')
        con = sqlite3.connect(part + '.new', isolation_level=None)
        con.execute('PRAGMA journal_mode=DELETE')
        con.execute('UPDATE campaign SET first_day = first_day - 1000')
        con.close()
        os.rename(part + '.new', part)
    con = sqlite3.connect(part, isolation_level=None)
    con.executescript('PRAGMA synchronous=OFF; PRAGMA cache_size=-1000000;')
    at = con.execute('SELECT COALESCE(MAX(id) + 1 - ?, 0) FROM customer WHERE id >= ?', (FIRST_ID, FIRST_ID)).fetchone()[0]
    while at < CUSTOMERS[millions]:
        _add(con, at, DAYS[millions], today, issuer)
        at += CHUNK
        if at % (10 * CHUNK) == 0:
            say(f'making {millions} million rows of attendance: {min(99, 100 * at // CUSTOMERS[millions])} %')
    con.execute('PRAGMA journal_mode=WAL')
    con.close()
    os.rename(part, done)
    return done


def into_memory(path):
    """Reads a database into the page cache, where it stays on a machine that uses it all day. Some hosts take
    from their guests what was not used for a minute. In single pages, as random access brings them there: what
    is read in one go new kernels keep in pieces of up to 2 MiB, and writing a page into one of those costs them
    several times as much."""
    with open(path, 'rb', buffering=0) as f:
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
        while f.read(1 << 20):
            pass


def copy(made, path):
    """A set for a system, on disk and in memory."""
    for end in ('', '-wal', '-shm'):
        if os.path.exists(path + end):
            os.remove(path + end)
    shutil.copyfile(made, path)
    with open(path, 'rb+', buffering=0) as f:
        os.fsync(f.fileno())
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)       # copied in one go, too
    into_memory(path)


def bytes_per_row(path):
    """Bytes on disk of a row of attendance, its index included."""
    con = sqlite3.connect(path)
    rows = con.execute('SELECT COUNT(*) FROM attendance').fetchone()[0]
    size = con.execute("SELECT SUM(pgsize) FROM dbstat('main', 1) WHERE name IN ('attendance', 'attendance_day')").fetchone()[0]
    con.close()
    return size / rows
