/* SPDX-License-Identifier: Apache-2.0 */
/* api_grant.c - what a customer has received or is owed, and the claiming of it.
 *
 *	GET  /v1/grants?before=&limit=  own grants, newest first; "before" of the answer asks for
 *	                                the next page, null on the last
 *	POST /v1/grants/{id}/claim      granted becomes claimed; again is no error; what is owed or
 *	                                revoked is 409 with that as the reason; what belongs to
 *	                                somebody else is not found */
#include "api_json.h"
#include "attend.h"
#include "claim.h"
#include "progress.h"
#include "query.h"
#include "web/json.h"

enum { LIMIT = 50, LIMIT_MAX = 100 };

struct grants_in {
	int64_t before, limit;
};
static const struct param grants_params[] = {
	PARAM_INT(struct grants_in, before, 1, INT64_MAX, .optional = true),
	PARAM_INT(struct grants_in, limit, 1, LIMIT_MAX, .optional = true),
	PARAM_END
};

struct claim_in {
	int64_t id;
};
static const struct param claim_params[] = {
	PARAM_INT(struct claim_in, id, 1, INT64_MAX),
	PARAM_END
};

/* A person who never checked in has no row and no grants. */
static enum rc
customer_id(struct db *db, struct req *r, int64_t *ret)
{
	struct customer_by_identity customer;
	enum rc rc;

	rc = q_customer_by_identity(db, r->arena, r->who->issuer, r->who->subject, &customer);
	if (rc == RC_OK)
		*ret = customer.id;
	return rc;
}

static enum rc
grants_get(struct req *r)
{
	const struct grants_in *in = r->in;
	int64_t limit = in->limit != 0 ? in->limit : LIMIT, id;
	struct progress_grant *grants = NULL;
	size_t i, n = 0;
	bool more;
	enum rc rc;

	if ((rc = db_snapshot(r->db)) == RC_OK && (rc = customer_id(r->db, r, &id)) == RC_OK)
		rc = progress_grants(r->db, r->arena, id, in->before, limit + 1, &grants, &n);
	db_snapshot_end(r->db);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	more = n > (size_t)limit;
	if (more)
		n--;
	api_json_begin(r);
	json_open(&r->body_out, "grants", '[');
	for (i = 0; i < n; i++)
		api_json_grant(r, NULL, &grants[i], true);
	json_close(&r->body_out, ']');
	json_put_text(&r->body_out, "before",
	    more ? arena_fmt(r->arena, "%lld", (long long)grants[n - 1].id) : NULL);
	api_json_end(r);
	return RC_OK;
}

static enum rc
claim_post(struct req *r)
{
	const struct claim_in *in = r->in;
	struct progress_grant grant;
	enum rc rc = claim(r, in->id, &grant);

	if (rc != RC_OK)
		return rc;
	r->type_out = "application/json";
	api_json_grant(r, NULL, &grant, true);
	return RC_OK;
}

const struct route api_grant_routes[] = {
	ROUTE_IN(GET, "/v1/grants", grants_get, API, CUSTOMER, grants_in, grants_params),
	ROUTE_IN(POST, "/v1/grants/{id}/claim", claim_post, API, CUSTOMER, claim_in, claim_params),
	ROUTE_END
};
