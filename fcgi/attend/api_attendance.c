/* SPDX-License-Identifier: Apache-2.0 */
/* api_attendance.c - GET /v1/attendance?from=&to=: a customer's own days, and his sums.
 *
 * from and to are business days, both included, at most 400 of them. Without to: up to today;
 * without from: from the first day of to's month. streak is as it stands today: 0 once broken. */
#include "api_json.h"
#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "db/db.h"
#include "progress.h"
#include "web/json.h"

enum { DAYS_MAX = 400 };

struct attendance_in {
	int64_t from, to;
	const char *campaign;
};
static const struct param attendance_params[] = {
	PARAM_DAY(struct attendance_in, from, .min = 1, .max = DAY_LAST, .optional = true),
	PARAM_DAY(struct attendance_in, to, .min = 1, .max = DAY_LAST, .optional = true),
	PARAM_LINE(struct attendance_in, campaign, 1, 40, .optional = true),
	PARAM_END
};

struct attendance {
	struct campaign campaign;
	struct progress progress;
	int64_t from, to;
	int64_t *days;
	size_t n;
};

static enum rc
range(struct req *r, const struct attendance_in *in, struct attendance *at)
{
	int year, month, mday;

	at->to = in->to != 0 ? in->to : at->campaign.today;
	day_split(at->to, &year, &month, &mday);
	at->from = in->from != 0 ? in->from : day_make(year, month, 1);
	if (at->from <= at->to && at->to - at->from < DAYS_MAX)
		return RC_OK;
	r->bad = in->from != 0 ? "from" : "to";
	r->detail = r->lang == LANG_KO ? "기간은 400일 이내여야 하며 from은 to보다 늦을 수 없습니다." :
	    "The period is at most 400 days, and from is not after to.";
	return RC_INVALID;
}

static enum rc
read_all(struct req *r, const struct attendance_in *in, struct attendance *at)
{
	enum rc rc;

	rc = campaign_find(r->db, r->arena, r->conf->zone, in->campaign, clock_now_ms(),
	    &at->campaign);
	if (rc != RC_OK || (rc = range(r, in, at)) != RC_OK ||
	    (rc = progress_read(r->db, r->arena, r->who, &at->campaign, &at->progress)) != RC_OK)
		return rc;
	return progress_days(r->db, r->arena, &at->campaign, at->progress.customer_id, at->from,
	    at->to, &at->days, &at->n);
}

static enum rc
attendance_get(struct req *r)
{
	struct buf *o = &r->body_out;
	struct attendance at = { 0 };
	size_t i;
	enum rc rc;

	if ((rc = db_snapshot(r->db)) == RC_OK)
		rc = read_all(r, r->in, &at);
	db_snapshot_end(r->db);
	if (rc != RC_OK)
		return rc;
	api_json_begin(r);
	json_put_text(o, "campaign", at.campaign.slug);
	api_json_day(r, "from", at.from);
	api_json_day(r, "to", at.to);
	json_open(o, "days", '[');
	for (i = 0; i < at.n; i++)
		api_json_day(r, NULL, at.days[i]);
	json_close(o, ']');
	json_put_int(o, "count", at.progress.state.count);
	json_put_int(o, "streak", at.progress.streak);
	json_put_int(o, "longest", at.progress.state.longest);
	json_put_bool(o, "today", at.progress.today);
	api_json_end(r);
	return RC_OK;
}

const struct route api_attendance_routes[] = {
	ROUTE_IN(GET, "/v1/attendance", attendance_get, API, CUSTOMER, attendance_in,
	    attendance_params),
	ROUTE_END
};
