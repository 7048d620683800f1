/* SPDX-License-Identifier: Apache-2.0 */
/* purchases.c - what the shop knows of somebody's purchases, for programs.
 *
 *	GET  /v1/purchases?limit=&offset=   own purchases, for a customer's app; bought_at, amount
 *	                                    and status where the shop tells them
 *	POST /v1/verifications {"email"}    an e-mail's standing, for the shop's server only: 200
 *	                                    verified, 404 not_registered, 404 no_purchase
 *
 * A shop that cannot be asked is 503 shop-unavailable in both. */
#include "auth.h"
#include "base/str.h"
#include "shop.h"
#include "web/json.h"

enum { LIMIT_MAX = 100, OFFSET_MAX = 100000 };

struct purchases_in {
	int64_t limit, offset;
};
static const struct param purchases_params[] = {
	PARAM_INT(struct purchases_in, limit, 1, LIMIT_MAX, .optional = true),
	PARAM_INT(struct purchases_in, offset, 0, OFFSET_MAX, .optional = true),
	PARAM_END
};

struct verification_in {
	const char *email;
};
static const struct param verification_params[] = {
	PARAM_EMAIL(struct verification_in, email),
	PARAM_END
};

/* Only what the shop has a column for. */
static void
put_optional(struct buf *o, const char *name, const char *value)
{
	if (value != NULL)
		json_put_text(o, name, value);
}

static enum rc
purchases_get(struct req *r)
{
	const struct purchases_in *in = r->in;
	int64_t limit = in->limit != 0 ? in->limit : LIMIT_MAX;
	struct buf *o = &r->body_out;
	struct shop_purchase *rows;
	size_t i, n;
	bool more;
	enum rc rc;

	if (r->who->email == NULL)
		return RC_DENIED;
	rc = shop_purchases(auth(r)->shop, r->arena, r->who->email, in->offset, limit, &rows, &n,
	    &more);
	if (rc != RC_OK)
		return rc;
	r->type_out = "application/json";
	json_open(o, NULL, '{');
	json_open(o, "purchases", '[');
	for (i = 0; i < n; i++) {
		json_open(o, NULL, '{');
		json_put_text(o, "id", rows[i].id);
		json_put_text(o, "product", rows[i].product);
		json_put_text(o, "count", rows[i].count);
		put_optional(o, "bought_at", rows[i].bought_at);
		put_optional(o, "amount", rows[i].amount);
		put_optional(o, "status", rows[i].status);
		json_close(o, '}');
	}
	json_close(o, ']');
	json_put_int(o, "limit", limit);
	json_put_int(o, "offset", in->offset);
	json_put_bool(o, "more", more);
	json_close(o, '}');
	return RC_OK;
}

static enum rc
verified(struct req *r, const char *email)
{
	struct buf *o = &r->body_out;

	r->type_out = "application/json";
	json_open(o, NULL, '{');
	json_put_text(o, "result", standing_word(STANDING_VERIFIED));
	json_put_text(o, "email", email);
	json_put_text(o, "message", r->lang == LANG_KO ?
	    "이메일 및 구매내역 인증에 성공하셨습니다." : "This e-mail and its purchases are verified.");
	json_close(o, '}');
	return RC_OK;
}

static enum rc
verification_post(struct req *r)
{
	const struct verification_in *in = r->in;
	const char *email = str_lower(r->arena, in->email);
	enum standing standing;
	enum rc rc;

	if ((rc = shop_standing(auth(r)->shop, r->arena, email, &standing)) != RC_OK)
		return rc;
	if (standing == STANDING_VERIFIED)
		return verified(r, email);
	rc = standing == STANDING_NO_PURCHASE ? RC_NO_PURCHASE : RC_NOT_REGISTERED;
	r->reason = standing_word(standing);
	r->detail = rc_title(rc, r->lang);
	return rc;
}

const struct route purchases_routes[] = {
	ROUTE_IN(GET, "/v1/purchases", purchases_get, API, CUSTOMER, purchases_in,
	    purchases_params),
	ROUTE_IN(POST, "/v1/verifications", verification_post, API, CLIENT, verification_in,
	    verification_params),
	ROUTE_END
};
