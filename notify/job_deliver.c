/* SPDX-License-Identifier: Apache-2.0 */
/* job_deliver.c - sends what other programs have put into the outbox, and what earlier runs could
 * not get rid of; of the auth domain also the news of erased accounts. Old mails are forgotten. */
#include "base/clock.h"
#include "notify.h"
#include "query.h"

/* Proof that advertising mails were sent as they should is kept for half a year (law). */
enum { KEPT_DAYS = 190, DAY_MS = 86400 * 1000 };

static enum rc
prune(struct db *db, struct arena *a, void *arg)
{
	(void)arg;
	return q_outbox_prune(db, a, clock_now_ms() - KEPT_DAYS * (int64_t)DAY_MS, NULL);
}

static enum rc
deliver_run(struct run *r)
{
	enum rc rc = RC_OK, events = RC_OK;

	/* An event host that is away holds up no mail. */
	if (r->domain == DB_AUTH)
		events = security_event_deliver(r);
	rc = outbox_deliver(r);
	if (rc == RC_OK)
		rc = db_write(r->db, r->arena, prune, NULL);
	return rc != RC_OK ? rc : events;
}

const struct job job_deliver = {
	"deliver", "*:0/5 Asia/Seoul", 600, deliver_run, "send what waits in the outbox"
};
