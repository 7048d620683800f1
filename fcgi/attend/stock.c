/* SPDX-License-Identifier: Apache-2.0 */
/* stock.c - the ledger of rewards: changes by staff, units taken by grants, the settling of what
 * is owed, and the alert.
 *
 * Grants are owed only while their reward's stock is 0: every positive change settles the
 * oldest of them at once, in its own transaction, so nobody who comes later is served first. Those
 * of a customer who is known to have no purchase any more are withheld: passed over, with a
 * grant_event that says so, until he has one again.
 * The schema's triggers keep stock equal to the ledger; the conditions in
 * db/queries/attend_stock.sql keep it at 0 or more. */
#include "stock.h"

#include <string.h>

#include "base/arena.h"
#include "query.h"

enum { BATCH = 500, WORK_MEMORY = 1 << 20 };

enum rc
stock_take_of(struct db *db, struct arena *a, int64_t reward_id, int64_t stock, int64_t grant_id,
    const char *reason, const char *author, int64_t now_ms)
{
	if (stock <= 0)
		return RC_NO_STOCK;
	return q_stock_take_one(db, a, reward_id, stock - 1, grant_id, reason, author, now_ms, NULL);
}

enum rc
stock_take(struct db *db, struct arena *a, int64_t reward_id, int64_t grant_id,
    const char *reason, const char *author, int64_t now_ms)
{
	struct stock_reward reward;
	enum rc rc;

	rc = q_stock_reward(db, a, reward_id, &reward);
	return rc != RC_OK ? rc : stock_take_of(db, a, reward_id, reward.stock, grant_id, reason,
	    author, now_ms);
}

enum rc
stock_watch(struct db *db, struct arena *a, int64_t reward_id, int64_t now_ms, bool *ret_alerted)
{
	struct stock_reward reward;
	enum rc rc;

	if ((rc = q_stock_reward(db, a, reward_id, &reward)) != RC_OK)
		return rc;
	*ret_alerted = reward.armed != 0 && reward.stock <= reward.threshold;
	if (!*ret_alerted)
		return RC_OK;
	rc = q_stock_alert_add(db, a, reward_id, reward.stock, reward.threshold, now_ms, NULL);
	return rc != RC_OK ? rc : q_stock_disarm(db, a, reward_id, NULL);
}

/* Grants a batch of what is owed, oldest first. */
static enum rc
settle_batch(struct db *db, struct arena *a, const struct stock_change *c, int64_t max,
    int64_t *ret_settled)
{
	struct grants_owed *owed;
	size_t i, n;
	int64_t changed;
	enum rc rc;

	if ((rc = q_grants_owed(db, a, c->reward_id, max, &owed, &n)) != RC_OK)
		return rc;
	for (i = 0; i < n; i++) {
		rc = stock_take(db, a, c->reward_id, owed[i].id, "restock", c->author, c->now_ms);
		if (rc != RC_OK ||
		    (rc = q_grant_settle(db, a, c->now_ms, owed[i].id, &changed)) != RC_OK)
			return rc;
		if (changed != 1)
			return RC_DB;
		rc = q_grant_event_add(db, a, owed[i].id, "owed", "granted", c->now_ms, c->author,
		    "restock", NULL);
		if (rc != RC_OK)
			return rc;
	}
	*ret_settled = (int64_t)n;
	return RC_OK;
}

/* Grants what is owed from a stock, oldest first, with memory for one batch only. */
static enum rc
settle(struct db *db, const struct stock_change *c, int64_t stock, int64_t *ret_settled)
{
	struct arena work;
	int64_t n = BATCH, left;
	enum rc rc = RC_OK;

	arena_init(&work, WORK_MEMORY);
	for (left = stock; rc == RC_OK && left > 0 && n == BATCH; left -= n) {
		arena_reset(&work);
		rc = settle_batch(db, &work, c, left < BATCH ? left : BATCH, &n);
	}
	arena_free(&work);
	*ret_settled = stock - left;
	return rc;
}

/* How much the stock is to change; RC_OK with 0 for nothing. */
static enum rc
delta_of(const struct stock_change *c, int64_t stock, int64_t *ret)
{
	int64_t least = c->mode == STOCK_SET ? 0 : 1;
	int64_t delta = c->mode == STOCK_ADD ? c->amount :
	    c->mode == STOCK_REMOVE ? -c->amount : c->amount - stock;

	if (c->amount < least || c->amount > STOCK_MAX || stock + delta > STOCK_MAX)
		return RC_INVALID;
	if (stock + delta < 0)
		return RC_NO_STOCK;
	*ret = delta;
	return RC_OK;
}

/* Whether a movement is what this form asks for. */
static bool
same_change(const struct stock_by_key *m, const struct stock_change *c)
{
	return m->reward_id == c->reward_id && strcmp(m->reason, c->reason) == 0 &&
	    (c->mode == STOCK_SET ? m->stock_after == c->amount :
	    m->delta == (c->mode == STOCK_ADD ? c->amount : -c->amount));
}

/* Whether this form was sent before: a second time it changes nothing. Sent again with other
 * values (back in the browser, then another amount) it is refused, not passed over. */
static enum rc
repeated(struct db *db, struct arena *a, const struct stock_change *c, bool *ret)
{
	struct stock_by_key before;
	enum rc rc = q_stock_by_key(db, a, c->key, &before);

	if (rc == RC_OK && !same_change(&before, c))
		return RC_CONFLICT;
	*ret = rc == RC_OK;
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

/* The movement itself and what follows from it; out->delta is known and not 0. */
static enum rc
move(struct db *db, struct arena *a, const struct stock_change *c, struct stock_result *out)
{
	struct stock_move moved;
	enum rc rc;

	rc = q_stock_move(db, a, out->delta, c->key, c->reason, c->author, c->now_ms, c->reward_id,
	    &moved);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_NO_STOCK : rc;
	if (out->delta > 0) {
		if ((rc = q_grants_withhold(db, a, c->now_ms, c->author, c->reward_id, NULL)) != RC_OK ||
		    (rc = q_stock_arm(db, a, c->reward_id, NULL)) != RC_OK ||
		    (rc = settle(db, c, moved.stock_after, &out->settled)) != RC_OK)
			return rc;
	}
	out->stock = moved.stock_after - out->settled;
	return stock_watch(db, a, c->reward_id, c->now_ms, &out->alerted);
}

enum rc
stock_change(struct db *db, struct arena *a, const struct stock_change *c,
    struct stock_result *ret)
{
	struct stock_result out = { 0 };
	struct stock_reward reward;
	enum rc rc;

	if ((rc = q_stock_reward(db, a, c->reward_id, &reward)) != RC_OK ||
	    (rc = repeated(db, a, c, &out.repeated)) != RC_OK)
		return rc;
	out.stock = reward.stock;
	if (!out.repeated) {
		if ((rc = delta_of(c, reward.stock, &out.delta)) != RC_OK)
			return rc;
		/* A count that agrees with the stock leaves a trace too. */
		rc = out.delta != 0 ? move(db, a, c, &out) : q_audit_add(db, a, c->now_ms, c->author,
		    "stock counted", reward.slug, c->reason, NULL);
		if (rc != RC_OK)
			return rc;
	}
	*ret = out;
	return RC_OK;
}

enum rc
stock_release(struct db *db, struct arena *a, int64_t customer_id, int64_t now_ms)
{
	struct grants_released *owed;
	bool alerted;
	size_t i, n;
	enum rc rc;

	if ((rc = q_grants_released(db, a, customer_id, &owed, &n)) != RC_OK)
		return rc;
	for (i = 0; i < n; i++) {
		rc = stock_take(db, a, owed[i].reward_id, owed[i].id, "released", "system", now_ms);
		if (rc == RC_NO_STOCK)       /* the one before took the last unit */
			continue;
		if (rc != RC_OK || (rc = q_grant_settle(db, a, now_ms, owed[i].id, NULL)) != RC_OK ||
		    (rc = q_grant_event_add(db, a, owed[i].id, "owed", "granted", now_ms, "system",
		    "released", NULL)) != RC_OK ||
		    (rc = stock_watch(db, a, owed[i].reward_id, now_ms, &alerted)) != RC_OK)
			return rc;
	}
	return RC_OK;
}

enum rc
stock_threshold(struct db *db, struct arena *a, int64_t reward_id, int64_t threshold,
    const char *author, int64_t now_ms, struct stock_result *ret)
{
	struct stock_result out = { 0 };
	struct stock_reward reward;
	enum rc rc;

	if (threshold < 0 || threshold > STOCK_MAX)
		return RC_INVALID;
	if ((rc = q_stock_reward(db, a, reward_id, &reward)) != RC_OK)
		return rc;
	out.stock = reward.stock;
	if (threshold != reward.threshold) {
		rc = q_audit_add(db, a, now_ms, author, "threshold", reward.slug,
		    arena_fmt(a, "%lld -> %lld", (long long)reward.threshold, (long long)threshold),
		    NULL);
		if (rc != RC_OK ||
		    (rc = q_stock_threshold_set(db, a, threshold, reward_id, NULL)) != RC_OK ||
		    (rc = stock_watch(db, a, reward_id, now_ms, &out.alerted)) != RC_OK)
			return rc;
	}
	*ret = out;
	return RC_OK;
}
