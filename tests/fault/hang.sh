#!/bin/bash
# hang.sh - workers that do not go on: one that is frozen is killed and replaced
# while the other serves, and nothing is lost; systemd is told when there is service, and that it goes on.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh

# What systemd hears (sd_notify(3)).
heard=$work/heard
/usr/bin/python3 - "$work/notify" >"$heard" <<'P' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(s.recv(1000).decode(), flush=True)
P
at_exit="kill $!; $at_exit"
wait_for 10 test -S "$work/notify"
export NOTIFY_SOCKET=$work/notify
own_system --customers 20
unset NOTIFY_SOCKET
. "$RUN_ENV"
dir=$(dirname "$RUN_ENV") bin=$BIN
parent() { pgrep -P "$(pgrep -f -o "scripts/run --dir $dir ")" -f "chulcheck-$1 --config"; }
workers() { pgrep -P "$(parent attend)"; }
heard() { grep -qx "$1" "$heard"; }
ok 'systemd hears that there is service' heard READY=1
ok 'and that it goes on' wait_for 10 heard WATCHDOG=1
kill -HUP "$(parent attend)"
ok 'and of an exchange of workers' wait_for 20 heard RELOADING=1

settled() { grep -q 'generation 1 serves' "$dir/log/attend.log" && [ "$(workers | wc -l)" = 2 ]; }
wait_for 40 settled
for t in $(seq 20); do token "customer$t@example.kr" "$CUSTOMERS_PASSWORD" >"$work/token.$t"; done
check_in() { curl -s -m 60 -o /dev/null -w '%{http_code}\n' -X POST -H "Authorization: Bearer $(cat "$work/token.$1")" "$EVENT_URL/v1/check-ins"; }
frozen=$(workers | head -n 1) other=$(workers | tail -n 1)
kill -STOP "$frozen"
pids=''
for t in $(seq 20); do check_in "$t" >"$work/status.$t" & pids="$pids $!"; done
gone() { ! kill -0 "$frozen" 2>/dev/null; }
ok 'a frozen worker is killed' wait_for 90 gone
ok 'and replaced' wait_for 20 settled
ok 'the other one is not' kill -0 "$other"
# shellcheck disable=SC2086
wait $pids
rows() { count "$ATTEND_DB" "attendance WHERE day = (SELECT MAX(day) FROM attendance)"; }
is 'who was told 201 is in the database, and nobody else but for whom the answer was lost' \
    "$([ "$(rows)" -ge "$(grep -lx 201 "$work"/status.* | wc -l)" ] && echo yes)" yes
ok 'most were served by the other worker' [ "$(grep -lx 201 "$work"/status.* | wc -l)" -ge 10 ]
for t in $(seq 20); do check_in "$t" >"$work/status.$t"; done
is 'all who ask again have checked in once' "$(cat "$work"/status.* | grep -cxE '200|201') $(rows)" '20 20'
has 'the log says so' "$(cat "$dir/log/attend.log")" "worker $frozen does not go on and is killed"
if [ -n "${LONG:-}" ]; then
	# Requests of which half is sent hold each of the threads that compute: two in each worker.
	stuck=$(workers)
	for _ in 1 2 3 4; do
		/usr/bin/python3 - "$dir/run/attend.sock" <<-'P' &
			import socket, struct, sys, time
			s = socket.socket(socket.AF_UNIX)
			s.connect(sys.argv[1])
			s.send(struct.pack('>BBHHBB', 1, 1, 1, 8, 0, 0) + struct.pack('>HB5x', 1, 0))
			s.send(struct.pack('>BBHHBB', 1, 4, 1, 400, 0, 0) + b'half')
			time.sleep(600)
		P
		at_exit="kill $!; $at_exit"
	done
	others() { settled && ! workers | grep -qFx "$stuck"; }
	ok 'workers whose threads are stuck are killed' wait_for 180 others
	check_in 1 >"$work/status.1"
	is 'and there is service' "$(cat "$work/status.1")" 200
fi
ok 'verify finds no fault' "$bin/chulcheckctl" verify --domain attend "$ATTEND_DB"
finish
