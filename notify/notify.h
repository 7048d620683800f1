#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* notify.h - a job, what it is given, and what it reports. */
#include <stdbool.h>

#include "db/db.h"

struct arena;
struct conf;
struct net_smtp;

/* Counted over the run, printed at its end. */
struct tally {
	int64_t queued, sent, deferred, failed, dropped;
};

struct run {
	const struct conf *conf;
	enum db_domain domain;
	struct db *db;
	struct arena *arena;             /* reset by the job between mails */
	struct net_smtp *smtp;           /* NULL until the first mail */
	int64_t deadline_ms;             /* by clock_mono_ms(): no further mail is begun */
	bool any_hour;                   /* reminders at night too */
	struct tally tally;
};

/* timeout_s: after that many seconds the job is ended from outside; it stops by itself early
 * enough for a last mail. calendar: systemd.time(7), of its timer. */
struct job {
	const char *name, *calendar;
	int timeout_s;
	enum rc (*run)(struct run *);
	const char *help;
};

/* One file, one job; listed in main.c. */
extern const struct job job_reminder, job_stock_alert, job_deliver, job_standing;

/* True when the run is to end: its time is over or it was asked to (SIGTERM, SIGINT). */
bool run_is_over(const struct run *);

/* Sends what is due in the outbox of run's database: outbox.c. RC_BUSY: something is left that
 * must be tried again. */
[[nodiscard]] enum rc outbox_deliver(struct run *);

/* Pushes the security events that are due to the event host: security_event.c. Auth domain only. */
[[nodiscard]] enum rc security_event_deliver(struct run *);

/* "<random@domain>": a Message-ID (RFC 5322 3.6.4) in the domain of mail_from. */
const char *outbox_message_id(struct run *);

/* The timers of all jobs, as unit files: timers.c. */
void timers_print(void);
