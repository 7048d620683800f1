/* SPDX-License-Identifier: Apache-2.0 */
/* api_check_in.c - POST /v1/check-ins: check in today, for the shop's app.
 *
 * 201 checked_in the first time, 200 already_checked_in for every repeat of the day, with the same
 * receipt and the same grants. The act itself is check_in.c. */
#include <string.h>

#include "api_json.h"
#include "attend.h"
#include "check_in.h"
#include "web/json.h"

struct check_in_in {
	const char *campaign;    /* slug; NULL: the one that is open */
};
static const struct param check_in_params[] = {
	PARAM_LINE(struct check_in_in, campaign, 1, 40, .optional = true),
	PARAM_END
};

/* The grants that are owed, or all that are not. */
static void
put_grants(struct req *r, const char *name, const struct check_in_result *c, bool owed)
{
	size_t i;

	json_open(&r->body_out, name, '[');
	for (i = 0; i < c->grants_n; i++)
		if ((strcmp(c->grants[i].state, "owed") == 0) == owed)
			api_json_grant(r, NULL, &c->grants[i], false);
	json_close(&r->body_out, ']');
}

static enum rc
reply(struct req *r, enum rc rc, const struct check_in_result *c)
{
	struct buf *o = &r->body_out;

	if (rc != RC_OK)
		return rc;
	r->status = c->already ? 200 : 201;
	api_json_begin(r);
	json_put_text(o, "result", c->already ? "already_checked_in" : "checked_in");
	json_put_text(o, "campaign", c->campaign.slug);
	api_json_day(r, "day", c->day);
	json_put_int(o, "count", c->count);
	json_put_int(o, "streak", c->streak);
	json_put_int(o, "longest", c->longest);
	json_put_text(o, "receipt", c->receipt);
	put_grants(r, "granted", c, false);
	put_grants(r, "owed", c, true);
	api_json_next(r, "next", &c->next);
	json_put_text(o, "message", check_in_message(r->arena, r->lang, c));
	api_json_end(r);
	return RC_OK;
}

static enum rc
check_in_post(struct req *r)
{
	const struct check_in_in *in = r->in;

	return check_in(r, in->campaign, reply);
}

const struct route api_check_in_routes[] = {
	ROUTE_IN(POST, "/v1/check-ins", check_in_post, API, CUSTOMER, check_in_in, check_in_params),
	ROUTE_END
};
