/* SPDX-License-Identifier: Apache-2.0 */
/* timers.c - the timers of the jobs as systemd.timer(5) units, one after the other, each opened by a
 * comment with its name. systemd/ holds the same text; a test compares the two. */
#include "notify.h"

#include <stdio.h>

/* unit: name of the timer and of the service that it starts. calendar: systemd.time(7), NULL for
 * the job's own. persistent: a time that was missed while the machine was off is made up for.
 * delay: the most that it is put off at random; NULL for a timer that is to be on time. */
static const struct timer {
	const char *unit;
	const struct job *job;
	const char *calendar;
	bool persistent;
	const char *delay, *description;
} timers[] = {
	{ "chulcheck-reminder", &job_reminder, NULL, true, "2min",
	  "Mail customers who agreed and have not checked in today" },
	{ "chulcheck-stock-alert", &job_stock_alert, NULL, false, NULL,
	  "Mail staff about rewards that fell to their threshold" },
	{ "chulcheck-deliver", &job_deliver, NULL, false, NULL,
	  "Send mails of the attendance domain that wait" },
	{ "chulcheck-deliver-auth", &job_deliver, "*:*:0/10 Asia/Seoul", false, NULL,
	  "Send mails of the auth domain that wait, and news of erased accounts" },
	{ "chulcheck-standing", &job_standing, NULL, false, "2min",
	  "Ask whether those who wait for a reward still have a purchase" },
};

static void
print(const struct timer *t)
{
	printf("# %s.timer - %s.\n[Unit]\nDescription=%s\nDocumentation=man:chulcheck-notify(1)\n\n"
	    "[Timer]\nOnCalendar=%s\n", t->unit, t->description, t->description,
	    t->calendar != NULL ? t->calendar : t->job->calendar);
	if (t->persistent)
		puts("Persistent=yes");
	if (t->delay != NULL)
		printf("RandomizedDelaySec=%s\n", t->delay);
	else
		puts("AccuracySec=1s");
	puts("\n[Install]\nWantedBy=timers.target");
}

void
timers_print(void)
{
	size_t i;

	for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		print(&timers[i]);
}
