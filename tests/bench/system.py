# SPDX-License-Identifier: Apache-2.0
"""system.py - a system of its own for the benchmark: scripts/run in a folder, the empty FastCGI
program behind the same nginx, and what the processes use."""
import os
import re
import signal
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TICKS = os.sysconf('SC_CLK_TCK')


def say(text):
    """Progress, on a terminal in place."""
    if sys.stderr.isatty():
        sys.stderr.write('\r\033[K' + text)
        sys.stderr.flush()
    else:
        sys.stderr.write(text + '\n')


class System:
    """A running system. Stop it, or leave the with block."""

    def __init__(self, folder, port, *options, empty=True):
        self.dir = os.path.realpath(folder)
        os.makedirs(self.dir, exist_ok=True)
        self.log = open(self.dir + '.log', 'w')
        self.run = subprocess.Popen([TOP + '/scripts/run', '--dir', self.dir, '--port', str(port), '--no-install', *options],
                                    stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        env = self.dir + '/run.env'
        for _ in range(1200):
            if os.path.exists(env) or self.run.poll() is not None:
                break
            time.sleep(0.1)
        if not os.path.exists(env):
            self.stop()
            raise SystemExit(f'bench: the system does not start; see {self.dir}.log')
        self.env = dict(re.findall(r"^(\w+)='(.*)'$", open(env).read(), re.M))
        self.port = port
        self.empty = self.start_empty() if empty else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for p in (getattr(self, 'empty', None), self.run):
            if p is not None and p.poll() is None:
                p.send_signal(signal.SIGTERM)
                p.wait()

    def start_empty(self):
        """The ceiling: the same nginx, the same number of processes and threads, nothing of ours."""
        conf = self.dir + '/etc/nginx/run.conf'
        text = open(conf).read().rstrip().removesuffix('}')
        with open(conf, 'w') as f:
            f.write(text + f'''	server {{
		listen 127.0.0.1:{self.port};
		server_name empty.localhost;
		include "{self.dir}/etc/nginx/chulcheck-headers.conf";
		include "{self.dir}/etc/nginx/chulcheck-limits.conf";
		location / {{ include "{self.dir}/etc/nginx/chulcheck-fastcgi.conf"; fastcgi_pass unix:run/empty.sock; }}
	}}
}}
''')
        layout = dict(re.findall(r'^(workers|threads) = (\d+)$', open(self.dir + '/etc/attend.conf').read(), re.M))
        p = subprocess.Popen(['spawn-fcgi', '-n', '-s', 'run/empty.sock', '-M', '0660', '-b', '4096', '--',
                              TOP + '/build/tests/bench/empty', layout.get('workers', '1'), layout.get('threads', '32')], cwd=self.dir,
                             stdout=subprocess.DEVNULL, stderr=self.log, stdin=subprocess.DEVNULL)
        os.kill(int(open(self.dir + '/run/nginx.pid').read()), signal.SIGHUP)
        for _ in range(100):
            if subprocess.run(['curl', '-fsS', '-m', '2', '-o', '/dev/null', f'http://empty.localhost:{self.port}/'],
                              stderr=subprocess.DEVNULL).returncode == 0:
                return p
            time.sleep(0.1)
        raise SystemExit('bench: the empty program does not answer')

    def sql(self, text, db='ATTEND_DB'):
        """One statement or more under the lock of our programs; the last value. (traps SQ-02, SQ-03)"""
        path = self.env[db]
        out = subprocess.run(['flock', path + '.lock', 'sqlite3', '-bail', '-cmd', '.output /dev/null',
                              '-cmd', 'PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-200000;',
                              '-cmd', '.timeout 5000', '-cmd', '.output', path],
                             input=text, capture_output=True, text=True, check=True).stdout.strip()
        return out.splitlines()[-1] if out else ''

    def processes(self):
        """{pid: nginx | auth | attend | empty} of this system."""
        found, children = {}, {}
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open(f'/proc/{pid}/stat') as f:
                    parent = f.read().rsplit(') ', 1)[1].split()[1]
                with open(f'/proc/{pid}/cmdline') as f:
                    children.setdefault(parent, []).append((pid, f.read()))
            except OSError:
                pass
        todo = [str(self.run.pid)] + ([str(self.empty.pid)] if self.empty else [])
        if self.empty:
            found[str(self.empty.pid)] = 'empty'
        while todo:
            for pid, line in children.get(todo.pop(), []):
                todo.append(pid)
                for name in ('nginx', 'chulcheck-auth', 'chulcheck-attend', 'bench/empty'):
                    if name in line.split('\0')[0]:
                        found[pid] = name.split('-')[-1].split('/')[-1]
        return found

    def cpu(self):
        """CPU seconds so far: {nginx, workers}."""
        used = {'nginx': 0.0, 'workers': 0.0}
        for pid, kind in self.processes().items():
            try:
                with open(f'/proc/{pid}/stat') as f:
                    t = f.read().rsplit(') ', 1)[1].split()
            except OSError:
                continue
            used['nginx' if kind == 'nginx' else 'workers'] += (int(t[11]) + int(t[12])) / TICKS
        return used

    def wait_idle(self):
        """Until the workers use less than a twentieth of a processor."""
        for _ in range(100):
            before = self.cpu()['workers']
            time.sleep(0.4)
            if self.cpu()['workers'] - before < 0.02:
                return

    def memory(self):
        """PSS in KiB of each process of ours and of nginx: [(kind, KiB)]. The ceiling's are left out."""
        found = []
        for pid, kind in self.processes().items():
            if kind == 'empty':
                continue
            try:
                with open(f'/proc/{pid}/smaps_rollup') as f:
                    found.append((kind, int(re.search(r'^Pss:\s+(\d+)', f.read(), re.M)[1])))
            except (OSError, TypeError):
                pass
        return sorted(found)

    def workers(self):
        """Pids of the attendance workers, without their parent."""
        found = [p for p, kind in self.processes().items() if kind == 'attend']
        parents = {open(f'/proc/{p}/stat').read().rsplit(') ', 1)[1].split()[1] for p in found}
        return [p for p in found if p not in parents]
