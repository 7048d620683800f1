# SPDX-License-Identifier: Apache-2.0
"""bench.py - what scripts/bench runs, measures and prints."""
import argparse
import json
import os
import platform
import re
import signal
import subprocess
import tempfile
import time

from load import Tokens, measure, wrk
from system import System, say

PORT = 18080
TARGETS = {'check_in_vs_empty': ('>=', 0.6), 'status_vs_empty': ('>=', 0.85), 'check_in_p99_vs_empty': ('<=', 3),
           'rows_30m_vs_0': ('>=', 0.85), 'slowest_vs_median_1024': ('<=', 20)}


def machine():
    model = re.search(r'model name\s*:\s*(.*)', open('/proc/cpuinfo').read())
    memory = int(re.search(r'MemTotal:\s+(\d+)', open('/proc/meminfo').read())[1]) >> 20
    return f'{os.cpu_count()} cores of {model[1] if model else platform.machine()}, {memory} GiB, Linux {platform.release().split("-")[0]}'


def refill(system):
    """Stock for everybody: grants are to be granted, not owed."""
    system.sql("INSERT INTO stock_movement (reward_id, delta, stock_after, reason, author, at) "
               "SELECT id, 5000000, stock + 5000000, 'benchmark', 'bench', 0 FROM reward;")


class Bench:
    def __init__(self, system, work, seconds):
        self.system, self.work, self.seconds = system, work, seconds
        self.tokens, self.results = Tokens(system, work), []
        self.event = system.env['EVENT_URL']

    def add(self, name, clients, method, url, *args, seconds=None):
        got = measure(self.system, name, clients, seconds or self.seconds, method, url, *args)
        self.results.append(got)
        return got

    def clients(self, n, sign_in):
        """Everything with n clients. The ceiling is measured before and after the rest."""
        empty = f'http://empty.localhost:{self.system.port}/v1/rewards/status'
        known = self.tokens.some(self.tokens.fresh(1000), 1000)
        first = self.add('empty', n, 'GET', empty, known, 'over')
        say(f'signing tokens for {n} clients')
        fresh = self.tokens.fresh(int(first['per_s'] * self.seconds * 0.9) + 2 * n)
        got = self.add('check_in', n, 'POST', self.event + '/v1/check-ins', fresh, 'once')
        if got['used_up'] > 0 or got['ok'] > 0:
            raise SystemExit(f'bench: not every check-in was a first one: {got}')
        known = self.tokens.some(fresh, 1000)
        self.add('status', n, 'GET', self.event + '/v1/rewards/status', known, 'over')
        self.add('repeat', n, 'POST', self.event + '/v1/check-ins', known, 'over')
        self.add('empty', n, 'GET', empty, self.tokens.some(self.work + '/tokens', 1000), 'over')
        if sign_in:
            self.add('sign_in', n, 'POST', self.system.env['AUTH_URL'] + '/v1/sign-in', self.sign_ins(), 'over', 'json')
            time.sleep(3)        # passwords that are still being hashed

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
            tokens = self.tokens.fresh(3000 if clients == 1 else 20000)
            out = f'{self.work}/strace'
            trace = subprocess.Popen(['strace', '-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', out,
                                      *[a for p in self.system.workers() for a in ('-p', p)]], stderr=subprocess.DEVNULL)
            time.sleep(1)
            got = wrk(clients, 2, self.event + '/v1/check-ins', 'POST', '/v1/check-ins', tokens, 'once')
            time.sleep(0.2)
            trace.send_signal(signal.SIGINT)
            trace.wait()
            n = len(re.findall(r'\b(?:fsync|fdatasync)\(', open(out).read()))
            if got['created'] == 0 or got['used_up'] > 0:
                raise SystemExit(f'bench: no check-ins while fsyncs are counted: {got}')
            ret[str(clients)] = {'check_ins': got['created'], 'fsyncs': n, 'per_check_in': n / got['created']}
        return ret


def mean(rows, key):
    return sum(r[key] for r in rows) / len(rows)


def by_name(results, clients, name):
    return [r for r in results if r['clients'] == clients and r['name'] == name]


def ratios_of(results, clients):
    """The ratios of one number of clients."""
    empty = by_name(results, clients, 'empty')
    one = {n: by_name(results, clients, n)[0] for n in ('check_in', 'status', 'repeat')}
    return {
        'check_in_vs_empty': one['check_in']['per_s'] / mean(empty, 'per_s'),
        'status_vs_empty': one['status']['per_s'] / mean(empty, 'per_s'),
        'repeat_vs_empty': one['repeat']['per_s'] / mean(empty, 'per_s'),
        'check_in_p99_vs_empty': one['check_in']['p99_us'] / mean(empty, 'p99_us'),
    }


def table(results):
    lines = ['| clients | what | per second | of the empty answer | p50 ms | p99 ms | p99.9 ms | slowest ms | errors | CPU s per 1,000: nginx / workers / client |',
             '|---:|---|---:|---:|---:|---:|---:|---:|---:|---|']
    for r in results:
        empty = mean(by_name(results, r['clients'], 'empty'), 'per_s')
        cpu = r['cpu_per_1000']
        lines.append(f"| {r['clients']} | {r['name']} | {r['per_s']:,.0f} | {r['per_s'] / empty:.2f} | {r['p50_us'] / 1000:.2f} | "
                     f"{r['p99_us'] / 1000:.2f} | {r['p999_us'] / 1000:.2f} | {r['max_us'] / 1000:.2f} | {r['errors'] + r['refused']} | "
                     f"{cpu['nginx']:.3f} / {cpu['workers']:.3f} / {cpu['client']:.3f} |")
    return '\n'.join(lines)


def quick(work, seconds, clients):
    """Everything on an empty database."""
    with System(work + '/run', PORT, '--customers', '100') as system:
        time.sleep(1)
        memory = system.memory()
        refill(system)
        b = Bench(system, work, seconds)
        for n in clients:
            b.clients(n, True)
        fsyncs = b.fsyncs()
    return {'results': b.results, 'memory_idle_kib': memory, 'fsyncs': fsyncs}


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--no-install', action='store_true')
    p.add_argument('--json')
    p.add_argument('--quick', action='store_true')
    p.add_argument('--seconds', type=int, default=5)
    p.add_argument('--clients', default='1 32 64 256 1024')
    args = p.parse_args()
    clients = [64] if args.quick else [int(n) for n in args.clients.split()]
    with tempfile.TemporaryDirectory() as work:
        out = quick(work, 3 if args.quick else args.seconds, clients)
    say('')
    out['machine'] = machine()
    out['ratios'] = ratios_of(out['results'], 64 if 64 in clients else clients[0])
    out['ratios']['idle_pss_mib'] = sum(k for _, k in out['memory_idle_kib']) / 1024
    print(out['machine'] + '\n')
    print(table(out['results']) + '\n')
    for name, value in out['ratios'].items():
        want = TARGETS.get(name)
        print(f'{name:26} {value:6.2f}' + (f'   target {want[0]} {want[1]}' if want else ''))
    print('fsyncs per check-in:', {k: round(v['per_check_in'], 3) for k, v in out['fsyncs'].items()})
    if args.json:
        with open(args.json, 'w') as f:
            json.dump(out, f, indent=1)


if __name__ == '__main__':
    main()
