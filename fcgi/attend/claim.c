/* SPDX-License-Identifier: Apache-2.0 */
/* claim.c - a customer says that he has received what was granted to him. */
#include "claim.h"

#include <string.h>

#include "attend.h"
#include "base/clock.h"
#include "db/writer.h"
#include "query.h"

struct job {
	struct req *r;
	int64_t id;
	struct progress_grant grant;
};

/* state is owed or revoked. */
static enum rc
refused(struct req *r, const char *state)
{
	bool owed = strcmp(state, "owed") == 0;

	r->reason = state;
	r->detail = r->lang == LANG_KO ?
	    (owed ? "재고가 들어오는 대로 지급됩니다." : "취소된 리워드입니다.") :
	    (owed ? "It will be granted as soon as stock returns." : "This reward was revoked.");
	return RC_CONFLICT;
}

/* An order may have been cancelled since. Who cannot be asked about is judged as last heard. */
static bool
may_claim(const struct identity *who, const struct customer_by_identity *customer)
{
	enum standing word = who->standing != STANDING_UNKNOWN ? who->standing :
	    standing_parse(customer->standing);

	return word != STANDING_NO_PURCHASE && word != STANDING_NOT_REGISTERED;
}

static enum rc
run(struct db *db, struct arena *a, void *arg)
{
	struct job *c = arg;
	const struct identity *who = c->r->who;
	struct customer_by_identity customer;
	enum rc rc;

	if ((rc = q_customer_by_identity(db, a, who->issuer, who->subject, &customer)) != RC_OK ||
	    (rc = progress_grant_find(db, a, customer.id, c->id, &c->grant)) != RC_OK)
		return rc;
	if (strcmp(c->grant.state, "claimed") == 0 || strcmp(c->grant.state, "fulfilled") == 0)
		return RC_OK;
	if (strcmp(c->grant.state, "granted") != 0)
		return refused(c->r, c->grant.state);
	if (!may_claim(who, &customer)) {
		c->r->reason = "no_purchase";
		c->r->detail = c->r->lang == LANG_KO ?
		    "구매내역이 확인되지 않아 지급이 보류되었습니다." :
		    "There is no purchase any more, so this reward is withheld.";
		return RC_NOT_ELIGIBLE;
	}
	if ((rc = q_grant_claim(db, a, c->id, NULL)) != RC_OK)
		return rc;
	c->grant.state = "claimed";
	return q_grant_event_add(db, a, c->id, "granted", "claimed", clock_now_ms(),
	    c->r->who->subject, "claim", NULL);
}

enum rc
claim(struct req *r, int64_t id, struct progress_grant *ret)
{
	struct job job = { .r = r, .id = id };
	enum rc rc = writer_run(r->writer, r->arena, run, &job);

	if (rc == RC_OK)
		*ret = job.grant;
	return rc;
}
