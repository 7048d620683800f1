/* SPDX-License-Identifier: Apache-2.0 */
/* security_event.c - pushes the security event tokens of the auth domain to the event host (RFC 8935),
 * until it has taken them: 202. What it refuses (400) is told to the operator and tried again every
 * hour: its keys may be behind for a moment, and nothing that a person asked to be erased may be
 * forgotten about. */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/net.h"
#include "notify.h"
#include "query.h"

enum { TIMEOUT_MS = 10000, MINUTE_S = 60, HOUR_S = 3600 };

struct outcome {
	int64_t id, now, due_at;         /* due_at 0: delivered */
	const char *why;
};

static enum rc
put_outcome(struct db *db, struct arena *a, void *arg)
{
	const struct outcome *o = arg;

	return o->due_at == 0 ? q_security_event_done(db, a, o->now, o->id, NULL) :
	    q_security_event_again(db, a, o->due_at, o->why, o->id, NULL);
}

/* 1, 2, 4 ... minutes, at most an hour. */
static int64_t
wait_of(int64_t attempts)
{
	return attempts < 6 ? MINUTE_S << attempts : HOUR_S;
}

static enum rc
push(struct run *r, const struct security_event_next *e)
{
	struct outcome o = { .id = e->id, .now = clock_now_ms() / 1000 };
	const char *body;
	int status = 0;
	enum rc rc;

	rc = net_push(r->arena, &(struct net_push){
		.url = arena_fmt(r->arena, "%s/v1/security-events", r->conf->event_url),
		.type = "application/secevent+jwt", .text = e->token, .timeout_ms = TIMEOUT_MS,
	    }, &status, &body);
	if (rc == RC_OK && status == 202) {
		r->tally.sent++;
		return db_write(r->db, r->arena, put_outcome, &o);
	}
	r->tally.deferred++;
	o.due_at = o.now + (status == 400 ? HOUR_S : wait_of(e->attempts));
	o.why = rc != RC_OK ? "no answer" : arena_fmt(r->arena, "status %d", status);
	if (status == 400 || o.now - e->created_at > HOUR_S)
		log_error("security event %" PRId64 " (an account was erased) is not taken by %s: %s; look "
		    "after that host, and erase the customer there", e->id, r->conf->event_url, o.why);
	return db_write(r->db, r->arena, put_outcome, &o);
}

enum rc
security_event_deliver(struct run *r)
{
	struct security_event_next e;
	enum rc rc = RC_OK;

	while (rc == RC_OK && !run_is_over(r)) {
		arena_reset(r->arena);
		rc = q_security_event_next(r->db, r->arena, clock_now_ms() / 1000, &e);
		if (rc == RC_NOTFOUND)
			return RC_OK;
		if (rc == RC_OK)
			rc = push(r, &e);
	}
	return rc;
}
