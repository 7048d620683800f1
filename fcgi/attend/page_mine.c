/* SPDX-License-Identifier: Apache-2.0 */
/* page_mine.c - what is mine: each day that I came, with its receipt, and each reward that I earned.
 *
 *	GET  /history        ?month=YYYY-MM
 *	GET  /rewards        ?before=ID: older ones
 *	POST /rewards/claim  id: I have received it */
#include <string.h>

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "check_in.h"
#include "claim.h"
#include "frame.h"
#include "page.h"
#include "query.h"
#include "web/csrf.h"

enum { PER_PAGE = 30 };

struct history_in {
	const char *month;
};
static const struct param history_in[] = {
	PARAM_LINE(struct history_in, month, 7, 7, .optional = true),
	PARAM_END
};

struct history {
	struct campaign campaign;
	int64_t first, last, customer_id;
	struct attendance_rows *rows;
	size_t n;
};

static enum rc
read_history(struct req *r, const char *month, struct history *h)
{
	struct customer_by_identity customer = { 0 };
	int year, m, mday;
	enum rc rc;

	rc = campaign_find(r->db, r->arena, r->conf->zone, NULL, clock_now_ms(), &h->campaign);
	if (rc != RC_OK)
		return rc;
	day_split(h->campaign.today, &year, &m, &mday);
	h->first = day_make(year, m, 1);
	if (month != NULL && !frame_month(month, &h->first)) {
		r->bad = "month";
		return RC_INVALID;
	}
	day_split(h->first, &year, &m, &mday);
	h->last = day_make(m == 12 ? year + 1 : year, m == 12 ? 1 : m + 1, 1) - 1;
	rc = q_customer_by_identity(r->db, r->arena, r->who->issuer, r->who->subject, &customer);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	h->customer_id = customer.id;
	return q_attendance_rows(r->db, r->arena, h->campaign.id, customer.id, h->first, h->last,
	    &h->rows, &h->n);
}

static enum rc
history_get(struct req *r)
{
	const struct history_in *in = r->in;
	struct history h = { 0 };
	struct view_visit *visits;
	struct arena *a = r->arena;
	size_t i;
	enum rc rc;

	if ((rc = db_snapshot(r->db)) == RC_OK)
		rc = read_history(r, in->month, &h);
	db_snapshot_end(r->db);
	if (rc != RC_OK)
		return rc;
	visits = arena_new(a, struct view_visit, h.n);
	for (i = 0; i < h.n; i++)
		visits[i] = (struct view_visit){ .day = frame_day(a, h.rows[i].day),
			.time = frame_time(a, h.rows[i].at) + 11, .count = h.rows[i].count, .streak = h.rows[i].streak,
			.receipt = check_in_receipt(a, &h.campaign, h.customer_id, h.rows[i].day) };
	frame_top(r, "내 출석 기록", "My attendance");
	page_history(&r->body_out, &(struct page_history){
		.lang = r->lang, .month = arena_fmt(a, "%.7s", frame_day(a, h.first)),
		.before = h.first > h.campaign.first_day ? arena_fmt(a, "%.7s", frame_day(a, h.first - 1)) : NULL,
		.after = h.last < h.campaign.today ? arena_fmt(a, "%.7s", frame_day(a, h.last + 1)) : NULL,
		.visits = visits, .n = (int64_t)h.n,
	});
	frame_bottom(r);
	return RC_OK;
}

struct rewards_in {
	int64_t before;
};
static const struct param rewards_in[] = {
	PARAM_INT(struct rewards_in, before, 1, INT64_MAX, .optional = true),
	PARAM_END
};

/* The local date of a moment; NULL for none, or when it is the very day that was earned on. */
static const char *
other_day(struct arena *a, int64_t at_ms, int64_t earned)
{
	const char *day = arena_fmt(a, "%.10s", frame_time(a, at_ms));

	return at_ms > 0 && strcmp(day, frame_day(a, earned)) != 0 ? day : NULL;
}

static enum rc
rewards_get(struct req *r)
{
	const struct rewards_in *in = r->in;
	struct customer_by_identity customer = { 0 };
	struct my_grants *grants;
	struct arena *a = r->arena;
	struct view_grant *v;
	size_t i, n;
	enum rc rc;

	rc = q_customer_by_identity(r->db, r->arena, r->who->issuer, r->who->subject, &customer);
	if ((rc != RC_OK && rc != RC_NOTFOUND) || (rc = q_my_grants(r->db, a, customer.id,
	    in->before != 0 ? in->before : INT64_MAX, PER_PAGE, &grants, &n)) != RC_OK)
		return rc;
	v = arena_new(a, struct view_grant, n);
	for (i = 0; i < n; i++)
		v[i] = (struct view_grant){ .id = arena_fmt(a, "%lld", (long long)grants[i].id),
			.reward = attend_name(r->lang, grants[i].name_ko, grants[i].name_en),
			.state = grants[i].state, .state_text = frame_state(r->lang, grants[i].state),
			.day = frame_day(a, grants[i].day), .settled = other_day(a, grants[i].settled_at, grants[i].day),
			.claimed = other_day(a, grants[i].claimed_at, grants[i].day) };
	frame_top(r, "내 리워드", "My rewards");
	page_rewards(&r->body_out, &(struct page_rewards){ .lang = r->lang, .csrf = csrf_token(r),
		.grants = v, .n = (int64_t)n, .older = n == PER_PAGE ? v[n - 1].id : NULL });
	frame_bottom(r);
	return RC_OK;
}

struct claim_page_in {
	int64_t id;
};
static const struct param claim_page_in[] = {
	PARAM_INT(struct claim_page_in, id, 1, INT64_MAX),
	PARAM_END
};

static enum rc
claim_post(struct req *r)
{
	const struct claim_page_in *in = r->in;
	struct progress_grant grant;
	enum rc rc = claim(r, in->id, &grant);

	return rc == RC_OK ? http_redirect(r, "/rewards") : rc;
}

const struct route page_mine_routes[] = {
	ROUTE_IN(GET, "/history", history_get, PAGE, CUSTOMER, history_in, history_in),
	ROUTE_IN(GET, "/rewards", rewards_get, PAGE, CUSTOMER, rewards_in, rewards_in),
	ROUTE_IN(POST, "/rewards/claim", claim_post, PAGE, CUSTOMER, claim_page_in, claim_page_in),
	ROUTE_END
};
