/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.c - sends what waits in the outbox, for all jobs.
 *
 * Each mail goes through three steps: it is claimed (state sending, a lease, one more attempt:
 * committed), it is sent, its outcome is written (committed). Whoever is killed in between leaves
 * a lease that runs out, and the mail goes out again under the same Message-ID: SMTP itself
 * cannot tell whether the first one arrived. The lease is longer than the longest exchange of
 * net.c; a sender that was asleep for a while sends nothing that its lease does not cover, and
 * writes nothing once somebody else has taken over.
 *
 * A relay that cannot be used says nothing about the mails: they keep their attempts, and the run
 * ends soon instead of trying each of them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/net.h"
#include "mail.h"
#include "notify.h"
#include "query.h"

enum {
	LEASE_MS = NET_MAIL_WORST_MS + 100000,
	ATTEMPTS_MAX = 10,
	DOWN_MAX = 3,                    /* in a row: the run ends */
	LATE_MS = 15 * 60 * 1000,        /* a mail that waits for longer is an error in the log */
	WRITE_TRIES = 5,                 /* an outcome is worth some patience */
	PROGRESS = 500
};

/* Waiting times after a failed attempt, in minutes; the last one again and again. */
static const int64_t backoff_m[] = { 1, 5, 15, 60, 240 };

struct claim {
	int64_t now, mono;
	struct outbox_claim mail;
};

struct outcome {
	const struct outbox_claim *mail;
	const char *state;               /* NULL: again at due_at */
	const char *why;
	int64_t now, due_at, attempts, changed;
};

static enum rc
claim(struct db *db, struct arena *a, void *arg)
{
	struct claim *c = arg;

	return q_outbox_claim(db, a, c->now + LEASE_MS, c->now, &c->mail);
}

static enum rc
put_outcome(struct db *db, struct arena *a, void *arg)
{
	struct outcome *o = arg;

	if (o->state == NULL)
		return q_outbox_again(db, a, o->attempts, o->due_at, o->why, o->mail->id,
		    o->mail->lease_until, &o->changed);
	return q_outbox_done(db, a, o->state, o->now, o->why, o->mail->id, o->mail->lease_until,
	    &o->changed);
}

static enum rc
write_outcome(struct run *r, struct outcome *o)
{
	enum rc rc = RC_BUSY;
	int i;

	for (i = 0; i < WRITE_TRIES && rc == RC_BUSY; i++)
		rc = db_write(r->db, r->arena, put_outcome, o);
	if (rc != RC_OK)
		log_error("mail %" PRId64 " (%s): its outcome (%s) could not be written: it may go out again "
		    "under the same Message-ID", o->mail->id, o->mail->kind, o->state != NULL ? o->state :
		    "again");
	else if (o->changed == 0)
		log_warn("mail %" PRId64 " (%s) was taken over by another run meanwhile", o->mail->id,
		    o->mail->kind);
	return rc;
}

/* Looks again, at the last moment, whether a reminder is still wanted. *ret_why NULL: it is. */
static enum rc
still_wanted(struct run *r, const struct outbox_claim *m, int64_t now, const char **ret_why)
{
	struct reminder_now row;
	enum rc rc;

	*ret_why = NULL;
	if (now >= m->expires_at)
		*ret_why = "too late";
	else if (strcmp(m->kind, "reminder") == 0) {
		rc = q_reminder_now(r->db, r->arena, m->campaign_id, m->day, m->customer_id, &row);
		if (rc != RC_OK && rc != RC_NOTFOUND)
			return rc;
		if (rc == RC_NOTFOUND || !row.consents)
			*ret_why = "no consent";
		else if (!row.running)
			*ret_why = "the event is over";
		else if (row.came)
			*ret_why = "has come";
	}
	return RC_OK;
}

static enum rc
open_smtp(struct run *r)
{
	const struct conf *c = r->conf;
	const char *at = strrchr(c->mail_from, '@');
	enum rc rc;

	if (r->smtp != NULL)
		return RC_OK;
	rc = net_smtp_open(&r->smtp, c->smtp_url, at != NULL ? at + 1 : "localhost", c->smtp_user,
	    c->smtp_password, strcmp(c->smtp_tls, "none") != 0);
	if (rc != RC_OK)
		log_error("smtp_url: '%s' cannot be used; write smtp://HOST:PORT or smtps://HOST:PORT, and "
		    "smtp_tls = none only for a relay on this machine", c->smtp_url);
	return rc;
}

static enum net_mail
send_mail(struct run *r, const struct outbox_claim *m, int64_t now, const char **ret_why)
{
	const char *text;

	if (mail_text(r->arena, &(struct mail){
		.from_name = r->conf->site_name, .from = r->conf->mail_from, .to = m->recipient,
		.subject = m->subject, .message_id = m->message_id, .headers = m->headers,
		.body = m->body, .at_ms = now,
	    }, &text) != RC_OK) {
		*ret_why = "the address or a header is not fit to be sent";
		return MAIL_REFUSED;
	}
	return net_mail_send(r->smtp, r->arena, r->conf->mail_from, m->recipient, text, ret_why);
}

/* Up to a quarter longer than that: not all at once. */
static int64_t
in_minutes(int64_t now, int64_t minutes)
{
	uint16_t some;

	crypto_random(&some, sizeof(some));
	return now + minutes * 60000 + minutes * 15000 * (some % 1024) / 1024;
}

static int64_t
backoff(int64_t now, int64_t attempts)
{
	int64_t last = sizeof(backoff_m) / sizeof(backoff_m[0]) - 1, i = attempts < 1 ? 0 : attempts - 1;

	return in_minutes(now, backoff_m[i < last ? i : last]);
}

/* What becomes of a mail after an attempt. */
static void
judge(struct run *r, enum net_mail result, struct outcome *o)
{
	const struct outbox_claim *m = o->mail;

	if (result == MAIL_SENT) {
		o->state = "sent";
		r->tally.sent++;
	} else if (result == MAIL_REFUSED || (result != MAIL_DOWN && m->attempts >= ATTEMPTS_MAX)) {
		o->state = "failed";
		r->tally.failed++;
		log_warn("mail %" PRId64 " (%s) failed for good: %s", m->id, m->kind, o->why);
	} else {
		o->attempts = result == MAIL_DOWN ? m->attempts - 1 : m->attempts;
		o->due_at = result == MAIL_DOWN ? in_minutes(o->now, 1) : backoff(o->now, m->attempts);
		r->tally.deferred++;
		log_warn("mail %" PRId64 " (%s) is tried again later: %s", m->id, m->kind, o->why);
	}
}

/* True while there is time for a whole SMTP exchange before somebody else may take the mail. */
static bool
lease_holds(const struct claim *c, int64_t now)
{
	return now < c->mail.lease_until - NET_MAIL_WORST_MS &&
	    clock_mono_ms() - c->mono < LEASE_MS - NET_MAIL_WORST_MS;
}

/* Sends or drops the mail that was claimed. *ret_down: the relay cannot be used. */
static enum rc
deliver_one(struct run *r, const struct claim *c, bool *ret_down)
{
	const struct outbox_claim *m = &c->mail;
	int64_t now = clock_now_ms();
	struct outcome o = { .mail = m, .now = now, .why = "" };
	enum net_mail result;
	const char *why;
	enum rc rc;

	*ret_down = false;
	if ((rc = still_wanted(r, m, now, &why)) != RC_OK)
		return rc;
	if (why != NULL) {
		o.state = "dropped";
		o.why = why;
		r->tally.dropped++;
	} else if (m->attempts > ATTEMPTS_MAX) {
		o.why = "no attempt has come to an end";
		judge(r, MAIL_REFUSED, &o);
	} else if (!lease_holds(c, clock_now_ms())) {
		o.why = "this run was asleep for too long";
		o.attempts = m->attempts - 1;
		o.due_at = now;
	} else {
		result = send_mail(r, m, now, &o.why);
		*ret_down = result == MAIL_DOWN;
		o.now = clock_now_ms();
		judge(r, result, &o);
	}
	return write_outcome(r, &o);
}

static void
progress(const struct run *r)
{
	int64_t done = r->tally.sent + r->tally.dropped + r->tally.failed + r->tally.deferred;

	if (done > 0 && done % PROGRESS == 0 && isatty(STDERR_FILENO))
		fprintf(stderr, "%" PRId64 " mails done, %" PRId64 " sent\n", done, r->tally.sent);
}

/* Mails that cannot leave are told of while there is time to do something about it. */
static enum rc
look_back(struct run *r)
{
	struct outbox_left left;
	int64_t waits;
	enum rc rc;

	if (r->tally.deferred == 0)
		return RC_OK;
	if ((rc = q_outbox_left(r->db, r->arena, &left)) != RC_OK)
		return rc;
	waits = clock_now_ms() - left.since;
	if (left.n > 0 && waits > LATE_MS)
		log_error("%" PRId64 " mails wait, the oldest for %" PRId64 " minutes: look after the relay (%s)",
		    left.n, waits / 60000, r->conf->smtp_url);
	return RC_OK;
}

enum rc
outbox_deliver(struct run *r)
{
	bool over, is_down;
	int down = 0;
	struct claim c;
	enum rc rc;

	while (!(over = run_is_over(r)) && down < DOWN_MAX) {
		arena_reset(r->arena);
		if ((rc = open_smtp(r)) != RC_OK)
			return rc;
		c.now = clock_now_ms();
		c.mono = clock_mono_ms();
		if ((rc = db_write(r->db, r->arena, claim, &c)) == RC_NOTFOUND)
			break;
		if (rc != RC_OK || (rc = deliver_one(r, &c, &is_down)) != RC_OK)
			return rc;
		down = is_down ? down + 1 : 0;
		progress(r);
	}
	if ((rc = look_back(r)) != RC_OK)
		return rc;
	return over || r->tally.deferred > 0 ? RC_BUSY : RC_OK;
}

const char *
outbox_message_id(struct run *r)
{
	const char *at = strrchr(r->conf->mail_from, '@');

	return arena_fmt(r->arena, "<%s@%s>", crypto_token(r->arena), at != NULL ? at + 1 : "localhost");
}
