# SPDX-License-Identifier: Apache-2.0
"""load.py - requests, sent by wrk; tokens that no worker has seen; and what both tell."""
import json
import os
import resource
import signal
import subprocess
import time

from system import TOP, say


class Tokens:
    """Access tokens of a system, each handed out once."""

    def __init__(self, system, work, customers):
        self.system, self.work, self.customers, self.next = system, work, customers, 0

    def fresh(self, n):
        """A file with n tokens, one a line. Two processes sign: one a core."""
        half = (n + 1) // 2
        parts = [f'{self.work}/tokens.{i}' for i in range(2)]
        running = []
        for i, part in enumerate(parts):
            with open(part, 'w') as out:
                running.append(subprocess.Popen(
                    [TOP + '/build/tests/bench/tokens', self.system.dir + '/auth/keys', self.system.env['AUTH_URL'],
                     str(self.next + i * half), str(half), str(self.customers)], stdout=out))
        if any([p.wait() for p in running]):
            raise SystemExit('bench: tokens cannot be signed')
        self.next += 2 * half
        path = f'{self.work}/tokens'
        with open(path, 'w') as out:
            for part in parts:
                out.write(open(part).read())
        return path

    def some(self, path, n):
        """The first n of a file of tokens, in one of their own: those that the workers know."""
        with open(path) as f, open(self.work + '/some', 'w') as out:
            for _, line in zip(range(n), f):
                out.write(line)
        return self.work + '/some'


def _end_early(running):
    """wrk sleeps until its time is over, even when all its threads have sent what they had."""
    tasks, most = f'/proc/{running.pid}/task', 0
    while running.poll() is None:
        try:
            n = len(os.listdir(tasks))
        except OSError:
            return
        if n < most and n == 1:
            running.send_signal(signal.SIGINT)
            return
        most = max(most, n)
        time.sleep(0.05)


def wrk(clients, seconds, url, *args):
    """One run of wrk; its figures, and the CPU seconds of the client."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    name, port = url.split('/')[2].split(':')
    threads = str(min(2, clients))
    command = ['wrk', '-t', threads, '-c', str(clients), '-d', f'{seconds}s', '--timeout', '20s', '-H', f'Host: {name}:{port}',
               '-s', TOP + '/tests/bench/load.lua', f'http://127.0.0.1:{port}', '--', *args]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=TOP, env={**os.environ, 'BENCH_THREADS': threads})
    _end_early(running)
    out = running.communicate()[0]
    if running.returncode != 0:
        raise SystemExit('bench: wrk: ' + out)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    got = json.loads(out.splitlines()[-1])
    got['client_cpu'] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return got


def measure(system, name, clients, seconds, method, url, *args):
    """A named measurement: wrk's figures, and CPU seconds per 1,000 requests of each side."""
    say(f'{name}, {clients} clients')
    path = '/' + url.split('/', 3)[3]
    before = system.cpu()
    got = wrk(clients, seconds, url, method, path, *args)
    after = system.cpu()
    per = 1000 / max(got['requests'], 1)
    got.update(name=name, clients=clients,
               cpu_per_1000={'nginx': (after['nginx'] - before['nginx']) * per,
                             'workers': (after['workers'] - before['workers']) * per,
                             'client': got.pop('client_cpu') * per})
    return got
