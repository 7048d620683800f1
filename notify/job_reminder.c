/* SPDX-License-Identifier: Apache-2.0 */
/* job_reminder.c - the mail to whoever has not checked in today: advertising in the sense of the
 * law (law.md D1-D15), so only to those whose consent stands, marked as such, with a way out.
 *
 * Queued in short transactions of BATCH mails, keyed by campaign, customer and day: a second
 * run queues nothing. Whether he has come meanwhile is looked at again when it is sent. */
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/unsubscribe.h"
#include "notify.h"
#include "page.h"
#include "query.h"

enum { BATCH = 200, LATELY_DAYS = 30, DAY_MS = 24 * 3600 * 1000 };

struct batch {
	struct run *run;
	const struct campaigns_open *campaign;
	int64_t now, day;
	const struct reminder_candidates *people;
	size_t n;
};

static enum rc
queue_one(struct db *db, struct arena *a, const struct batch *b, const struct reminder_candidates *c)
{
	const struct conf *conf = b->run->conf;
	const char *token = unsubscribe_token(a, conf->unsubscribe_key, c->id);
	const char *out = arena_fmt(a, "%s/unsubscribe?token=%s", conf->event_url, token);
	struct buf body = { .arena = a };
	int64_t added;
	enum rc rc;

	text_mail_reminder(&body, &(struct text_mail_reminder){
		.name = c->name, .campaign_ko = b->campaign->name_ko, .campaign_en = b->campaign->name_en,
		.site = conf->site_name, .url = conf->event_url, .unsubscribe = out,
		.from = conf->mail_from, .phone = conf->sender_phone, .address = conf->sender_address,
	});
	rc = q_outbox_add_customer(db, a, "reminder", arena_fmt(a, "reminder:%lld:%lld:%lld",
	    (long long)b->campaign->id, (long long)c->id, (long long)b->day), b->campaign->id, c->id,
	    b->day, c->email, outbox_message_id(b->run),
	    arena_fmt(a, "(광고)[%s] %s님, 오늘 출석하셨나요?", conf->site_name, c->name),
	    arena_fmt(a, "List-Unsubscribe: <%s>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n", out),
	    body.s, b->now, clock_day_start(b->day + 1, b->campaign->day_start_s), b->now, &added);
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

static enum rc
queue_campaign(struct run *r, struct arena *a, const struct campaigns_open *c, int64_t now)
{
	struct batch b = { .run = r, .campaign = c, .now = now, .day = clock_day(now, c->day_start_s) };
	struct reminder_candidates *people;
	int64_t after = 0;
	enum rc rc;

	if (b.day < c->first_day || (c->last_day != 0 && b.day > c->last_day))
		return RC_OK;
	do {
		arena_reset(r->arena);
		rc = q_reminder_candidates(r->db, r->arena, c->id, b.day, b.day - LATELY_DAYS,
		    now - LATELY_DAYS * (int64_t)DAY_MS, after, BATCH, &people, &b.n);
		if (rc != RC_OK || b.n == 0)
			return rc;
		b.people = people;
		after = people[b.n - 1].id;
		rc = db_write(r->db, a, queue_batch, &b);
		arena_reset(a);
	} while (rc == RC_OK);
	return rc;
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
run(struct run *r)
{
	int64_t now = clock_now_ms(), hour = hour_of(now);
	struct arena list, work;
	struct campaigns_open *campaigns;
	size_t i, n;
	enum rc rc;

	if (r->conf->unsubscribe_key[0] == '\0') {
		log_error("unsubscribe_key: name the file with the secret of the unsubscribe links");
		return RC_CONFIG;
	}
	if (!r->any_hour && (hour < r->conf->reminder_from_h || hour >= r->conf->reminder_until_h)) {
		log_info("reminders are sent from %lld to %lld o'clock; it is %lld: nothing is sent "
		    "(--any-hour does it all the same)", (long long)r->conf->reminder_from_h,
		    (long long)r->conf->reminder_until_h, (long long)hour);
		return RC_OK;
	}
	arena_init(&list, 1 << 20);
	arena_init(&work, 16 << 20);
	rc = q_campaigns_open(r->db, &list, &campaigns, &n);
	for (i = 0; i < n && rc == RC_OK; i++)
		if (strcmp(campaigns[i].zone, r->conf->zone) != 0) {
			log_error("campaign %s has zone %s, the setting zone is %s: make them equal",
			    campaigns[i].slug, campaigns[i].zone, r->conf->zone);
			rc = RC_CONFIG;
		} else
			rc = queue_campaign(r, &work, &campaigns[i], now);
	arena_free(&work);
	arena_free(&list);
	return rc == RC_OK ? outbox_deliver(r) : rc;
}

const struct job job_reminder = {
	"reminder", "*-*-* 18:00:00 Asia/Seoul", run,
	"mail customers who agreed and have not checked in today"
};
