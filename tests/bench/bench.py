# SPDX-License-Identifier: Apache-2.0
"""bench.py - what scripts/bench runs, measures and prints."""
import argparse
import contextlib
import json
import os
import platform
import re
import signal
import statistics
import subprocess
import tempfile
import time

import rows
from load import Tokens, measure, wrk
from storm import storm
from system import TOP, System, say

STORM_CLIENTS = 256
SLICE = 1                            # seconds at a time
TARGETS = {'check_in_vs_empty': ('>=', 0.6), 'status_vs_empty': ('>=', 0.85), 'check_in_p99_vs_empty': ('<=', 3),
           'rows_30m_vs_0': ('>=', 0.85), 'slowest_vs_median_1024': ('<=', 20),
           'idle_pss_mib': ('<=', 48), 'storm_pss_mib': ('<=', 96)}


def machine():
    model = re.search(r'model name\s*:\s*(.*)', open('/proc/cpuinfo').read())
    memory = int(re.search(r'MemTotal:\s+(\d+)', open('/proc/meminfo').read())[1]) >> 20
    return f'{os.cpu_count()} cores of {model[1] if model else platform.machine()}, {memory} GiB, Linux {platform.release().split("-")[0]}'


def refill(system):
    """Stock for everybody: grants are to be granted, not owed."""
    system.sql("INSERT INTO stock_movement (reward_id, delta, stock_after, reason, author, at) "
               "SELECT id, 5000000, stock + 5000000, 'benchmark', 'bench', 0 FROM reward;")


class Bench:
    def __init__(self, system, work, seconds, customers=10_000_000, day=1):
        """customers: how many different ones the tokens are for; day: the how manieth of each today is."""
        self.system, self.work, self.seconds, self.day = system, work, seconds, day
        self.tokens, self.results = Tokens(system, work, customers), []
        self.event, self.most = system.env['EVENT_URL'], 0

    def one(self, name, n, method, url, *args):
        return measure(self.system, name, n, SLICE, method, url, *args)

    def clients(self, n):
        """Everything with n clients, a second of each in turns, so that all of it sees the same minutes of
        the machine; and at last the ceiling once more."""
        self.system.wait_idle()      # passwords may still be hashed
        slices = [s for _ in range(self.seconds) for s in self.round(n)] + [self.ceiling(n)]
        for name in dict.fromkeys(s['name'] for s in slices):
            self.results.append(merged([s for s in slices if s['name'] == name]))

    def ceiling(self, n):
        known = self.tokens.some(self.tokens.fresh(1000), 1000)
        got = self.one('empty', n, 'GET', f'http://empty.localhost:{self.system.port}/v1/rewards/status', known, 'over')
        self.most = max(self.most, got['per_s'])
        return got

    def round(self, n):
        """A second of each."""
        got = [self.ceiling(n)]
        for name, day in (('check_in', self.day + 1), ('check_in_reward', self.day)):
            self.reward_on(day)
            slice_, fresh = self.check_ins(name, n)
            got.append(slice_)
        known = self.tokens.some(fresh, 1000)
        got.append(self.one('status', n, 'GET', self.event + '/v1/rewards/status', known, 'over'))
        got.append(self.one('repeat', n, 'POST', self.event + '/v1/check-ins', known, 'over'))
        return got

    def sign_in(self, n):
        """Passwords are hashed for it: what comes after it waits until that is over."""
        got = self.one('sign_in', n, 'POST', self.system.env['AUTH_URL'] + '/v1/sign-in', self.sign_ins(), 'over', 'json')
        self.results.append(merged([got]))

    def check_ins(self, name, n):
        """Measures check-ins, each with a token that nobody has seen; again with more when they ran out."""
        for more in (0.9, 1.5, 2.5):
            say(f'signing tokens for {n} clients')
            fresh = self.tokens.fresh(int(self.most * SLICE * more) + 2 * n)
            got = self.one(name, n, 'POST', self.event + '/v1/check-ins', fresh, 'once')
            if got['used_up'] == 0:
                break
        if got['used_up'] > 0 or got['ok'] > 0:
            raise SystemExit(f'bench: not every check-in was a first one: {got}')
        return got, fresh

    def reward_on(self, day):
        """The campaign rewards the day-th check-in, and no other that happens here."""
        self.system.sql(f"UPDATE milestone SET days = {day} WHERE kind = 'cumulative' AND slug = 'first';"
                        "UPDATE milestone SET days = 3000 WHERE slug <> 'first';")

    def sign_ins(self):
        path = self.work + '/sign-ins'
        with open(path, 'w') as f:
            for i in range(1, 101):
                f.write(json.dumps({'email': f'customer{i}@example.kr', 'password': self.system.env['CUSTOMERS_PASSWORD']}) + '\n')
        return path

    def fsyncs(self):
        """fdatasync() calls per check-in, counted by strace: of one client, and of 64."""
        ret = {}
        for clients in (1, 64):
            say(f'counting fsyncs, {clients} clients')
            tokens = self.tokens.fresh(2000 if clients == 1 else 10000)
            out = f'{self.work}/strace'
            trace = subprocess.Popen(['strace', '-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', out,
                                      *[a for p in self.system.workers() for a in ('-p', p)]], stderr=subprocess.DEVNULL)
            time.sleep(1)
            got = wrk(clients, 1, self.event + '/v1/check-ins', 'POST', '/v1/check-ins', tokens, 'once')
            time.sleep(0.2)
            trace.send_signal(signal.SIGINT)
            trace.wait()
            n = len(re.findall(r'\b(?:fsync|fdatasync)\(', open(out).read()))
            if got['created'] == 0 or got['used_up'] > 0:
                raise SystemExit(f'bench: no check-ins while fsyncs are counted: {got}')
            ret[str(clients)] = {'check_ins': got['created'], 'fsyncs': n, 'per_check_in': n / got['created']}
        return ret


def merged(slices):
    """One result of several: sums, their rate, the median of their percentiles, the worst of all."""
    total = {k: sum(s[k] for s in slices) for k in ('requests', 'seconds', 'created', 'ok', 'refused', 'errors')}
    return {'name': slices[0]['name'], 'clients': slices[0]['clients'], 'slices': len(slices), **total,
            'per_s': total['requests'] / total['seconds'],
            **{k: statistics.median(s[k] for s in slices) for k in ('p50_us', 'p99_us', 'p999_us')},
            'max_us': max(s['max_us'] for s in slices),
            'cpu_per_1000': {side: sum(s['cpu_per_1000'][side] * s['requests'] for s in slices) / total['requests']
                             for side in slices[0]['cpu_per_1000']}}


def by_name(results, clients, name):
    return next(r for r in results if r['clients'] == clients and r['name'] == name)


def ratios_of(results, clients):
    """The ratios of one number of clients."""
    empty = by_name(results, clients, 'empty')
    one = {n: by_name(results, clients, n) for n in ('check_in', 'check_in_reward', 'status', 'repeat')}
    return {
        **{f'{n}_vs_empty': one[n]['per_s'] / empty['per_s'] for n in one},
        'check_in_p99_vs_empty': one['check_in']['p99_us'] / empty['p99_us'],
    }


def table(results):
    lines = ['| clients | what | per second | of the empty answer | p50 ms | p99 ms | p99.9 ms | slowest ms | errors | CPU s per 1,000: nginx / workers / client |',
             '|---:|---|---:|---:|---:|---:|---:|---:|---:|---|']
    for r in results:
        empty = by_name(results, r['clients'], 'empty')['per_s']
        cpu = r['cpu_per_1000']
        lines.append(f"| {r['clients']} | {r['name']} | {r['per_s']:,.0f} | {r['per_s'] / empty:.2f} | {r['p50_us'] / 1000:.2f} | "
                     f"{r['p99_us'] / 1000:.2f} | {r['p999_us'] / 1000:.2f} | {r['max_us'] / 1000:.2f} | {r['errors']}{' (' + format(r['refused'], ',') + ' refused)' if r['refused'] else ''} | "
                     f"{cpu['nginx']:.3f} / {cpu['workers']:.3f} / {cpu['client']:.3f} |")
    return '\n'.join(lines)


def load_part(args, work, clients):
    """Everything on an empty database."""
    with System(work + '/load', args.port, '--customers', '100', '--fresh') as system:
        time.sleep(1)
        memory = system.memory()
        refill(system)
        b = Bench(system, work, args.seconds)
        fsyncs = b.fsyncs()
        for n in clients:
            b.clients(n)
            b.sign_in(n)
    ratios = ratios_of(b.results, 64 if 64 in clients else clients[0])
    if 1024 in clients:
        many = by_name(b.results, 1024, 'check_in')
        ratios['slowest_vs_median_1024'] = many['max_us'] / many['p50_us']
        ratios['errors_1024'] = many['errors'] + many['refused']
    ratios['idle_pss_mib'] = sum(k for _, k in memory) / 1024
    return {'results': b.results, 'memory_idle_kib': memory, 'fsyncs': fsyncs, 'ratios': ratios}


def start_rows(args, work, stack, millions):
    """A system for each set, all at once, and a benchmark of each."""
    benches, today = {}, None
    for i, m in enumerate([0] + [m for m in sorted(millions) if m]):
        run = f'{args.dir}/rows-{m}'
        with System(run, args.port + 10 * i, '--fresh', empty=False) as system:
            issuer, path = system.env['AUTH_URL'], system.env['ATTEND_DB']
            today = int(system.sql("SELECT (strftime('%s', 'now') + 9 * 3600) / 86400"))
        if m:                        # its workers have emptied its log when they stopped
            made = rows.make(args.dir, path, m, today, issuer)
            say(f'copying {m} million rows')
            rows.copy(made, path)
            os.sync()
        if m not in millions:
            continue
        system = stack.enter_context(System(run, args.port + 10 * i))
        refill(system)
        os.makedirs(f'{work}/{m}')
        benches[m] = Bench(system, f'{work}/{m}', 1, rows.CUSTOMERS.get(m, 10_000_000), rows.DAYS.get(m, 0) + 1)
        benches[m].made = made if m else None
    return benches


def rows_part(args, work, millions):
    """Check-ins with attendance of the past in the database, beside an empty one, in turns."""
    with contextlib.ExitStack() as stack:
        benches = start_rows(args, work, stack, millions)
        slices = {m: [] for m in benches}
        for _ in range(args.seconds):
            for m, b in benches.items():
                b.system.wait_idle()
                rows.into_memory(b.system.env['ATTEND_DB'])
                slices[m] += b.round(64)
        got = [{'millions': m, 'memory_kib': b.system.memory(),
                'results': [merged([s for s in slices[m] if s['name'] == name]) for name in dict.fromkeys(s['name'] for s in slices[m])],
                **({'bytes_per_row': rows.bytes_per_row(b.made)} if m else {})} for m, b in benches.items()]
    ratios = {}
    for name, end in (('check_in', ''), ('check_in_reward', '_reward'), ('status', '_status')):
        rate = {g['millions']: by_name(g['results'], 64, name)['per_s'] for g in got}
        ratios.update({f'rows_{m}m_vs_0{end}': rate[m] / rate[0] for m in rate if m and 0 in rate})
    return {'sets': got, 'ratios': ratios}


def storm_part(args, work):
    """Everybody at midnight, on a fresh system."""
    with System(work + '/storm', args.port, '--fresh', empty=False) as system:
        tokens = Tokens(system, work, args.storm)
        say(f'storm: signing {args.storm} tokens')
        got = storm(system, work, tokens.fresh(args.storm), args.storm, STORM_CLIENTS)
    return {**got, 'ratios': {'storm_pss_mib': got['pss_mib'], 'storm_wrong': sum(got['wrong'].values())}}


def show(out):
    print(out['machine'] + '\n')
    for part in ('load', 'rows'):
        if part not in out:
            continue
        for s in out[part].get('sets', [out[part]]):
            if 'millions' in s:
                print(f"{s['millions']} million rows of attendance" + (f", {s['bytes_per_row']:.1f} bytes each" if 'bytes_per_row' in s else ''))
            print(table(s['results']) + '\n')
    if 'load' in out:
        print('memory after start (PSS): ' + ', '.join(f'{kind} {kib / 1024:.1f} MiB' for kind, kib in out['load']['memory_idle_kib']))
        print('fsyncs per check-in: ' + ', '.join(f"{v['per_check_in']:.3f} with {k} client{'s' if k != '1' else ''}" for k, v in out['load']['fsyncs'].items()) + '\n')
    if 'storm' in out:
        s = out['storm']
        print(f"storm: {s['customers']:,} customers, {s['clients']} clients, {s['seconds']} s, {s['answers']['requests']:,} answers, "
              f"{s['exports']} exports; granted {s['database']['granted']:,}, owed {s['database']['owed']:,}, stock {s['database']['stock']}")
        print('  wrong: ' + ', '.join(f'{k} {v}' for k, v in s['wrong'].items()) + '; verify: ' + ' '.join(s['verify']))
        print('  answers of each second: ' + ' '.join(str(t['answers']) for t in s['timeline']) + '\n')
    for name, value in out['ratios'].items():
        want = TARGETS.get(name)
        print(f'{name:26} {value:8.2f}' + (f'   target {want[0]} {want[1]}' if want else ''))


def arguments():
    p = argparse.ArgumentParser(prog='scripts/bench', description='How fast the system is beside an empty FastCGI answer, in one run on this machine.')
    p.add_argument('--quick', action='store_true', help='64 clients on an empty database only, in less than a minute')
    p.add_argument('--parts', default='load,rows,storm', help='which parts to run (default: %(default)s)')
    p.add_argument('--json', metavar='FILE', help='write the results there as JSON too')
    p.add_argument('--seconds', type=int, default=5, help='of each measurement, one at a time in turns (default: %(default)s)')
    p.add_argument('--clients', default='1,32,64,256,1024', help='how many at once (default: %(default)s)')
    p.add_argument('--rows', default='0,1,10,30', help='million rows of attendance: 0, 1, 10, 30 (default: %(default)s)')
    p.add_argument('--storm', type=int, default=200_000, metavar='N', help='customers at midnight (default: %(default)s)')
    p.add_argument('--dir', default=TOP + '/var-bench', help='where rows are kept for the next run (default: var-bench)')
    p.add_argument('--port', type=int, default=18080, help='of nginx (default: %(default)s)')
    p.add_argument('--no-install', action='store_true', help='do not install missing packages')
    args = p.parse_args()
    args.clients = [int(n) for n in args.clients.split(',')]
    args.rows = [int(n) for n in args.rows.split(',')]
    args.parts = args.parts.split(',')
    if not set(args.rows) <= {0, *rows.DAYS} or not set(args.parts) <= {'load', 'rows', 'storm'} or args.storm < 100 or args.seconds <= 0:
        p.error('--rows takes 0, 1, 10 and 30; --parts load, rows and storm; --storm at least 100')
    if args.quick:
        args.parts, args.clients, args.seconds = ['load'], [64], 2
    return args


def main():
    args = arguments()
    os.makedirs(args.dir, exist_ok=True)
    out = {'machine': machine(), 'ratios': {}}
    with tempfile.TemporaryDirectory(dir=args.dir) as work:
        if 'load' in args.parts:
            out['load'] = load_part(args, work, args.clients)
        if 'rows' in args.parts:
            out['rows'] = rows_part(args, work, args.rows)
        if 'storm' in args.parts:
            out['storm'] = storm_part(args, work)
    for part in args.parts:
        out['ratios'].update(out[part].pop('ratios'))
    say('')
    show(out)
    if args.json:
        with open(args.json, 'w') as f:
            json.dump(out, f, indent=1)
    errors = sum(r['errors'] + r['refused'] for r in out.get('load', {}).get('results', []) if r['name'] != 'sign_in')
    return 1 if errors or out['ratios'].get('storm_wrong') else 0


if __name__ == '__main__':
    raise SystemExit(main())
