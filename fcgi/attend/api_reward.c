/* SPDX-License-Identifier: Apache-2.0 */
/* api_reward.c - what there is to earn, and how far one is.
 *
 *	GET /v1/rewards         the campaign's milestones with their rewards; whether a reward is
 *	                        there, not how many: numbers are for staff
 *	GET /v1/rewards/status  own count, newest reward, next reward, the sentence about them */
#include "api_json.h"
#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "progress.h"
#include "query.h"
#include "web/json.h"

struct reward_in {
	const char *campaign;
};
static const struct param reward_params[] = {
	PARAM_LINE(struct reward_in, campaign, 1, 40, .optional = true),
	PARAM_END
};

static enum rc
find(struct req *r, struct campaign *ret)
{
	const struct reward_in *in = r->in;

	return campaign_find(r->db, r->arena, r->conf->zone, in->campaign, clock_now_ms(), ret);
}

/* One milestone begins at its first row and has a row for each reward. Returns the row after. */
static size_t
put_milestone(struct req *r, const struct milestones *rows, size_t n, size_t i)
{
	struct buf *o = &r->body_out;
	int64_t id = rows[i].id;

	json_open(o, NULL, '{');
	json_put_text(o, "milestone", rows[i].slug);
	json_put_text(o, "kind", rows[i].kind);
	json_put_int(o, "days", rows[i].days);
	json_put_bool(o, "repeats", rows[i].repeats != 0);
	json_open(o, "rewards", '[');
	for (; i < n && rows[i].id == id; i++) {
		json_open(o, NULL, '{');
		json_put_text(o, "reward", rows[i].reward);
		json_put_text(o, "name", attend_name(r->lang, rows[i].name_ko, rows[i].name_en));
		json_put_bool(o, "available", rows[i].available != 0);
		json_close(o, '}');
	}
	json_close(o, ']');
	json_close(o, '}');
	return i;
}

static enum rc
rewards_get(struct req *r)
{
	struct campaign campaign;
	struct milestones *rows;
	size_t i, n;
	enum rc rc;

	if ((rc = db_snapshot(r->db)) == RC_OK && (rc = find(r, &campaign)) == RC_OK)
		rc = q_milestones(r->db, r->arena, 0, campaign.id, &rows, &n);
	db_snapshot_end(r->db);
	if (rc != RC_OK)
		return rc;
	api_json_begin(r);
	json_put_text(&r->body_out, "campaign", campaign.slug);
	json_open(&r->body_out, "milestones", '[');
	for (i = 0; i < n; )
		i = put_milestone(r, rows, n, i);
	json_close(&r->body_out, ']');
	api_json_end(r);
	return RC_OK;
}

static enum rc
status_get(struct req *r)
{
	struct buf *o = &r->body_out;
	struct campaign campaign;
	struct progress p;
	enum rc rc;

	if ((rc = db_snapshot(r->db)) == RC_OK && (rc = find(r, &campaign)) == RC_OK)
		rc = progress_read(r->db, r->arena, r->who, &campaign, &p);
	db_snapshot_end(r->db);
	if (rc != RC_OK)
		return rc;
	api_json_begin(r);
	json_put_text(o, "campaign", campaign.slug);
	json_put_int(o, "count", p.state.count);
	json_put_int(o, "streak", p.streak);
	if (p.has_current)
		api_json_grant(r, "current", &p.current, false);
	else
		json_put_null(o, "current");
	api_json_next(r, "next", &p.next);
	json_put_text(o, "message", progress_message(r->arena, r->lang, attend_customer(r), &p));
	api_json_end(r);
	return RC_OK;
}

const struct route api_reward_routes[] = {
	ROUTE_IN(GET, "/v1/rewards", rewards_get, API, CUSTOMER, reward_in, reward_params),
	ROUTE_IN(GET, "/v1/rewards/status", status_get, API, CUSTOMER, reward_in, reward_params),
	ROUTE_END
};
