/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.c - sends what waits in the outbox, for all jobs.
 *
 * Each mail goes through three committed steps: it is claimed (state sending, a lease, one more
 * attempt), it is sent, its outcome is written. Whoever is killed in between leaves a lease
 * that runs out, and the mail goes out again under the same Message-ID: SMTP itself cannot tell
 * whether the first one arrived. The lease is longer than any SMTP exchange of net.c, and the
 * number of the attempt keeps a sender that was asleep for longer from writing anything. */
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

enum { LEASE_MS = 5 * 60 * 1000, ATTEMPTS_MAX = 10, PROGRESS = 500 };

/* Waiting times after a failed attempt, in minutes; the last one again and again. */
static const int64_t backoff_m[] = { 1, 5, 15, 60, 240 };

struct claim {
	int64_t now;
	struct outbox_claim mail;
};

struct outcome {
	const struct outbox_claim *mail;
	const char *state;               /* NULL: again at due_at */
	const char *why;
	int64_t now, due_at, changed;
};

static enum rc
claim(struct db *db, struct arena *a, void *arg)
{
	struct claim *c = arg;

	return q_outbox_claim(db, a, c->now + LEASE_MS, c->now, &c->mail);
}

static enum rc
write_outcome(struct db *db, struct arena *a, void *arg)
{
	struct outcome *o = arg;

	if (o->state == NULL)
		return q_outbox_again(db, a, o->due_at, o->why, o->mail->id, o->mail->attempts,
		    &o->changed);
	return q_outbox_done(db, a, o->state, o->now, o->why, o->mail->id, o->mail->attempts,
	    &o->changed);
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
		log_error("smtp_url '%s' cannot be used: it must be smtp:// or smtps://, and smtp_tls = "
		    "none is for a relay on this machine only", c->smtp_url);
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

static int64_t
next_try(const struct outbox_claim *m, int64_t now)
{
	size_t last = sizeof(backoff_m) / sizeof(backoff_m[0]) - 1;
	size_t i = m->attempts < 1 ? 0 : (size_t)m->attempts - 1;
	int64_t wait = backoff_m[i < last ? i : last] * 60000;
	uint16_t some;

	crypto_random(&some, sizeof(some));
	return now + wait + wait * (some % 100) / 400;   /* up to a quarter more: not all at once */
}

/* What becomes of a mail after an attempt. */
static void
judge(struct run *r, enum net_mail result, struct outcome *o)
{
	switch (result) {
	case MAIL_SENT:
		o->state = "sent";
		r->tally.sent++;
		return;
	case MAIL_REFUSED:
		o->state = "failed";
		break;
	case MAIL_RETRY:
	case MAIL_AMBIGUOUS:
		if (o->mail->attempts >= ATTEMPTS_MAX)
			o->state = "failed";
		break;
	}
	if (o->state != NULL) {
		r->tally.failed++;
		log_warn("mail %lld (%s) failed for good: %s", (long long)o->mail->id, o->mail->kind, o->why);
		return;
	}
	o->due_at = next_try(o->mail, o->now);
	r->tally.deferred++;
	log_warn("mail %lld (%s) is tried again later: %s", (long long)o->mail->id, o->mail->kind, o->why);
}

static enum rc
deliver_one(struct run *r, const struct outbox_claim *m)
{
	int64_t now = clock_now_ms();
	struct outcome o = { .mail = m, .now = now, .why = "" };
	const char *why;
	enum rc rc;

	if ((rc = still_wanted(r, m, now, &why)) != RC_OK)
		return rc;
	if (why != NULL) {
		o.state = "dropped";
		o.why = why;
		r->tally.dropped++;
	} else
		judge(r, send_mail(r, m, now, &o.why), &o);
	return db_write(r->db, r->arena, write_outcome, &o);
}

static void
progress(const struct run *r)
{
	int64_t done = r->tally.sent + r->tally.dropped + r->tally.failed + r->tally.deferred;

	if (done % PROGRESS == 0 && isatty(STDERR_FILENO))
		fprintf(stderr, "%lld mails done, %lld sent\n", (long long)done, (long long)r->tally.sent);
}

enum rc
outbox_deliver(struct run *r)
{
	struct claim c;
	enum rc rc;

	for (;;) {
		arena_reset(r->arena);
		c.now = clock_now_ms();
		rc = db_write(r->db, r->arena, claim, &c);
		if (rc == RC_NOTFOUND)
			break;
		if (rc == RC_OK)
			rc = open_smtp(r);
		if (rc == RC_OK)
			rc = deliver_one(r, &c.mail);
		if (rc != RC_OK)
			return rc;
		progress(r);
	}
	return r->tally.deferred > 0 ? RC_BUSY : RC_OK;
}

const char *
outbox_message_id(struct run *r)
{
	const char *at = strrchr(r->conf->mail_from, '@');

	return arena_fmt(r->arena, "<%s@%s>", crypto_token(r->arena), at != NULL ? at + 1 : "localhost");
}
