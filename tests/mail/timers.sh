#!/bin/sh
# timers.sh - the units in systemd/: the timers are those that the jobs themselves name, and systemd
# understands them all.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. "$RUN_ENV"
"$BIN/chulcheck-notify" --list >"$work/list"
while IFS='	' read -r job calendar _; do
	is "$job: the timer's calendar" "$(sed -n 's/^OnCalendar=//p' "systemd/chulcheck-$job.timer")" "$calendar"
	ok "$job: systemd understands it" systemd-analyze calendar "$calendar" >/dev/null
done <"$work/list"
ok 'the reminder is caught up after an outage' grep -q '^Persistent=yes' systemd/chulcheck-reminder.timer

"$BIN/chulcheck-notify" --timers >"$work/timers"
awk -v to="$work/" '/^# [^ ]*\.timer - / { f = to $2 } { print >f }' "$work/timers"
jobs=$(ls systemd/*.timer | grep -vE 'provider-keys|backup') # which are none of chulcheck-notify
for unit in $jobs; do
	ok "$unit is what --timers prints" cmp -s "$unit" "$work/${unit#systemd/}"
	ok "$unit has a service" test -f "${unit%.timer}.service"
done
is 'as many as there are' "$(grep -c '^# [^ ]*\.timer - ' "$work/timers")" "$(echo "$jobs" | wc -l)"

# Programs and manuals need not be installed for this.
systemd-analyze verify systemd/*.service systemd/*.timer 2>&1 |
    grep -vE "is not executable: No such file|Command 'man .*' failed|^\$" >"$work/verify"
is 'systemd-analyze verify' "$(cat "$work/verify")" ''
for unit in systemd/*.service; do
	case $unit in *-attend.service) most=4 ;; *provider-keys*) most=11 ;; *backup*) most=14 ;; *) most=10 ;; esac
	ok "$unit: exposure at most $most tenths" systemd-analyze security --offline=true --threshold=$most "$unit" >/dev/null 2>&1
	for line in NoNewPrivileges=yes ProtectSystem=strict PrivateTmp=yes LimitCORE=0 MemoryMax= TasksMax= SystemCallFilter= $(case $unit in *backup*) ;; *provider-keys*) echo User=chulcheck- ;; *) echo LoadCredential= User=chulcheck- ;; esac); do
		ok "$unit: $line" grep -q "^$line" "$unit"
	done
done
for unit in auth attend; do ok "$unit: watchdog" grep -q '^WatchdogSec=' systemd/chulcheck-$unit.service; done
mkdir -p "$work/root/etc"
systemd-sysusers --root="$work/root" "$PWD/systemd/sysusers.conf" >"$work/users" 2>&1
is 'the users are made' "$(grep -oE '^chulcheck-(attend|auth):' "$work/root/etc/passwd" | sort | tr -d '\n')" 'chulcheck-attend:chulcheck-auth:'
finish
