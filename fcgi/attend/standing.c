/* SPDX-License-Identifier: Apache-2.0 */
/* standing.c - asks the auth host what the shop says of a customer, for tokens that do not tell.
 *
 *	GET auth_url/v1/standing, bearer: the customer's token
 *	200 {"standing": "verified" | "no_purchase" | "not_registered", "name", "email"}
 *
 * A verified customer is not asked about again for standing_fresh_s. Who is not, may buy at any
 * moment, so he is asked about each time. Every other answer than the above is none: the shop or
 * the auth host is away, and what to do then is decided in check_in.c. */
#include "standing.h"

#include <string.h>

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "db/writer.h"
#include "query.h"
#include "sign_in.h"
#include "stock.h"
#include "web/json.h"

struct keep {
	const struct identity *who;
	const struct standing_heard *heard;
};

static enum rc
keep_run(struct db *db, struct arena *a, void *arg)
{
	const struct keep *k = arg;
	const struct identity *who = k->who;
	bool verified = k->heard->word == STANDING_VERIFIED;
	int64_t at = k->heard->at_ms != 0 ? k->heard->at_ms : clock_now_ms();
	struct customer_by_identity customer;
	enum rc rc;

	rc = q_customer_standing(db, a, standing_word(k->heard->word), at, verified ? at : 0,
	    who->name != NULL ? who->name : "", who->email != NULL ? who->email : "", who->issuer,
	    who->subject, NULL);
	if (rc != RC_OK || !verified)
		return rc;
	rc = q_customer_by_identity(db, a, who->issuer, who->subject, &customer);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	return stock_release(db, a, customer.id, at);
}

/* Should this fail, it is heard again. */
void
standing_keep(struct req *r, const struct standing_heard *heard)
{
	struct keep k = { .who = r->who, .heard = heard };

	(void)writer_run(r->writer, r->arena, keep_run, &k);
}

/* Asks the auth host. UNKNOWN: it did not say. */
static enum standing
ask(struct req *r)
{
	const char *body, *email;
	struct json *answer;
	enum standing word;
	int status;

	if (provider_auth_get(r, "/v1/standing", sign_in_token(r), &status, &body) != RC_OK)
		return STANDING_UNKNOWN;
	if (status != 200) {
		if (status < 500)
			log_warn("standing: the auth host answered %d; are issuer, audience and claims "
			    "the same in its settings?", status);
		return STANDING_UNKNOWN;
	}
	if (json_parse(r->arena, body, strlen(body), &answer) != RC_OK)
		return STANDING_UNKNOWN;
	word = standing_parse(json_text(answer, "standing"));
	email = json_text(answer, "email");
	if (word != STANDING_UNKNOWN)
		sign_in_complete(r, json_text(answer, "name"),
		    email != NULL && str_email(email) ? email : NULL);
	return word;
}

void
standing_learn(struct req *r, struct standing_heard *ret)
{
	struct customer_by_identity customer = { .standing = "" };
	int64_t now = clock_now_ms(), age;
	enum rc rc;

	*ret = (struct standing_heard){ .word = r->who->standing };
	if (attend(r)->provider.foreign == NULL || *r->conf->claim_standing != '\0')
		return;
	rc = q_customer_by_identity(r->db, r->arena, r->who->issuer, r->who->subject, &customer);
	age = now - customer.standing_at;
	if (rc == RC_OK && standing_parse(customer.standing) == STANDING_VERIFIED && age >= 0 &&
	    age < r->conf->standing_fresh_s * 1000) {
		*ret = (struct standing_heard){ STANDING_VERIFIED, customer.standing_at };
		return;
	}
	ret->word = ask(r);
	ret->at_ms = ret->word != STANDING_UNKNOWN ? now : 0;
	if (rc == RC_OK && ret->word != STANDING_UNKNOWN)
		standing_keep(r, ret);
}
