/* SPDX-License-Identifier: Apache-2.0 */
/* erase.c - forgetting a customer, in one transaction. Who may ask for it is api_security_event.c. */
#include "erase.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "query.h"
#include "stock.h"

enum { KEPT_MS = 86400 * 1000 };

static const char *
hash_of(struct arena *a, const char *issuer, const char *subject)
{
	return crypto_sha256_text(a, arena_fmt(a, "%s\n%s", issuer, subject));
}

enum rc
erase_check(struct db *db, struct arena *a, const char *issuer, const char *subject)
{
	struct erasure_get row;
	enum rc rc = q_erasure_get(db, a, hash_of(a, issuer, subject), &row);

	return rc == RC_OK ? RC_UNAUTH : rc == RC_NOTFOUND ? RC_OK : rc;
}

/* A unit that was reserved for him is there for the next one. */
static enum rc
give_back(struct db *db, struct arena *a, const struct erase_granted *g, int64_t now)
{
	struct stock_change change = {
		.reward_id = g->reward_id, .mode = STOCK_ADD, .amount = 1, .reason = "customer left",
		.author = "system", .key = arena_fmt(a, "erased:%jd", (intmax_t)g->id), .now_ms = now,
	};
	struct stock_result result;
	enum rc rc;

	if ((rc = q_erase_revoke(db, a, g->id, NULL)) != RC_OK ||
	    (rc = q_erase_event(db, a, g->id, now, NULL)) != RC_OK)
		return rc;
	return stock_change(db, a, &change, &result);
}

static enum rc
erase(struct db *db, struct arena *a, const struct customer_by_identity *c, const char *subject,
    int64_t now)
{
	struct erase_granted *granted;
	size_t i, n;
	enum rc rc;

	/* Owed first: a unit that comes back must not be settled for him. */
	if ((rc = q_erase_owed_events(db, a, c->id, NULL)) != RC_OK ||
	    (rc = q_erase_owed(db, a, c->id, NULL)) != RC_OK ||
	    (rc = q_erase_granted(db, a, c->id, &granted, &n)) != RC_OK)
		return rc;
	for (i = 0; i < n; i++)
		if ((rc = give_back(db, a, &granted[i], now)) != RC_OK)
			return rc;
	if ((rc = q_erase_consents(db, a, c->id, NULL)) != RC_OK ||
	    (rc = q_erase_mails(db, a, c->id, c->email, NULL)) != RC_OK ||
	    (rc = q_erase_author(db, a, subject, c->id, NULL)) != RC_OK ||
	    (rc = q_erase_attendance(db, a, c->id, NULL)) != RC_OK)
		return rc;
	return q_erase_name(db, a, crypto_token(a), now, c->id, NULL);
}

enum rc
erase_customer(struct db *db, struct arena *a, const char *issuer, const char *subject,
    int64_t now_ms)
{
	struct customer_by_identity customer;
	enum rc rc;

	if ((rc = q_erasure_clean(db, a, now_ms - KEPT_MS, NULL)) != RC_OK ||
	    (rc = q_erasure_add(db, a, hash_of(a, issuer, subject), now_ms, NULL)) != RC_OK)
		return rc;
	rc = q_customer_by_identity(db, a, issuer, subject, &customer);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	return erase(db, a, &customer, subject, now_ms);
}
