/* SPDX-License-Identifier: Apache-2.0 */
/* job_reminder.c - the mail to whoever has not checked in today. It is treated as advertising in the
 * sense of Korean law (article 50 of the network act and its decree): only to those whose consent
 * stands, with "(광고)" at the very beginning of the subject, with the sender's name, address,
 * telephone and e-mail and a free way to refuse in Korean and English, also by one click
 * (RFC 8058). Members who have not come for LATELY_DAYS get none.
 *
 * Queued in short transactions of BATCH mails, keyed by campaign, customer and day: a second
 * run queues nothing. Whether he has come meanwhile is looked at again when it is sent. */
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "base/unsubscribe.h"
#include "notify.h"
#include "page.h"
#include "query.h"

enum {
	BATCH = 500,
	LATELY_DAYS = 30,
	GMAIL_WARN = 4000,       /* a day; from 5,000 on Gmail demands more of a sender */
	MEMORY = 64 << 20
};
static const int64_t day_ms = 24 * 3600 * 1000;

struct batch {
	struct run *run;
	const struct campaigns_open *campaign;
	int64_t now, day, expires_at;
	const struct reminder_candidates *people;
	size_t n;
};

static enum rc
queue_one(struct db *db, struct arena *a, const struct batch *b, const struct reminder_candidates *c)
{
	const struct conf *conf = b->run->conf;
	const char *out = arena_fmt(a, "%s/unsubscribe?token=%s", conf->event_url,
	    unsubscribe_token(a, conf->unsubscribe_key, c->id));
	const char *key = arena_fmt(a, "reminder:%" PRId64 ":%" PRId64 ":%" PRId64, b->campaign->id,
	    c->id, b->day);
	const char *subject = arena_fmt(a, "(광고)[%s] %s님, 오늘 출석하셨나요?", conf->site_name, c->name);
	const char *headers = arena_fmt(a, "List-Unsubscribe: <%s>\n"
	    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n", out);
	struct buf body = { .arena = a };
	int64_t added;
	enum rc rc;

	text_mail_reminder(&body, &(struct text_mail_reminder){
		.name = c->name, .campaign_ko = b->campaign->name_ko, .campaign_en = b->campaign->name_en,
		.site = conf->site_name, .url = conf->event_url, .unsubscribe = out,
		.from = conf->mail_from, .phone = conf->sender_phone, .address = conf->sender_address,
	});
	rc = q_outbox_add_customer(db, a, "reminder", key, b->campaign->id, c->id, b->day, c->email,
	    outbox_message_id(b->run), subject, headers, body.s, b->now, b->expires_at, b->now, &added);
	if (rc == RC_OK)
		b->run->tally.queued += added;
	return rc;
}

static enum rc
queue_batch(struct db *db, struct arena *a, void *arg)
{
	const struct batch *b = arg;
	size_t i;
	enum rc rc = RC_OK;

	for (i = 0; i < b->n && rc == RC_OK; i++)
		rc = queue_one(db, a, b, &b->people[i]);
	return rc;
}

/* A reminder that could not leave is of no use once the day is over, and none leaves at night:
 * later tries of other jobs keep to the hours too, unless this run does not. */
static int64_t
expiry(const struct run *r, const struct campaigns_open *c, int64_t now)
{
	int64_t over = clock_day_start(clock_day(now, c->day_start_s) + 1, c->day_start_s);
	int64_t until_s = r->conf->reminder_until_h * 3600, today = clock_day(now, 0);
	int64_t night = until_s < 24 * 3600 ? clock_day_start(today, until_s) :
	    clock_day_start(today + 1, 0);

	return r->any_hour || over < night ? over : night;
}

static enum rc
queue_campaign(struct run *r, struct arena *a, const struct campaigns_open *c, int64_t now)
{
	struct batch b = { .run = r, .campaign = c, .now = now, .day = clock_day(now, c->day_start_s),
	    .expires_at = expiry(r, c, now) };
	struct reminder_candidates *people;
	int64_t after = 0;
	enum rc rc;

	if (b.day < c->first_day || (c->last_day != 0 && b.day > c->last_day))
		return RC_NOTFOUND;
	while (!run_is_over(r)) {
		arena_reset(r->arena);
		rc = q_reminder_candidates(r->db, r->arena, c->id, b.day, b.day - LATELY_DAYS,
		    now - LATELY_DAYS * day_ms, after, BATCH, &people, &b.n);
		if (rc != RC_OK || b.n == 0)
			return rc;
		b.people = people;
		after = people[b.n - 1].id;
		rc = db_write(r->db, a, queue_batch, &b);
		arena_reset(a);
		if (rc != RC_OK)
			return rc;
	}
	return RC_BUSY;
}

/* The campaign that the pages check in to: the first that runs today. One whose zone is not the
 * one of the settings would get a wrong day. */
static enum rc
queue_all(struct run *r, int64_t now)
{
	struct arena list, work;
	struct campaigns_open *campaigns;
	size_t i, n;
	enum rc rc;

	arena_init(&list, 1 << 20);
	arena_init(&work, MEMORY);
	rc = q_campaigns_open(r->db, &list, &campaigns, &n);
	if (rc == RC_OK)
		rc = RC_NOTFOUND;
	for (i = 0; rc == RC_NOTFOUND && i < n; i++)
		if (strcmp(campaigns[i].zone, r->conf->zone) != 0) {
			log_error("campaign %s has zone %s, the setting zone is %s: make them equal",
			    campaigns[i].slug, campaigns[i].zone, r->conf->zone);
			rc = RC_CONFIG;
		} else
			rc = queue_campaign(r, &work, &campaigns[i], now);
	arena_free(&work);
	arena_free(&list);
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

/* Local hour of the day, 0..23. */
static int64_t
hour_of(int64_t now)
{
	char text[TIME_TEXT];

	time_text(now, text);
	return (text[11] - '0') * 10 + text[12] - '0';
}

static enum rc
check(const struct conf *c)
{
	if (c->unsubscribe_key[0] == '\0')
		log_error("unsubscribe_key: name the file with the secret of the unsubscribe links");
	else if (c->reminder_from_h >= c->reminder_until_h)
		log_error("reminder_from_h must be smaller than reminder_until_h");
	else
		return RC_OK;
	return RC_CONFIG;
}

/* True when no reminder is to leave now. Says so. */
static bool
is_night(const struct run *r, int64_t now)
{
	const struct conf *c = r->conf;
	int64_t hour = hour_of(now);

	if (hour >= c->reminder_from_h && hour < c->reminder_until_h)
		return false;
	if (r->any_hour)
		log_warn("it is %" PRId64 " o'clock: reminders leave all the same, for --any-hour was given", hour);
	else
		log_info("it is %" PRId64 " o'clock, and reminders leave from %" PRId64 " to %" PRId64
		    " o'clock: none is sent", hour, c->reminder_from_h, c->reminder_until_h);
	return !r->any_hour;
}

static enum rc
count_gmail(struct run *r)
{
	struct mails_to_gmail gmail;
	enum rc rc = q_mails_to_gmail(r->db, r->arena, clock_now_ms() - day_ms, &gmail);

	if (rc == RC_OK && gmail.n >= GMAIL_WARN)
		log_warn("%" PRId64 " mails to Gmail within a day: from 5,000 on it wants SPF, DKIM and DMARC "
		    "of the sender's domain", gmail.n);
	else if (rc == RC_OK && gmail.n > 0)
		log_info("%" PRId64 " mails to Gmail within a day", gmail.n);
	return rc;
}

static enum rc
run(struct run *r)
{
	int64_t now = clock_now_ms();
	enum rc rc, counted;

	if ((rc = check(r->conf)) != RC_OK)
		return rc;
	if (is_night(r, now))
		return RC_OK;
	if (!str_prefix(r->conf->event_url, "https://") && strstr(r->conf->event_url, "localhost") == NULL)
		log_warn("event_url is not https: mailbox providers will not offer the one-click refusal");
	if ((rc = queue_all(r, now)) != RC_OK)
		return rc;
	rc = outbox_deliver(r);
	if (rc != RC_OK && rc != RC_BUSY)
		return rc;
	counted = count_gmail(r);
	return counted != RC_OK ? counted : rc;
}

const struct job job_reminder = {
	"reminder", "*-*-* 18:00:00 Asia/Seoul", 10800, run,
	"mail customers who agreed and have not checked in today"
};
