#!/bin/sh
# timers.sh - the timers in systemd/ run at the times that the jobs themselves name, and systemd
# understands both.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. "$RUN_ENV"
"$BIN/chulcheck-notify" --list >"$work/list"
while IFS='	' read -r job calendar _; do
	is "$job: the timer's calendar" "$(sed -n 's/^OnCalendar=//p' "systemd/chulcheck-$job.timer")" "$calendar"
	ok "$job: systemd understands it" systemd-analyze calendar "$calendar" >/dev/null
done <"$work/list"
ok 'the reminder is caught up after an outage' grep -q '^Persistent=yes' systemd/chulcheck-reminder.timer
finish
