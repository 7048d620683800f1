#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* stock.h - the ledger of rewards: every unit that comes or goes is a stock_movement, and nothing
 * else changes a stock.
 *
 * All functions here run inside a write transaction: call them from the function given to
 * writer_run() or http_write(), with now_ms read from the clock in there. An rc other than RC_OK is to be
 * returned, so that all of it is rolled back. */
#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"

struct arena;
struct db;

enum { STOCK_MAX = 1000000 };                /* of one reward, and of one change */

/* ADD and REMOVE: amount 1..STOCK_MAX. SET: the counted stock, 0..STOCK_MAX. */
enum stock_mode { STOCK_ADD, STOCK_REMOVE, STOCK_SET };

struct stock_change {
	int64_t reward_id;
	enum stock_mode mode;
	int64_t amount;
	const char *reason;              /* 1..200 characters */
	const char *author;              /* attend_author(r) */
	const char *key;                 /* random, in the form: sent twice it is one change */
	int64_t now_ms;
};

struct stock_result {
	bool repeated;                   /* this key was used before: nothing changed now */
	int64_t delta;                   /* of the change itself; 0: it was so already */
	int64_t settled;                 /* owed grants that were granted from it */
	int64_t stock;                   /* after all of it */
	bool alerted;                    /* a stock_alert was written */
};

/* Changes a stock by a movement, then settles owed grants in the order they were earned (one
 * movement of -1 each), then decides on the alert. A positive change that brings the stock
 * above the threshold, before settling, arms the alert again.
 * RC_NOTFOUND: no such reward. RC_NO_STOCK: more than there is; RC_INVALID: amount out of
 * range or the stock would exceed STOCK_MAX; RC_CONFLICT: the key belongs to another
 * change. */
[[nodiscard]] enum rc stock_change(struct db *, struct arena *, const struct stock_change *,
    struct stock_result *ret);

/* Grants what was withheld from a customer who has a purchase again, as far as there is stock. */
[[nodiscard]] enum rc stock_release(struct db *, struct arena *, int64_t customer_id,
    int64_t now_ms);

/* Sets the threshold (0..STOCK_MAX); a new value arms the alert and is written to audit. The
 * same value changes nothing. ret->delta and ->settled are 0. RC_NOTFOUND, RC_INVALID. */
[[nodiscard]] enum rc stock_threshold(struct db *, struct arena *, int64_t reward_id,
    int64_t threshold, const char *author, int64_t now_ms, struct stock_result *ret);

/* Takes one unit for a grant that is in state granted. reason is a word for the ledger.
 * RC_NO_STOCK: there is none. The caller calls stock_watch() after its last take. */
[[nodiscard]] enum rc stock_take(struct db *, struct arena *, int64_t reward_id,
    int64_t grant_id, const char *reason, const char *author, int64_t now_ms);
/* The same when the stock is known from this transaction. */
[[nodiscard]] enum rc stock_take_of(struct db *, struct arena *, int64_t reward_id, int64_t stock,
    int64_t grant_id, const char *reason, const char *author, int64_t now_ms);

/* The one place that decides on alerts: at or below the threshold and armed, it writes a
 * stock_alert and disarms. */
[[nodiscard]] enum rc stock_watch(struct db *, struct arena *, int64_t reward_id, int64_t now_ms,
    bool *ret_alerted);
