/* SPDX-License-Identifier: Apache-2.0 */
/* job_stock_alert.c - a mail to each recipient, once, about a reward that fell to its threshold.
 *
 * The alert itself was decided where stock moved (fcgi/attend/stock.c); here it becomes mails.
 * Mails and the mark that they are queued are one transaction, and each mail has a key, so a
 * second run queues nothing. It carries no promotion: that would make it advertising. */
#include <inttypes.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "notify.h"
#include "page.h"
#include "query.h"

/* After a week an alert is stale. */
static const int64_t keep_ms = 7 * 24 * 3600 * 1000;

/* An alert goes before all the reminders of a day. */
enum { DUE_FIRST = 0 };

struct queue {
	struct run *run;
	const struct alert_recipients_all *to;
	size_t n;
	int64_t now;
};

static enum rc
queue_one(struct db *db, struct arena *a, const struct queue *q, const struct stock_alerts_open *s)
{
	struct run *r = q->run;
	struct buf body = { .arena = a };
	const char *subject;
	int64_t added;
	size_t i;
	enum rc rc;

	text_mail_stock_alert(&body, &(struct text_mail_stock_alert){
		.name_ko = s->name_ko, .name_en = s->name_en, .stock = s->stock,
		.threshold = s->threshold, .owed = s->owed,
		.url = arena_fmt(a, "%s/admin/stock/%" PRId64, r->conf->event_url, s->reward_id),
	});
	subject = arena_fmt(a, "[%s] 재고 알림: %s %" PRId64 "개 남음 (stock alert: %s)", r->conf->site_name,
	    s->name_ko, s->stock, s->name_en);
	for (i = 0; i < q->n; i++) {
		rc = q_outbox_add_customer(db, a, "stock-alert",
		    arena_fmt(a, "stock-alert:%" PRId64 ":%s", s->id, q->to[i].email), 0, 0, 0,
		    q->to[i].email, outbox_message_id(r), subject, "Auto-Submitted: auto-generated\n",
		    body.s, DUE_FIRST, q->now + keep_ms, q->now, &added);
		if (rc != RC_OK)
			return rc;
		r->tally.queued += added;
	}
	return q_stock_alert_queued(db, a, q->now, s->id, NULL);
}

static enum rc
queue_all(struct db *db, struct arena *a, void *arg)
{
	const struct queue *q = arg;
	struct stock_alerts_open *alerts;
	size_t i, n;
	enum rc rc;

	if ((rc = q_stock_alerts_open(db, a, &alerts, &n)) != RC_OK)
		return rc;
	for (i = 0; i < n && rc == RC_OK; i++)
		rc = queue_one(db, a, q, &alerts[i]);
	return rc;
}

static enum rc
run(struct run *r)
{
	struct stock_alerts_open *alerts;
	struct alert_recipients_all *to;
	struct queue q = { .run = r, .now = clock_now_ms() };
	size_t n;
	enum rc rc;

	if ((rc = q_stock_alerts_open(r->db, r->arena, &alerts, &n)) != RC_OK ||
	    (rc = q_alert_recipients_all(r->db, r->arena, &to, &q.n)) != RC_OK)
		return rc;
	q.to = to;
	if (n > 0 && q.n == 0)
		log_warn("%zu stock alerts wait and nobody gets them: add a recipient at %s/admin/alerts",
		    n, r->conf->event_url);
	else if (n > 0 && (rc = db_write(r->db, r->arena, queue_all, &q)) != RC_OK)
		return rc;
	return outbox_deliver(r);
}

const struct job job_stock_alert = {
	"stock-alert", "*:0/1 Asia/Seoul", 600, run, "mail staff about rewards that fell to their threshold"
};
