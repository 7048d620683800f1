/* SPDX-License-Identifier: Apache-2.0 */
/* admin_people.c - who came, who got what, and all of one customer.
 *
 *	GET /admin/attendance      ?day=YYYY-MM-DD &q=BEGINNING OF AN E-MAIL &after=ID
 *	GET /admin/grants          ?reward=ID &state=WORD &before=ID
 *	GET /admin/customers       ?q=BEGINNING OF AN E-MAIL &after=ID
 *	GET /admin/customers/{id}  his days, rewards and consents */
#include <string.h>

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/str.h"
#include "check_in.h"
#include "frame.h"
#include "page.h"
#include "query.h"

enum { PER_PAGE = 50, DAYS_SHOWN = 400 };

static enum rc
find_campaign(struct req *r, struct campaign *ret)
{
	return campaign_find(r->db, r->arena, r->conf->zone, NULL, clock_now_ms(), ret);
}

static const char *
id_text(struct arena *a, int64_t id)
{
	return arena_fmt(a, "%lld", (long long)id);
}

/* Everything that begins with q sorts before q followed by the highest byte. */
static const char *
after_all(struct arena *a, const char *q)
{
	return arena_fmt(a, "%s\x7f", q);
}

struct attendance_in {
	int64_t day, at, after;          /* at, after: the last row of the page before */
	const char *q;
};
static const struct param attendance_in[] = {
	PARAM_DAY(struct attendance_in, day, .min = 1, .max = DAY_LAST, .optional = true),
	PARAM_LINE(struct attendance_in, q, 0, 254, .optional = true),
	PARAM_INT(struct attendance_in, at, 1, INT64_MAX, .optional = true),
	PARAM_INT(struct attendance_in, after, 1, INT64_MAX, .optional = true),
	PARAM_END
};

static enum rc
attendance_get(struct req *r)
{
	const struct attendance_in *in = r->in;
	struct campaign campaign;
	struct admin_attendance *rows = NULL;
	struct view_visit *v;
	struct arena *a = r->arena;
	const char *q = str_lower(a, in->q != NULL ? in->q : "");
	int64_t day = in->day, total;
	size_t i, n = 0;
	enum rc rc;

	if ((rc = db_snapshot(r->db)) == RC_OK && (rc = find_campaign(r, &campaign)) == RC_OK) {
		day = day != 0 ? day : campaign.today;
		if ((rc = came_count(r, campaign.id, day, &total)) == RC_OK)
			rc = q_admin_attendance(r->db, a, campaign.id, day, in->at != 0 ? in->at : INT64_MAX,
			    in->after, q, after_all(a, q), PER_PAGE, &rows, &n);
	}
	db_snapshot_end(r->db);
	if (rc != RC_OK)
		return rc;
	v = arena_new(a, struct view_visit, n);
	for (i = 0; i < n; i++)
		v[i].time = frame_time(a, rows[i].at) + 11;
	frame_top(r, "출석 현황", "Attendance");
	page_admin_attendance(&r->body_out, &(struct page_admin_attendance){
		.lang = r->lang, .day = frame_day(a, day), .q = q, .before = frame_day(a, day - 1),
		.after = day < campaign.today ? frame_day(a, day + 1) : NULL, .total = total,
		.rows = rows, .times = v, .n = (int64_t)n,
		.more = n == PER_PAGE ? id_text(a, rows[n - 1].customer_id) : NULL,
		.more_at = n == PER_PAGE ? id_text(a, rows[n - 1].at) : NULL,
	});
	frame_bottom(r);
	return RC_OK;
}

struct grants_in {
	int64_t reward, before;
	const char *state;
};
static const char *const states[] = { "granted", "owed", "claimed", "fulfilled", "revoked", "", NULL };
enum { STATES = sizeof(states) / sizeof(states[0]) - 2 };
static const struct param grants_in[] = {
	PARAM_INT(struct grants_in, reward, 0, INT64_MAX, .optional = true),
	PARAM_INT(struct grants_in, before, 1, INT64_MAX, .optional = true),
	PARAM_WORD(struct grants_in, state, states, .optional = true),
	PARAM_END
};

static struct view_option *
reward_options(struct req *r, const struct admin_rewards *rewards, size_t n, int64_t chosen)
{
	struct view_option *v = arena_new(r->arena, struct view_option, n);
	size_t i;

	for (i = 0; i < n; i++)
		v[i] = (struct view_option){ .value = id_text(r->arena, rewards[i].id),
			.text = attend_name(r->lang, rewards[i].name_ko, rewards[i].name_en),
			.chosen = rewards[i].id == chosen };
	return v;
}

static struct view_option *
state_options(struct req *r, const char *chosen)
{
	struct view_option *v = arena_new(r->arena, struct view_option, STATES);
	size_t i;

	for (i = 0; i < STATES; i++)
		v[i] = (struct view_option){ .value = states[i], .text = frame_state(r->lang, states[i]),
			.chosen = strcmp(states[i], chosen) == 0 };
	return v;
}

static struct view_grant *
grants_view(struct req *r, const struct admin_grants *rows, size_t n)
{
	struct view_grant *v = arena_new(r->arena, struct view_grant, n);
	size_t i;

	for (i = 0; i < n; i++)
		v[i] = (struct view_grant){ .id = id_text(r->arena, rows[i].id),
			.customer_id = rows[i].customer_id, .customer = rows[i].name, .email = rows[i].email,
			.reward = attend_name(r->lang, rows[i].name_ko, rows[i].name_en),
			.state = rows[i].state, .state_text = frame_state(r->lang, rows[i].state),
			.day = frame_day(r->arena, rows[i].day) };
	return v;
}

static enum rc
grants_get(struct req *r)
{
	const struct grants_in *in = r->in;
	const char *state = in->state != NULL ? in->state : "";
	struct admin_rewards *rewards;
	struct admin_grants *rows;
	size_t n, rewards_n;
	enum rc rc;

	if ((rc = q_admin_rewards(r->db, r->arena, &rewards, &rewards_n)) != RC_OK ||
	    (rc = q_admin_grants(r->db, r->arena, in->before != 0 ? in->before : INT64_MAX, in->reward,
	    state, PER_PAGE, &rows, &n)) != RC_OK)
		return rc;
	frame_top(r, "지급 내역", "Grants");
	page_admin_grants(&r->body_out, &(struct page_admin_grants){
		.lang = r->lang, .reward = in->reward, .state = state,
		.rewards = reward_options(r, rewards, rewards_n, in->reward), .rewards_n = (int64_t)rewards_n,
		.states = state_options(r, state), .states_n = STATES,
		.grants = grants_view(r, rows, n), .n = (int64_t)n,
		.older = n == PER_PAGE ? id_text(r->arena, rows[n - 1].id) : NULL,
	});
	frame_bottom(r);
	return RC_OK;
}

struct customers_in {
	const char *q;
	int64_t after;
};
static const struct param customers_in[] = {
	PARAM_LINE(struct customers_in, q, 0, 254, .optional = true),
	PARAM_INT(struct customers_in, after, 1, INT64_MAX, .optional = true),
	PARAM_END
};

static enum rc
customers_get(struct req *r)
{
	const struct customers_in *in = r->in;
	const char *q = str_lower(r->arena, in->q != NULL ? in->q : "");
	struct admin_customers *rows;
	size_t n;
	enum rc rc;

	rc = q_admin_customers(r->db, r->arena, q, after_all(r->arena, q), in->after, PER_PAGE, &rows, &n);
	if (rc != RC_OK)
		return rc;
	frame_top(r, "고객", "Customers");
	page_admin_customers(&r->body_out, &(struct page_admin_customers){ .lang = r->lang, .q = q,
		.rows = rows, .n = (int64_t)n, .more = n == PER_PAGE ? id_text(r->arena, rows[n - 1].id) : NULL });
	frame_bottom(r);
	return RC_OK;
}

struct customer_in {
	int64_t id;
};
static const struct param customer_in[] = {
	PARAM_INT(struct customer_in, id, 1, INT64_MAX),
	PARAM_END
};

struct customer_all {
	struct campaign campaign;
	struct admin_customer who;
	struct attendance_rows *days;
	struct progress_grant *grants;
	struct admin_consents *consents;
	size_t days_n, grants_n, consents_n;
};

static enum rc
read_customer(struct req *r, int64_t id, struct customer_all *c)
{
	enum rc rc;

	if ((rc = find_campaign(r, &c->campaign)) != RC_OK ||
	    (rc = q_admin_customer(r->db, r->arena, id, &c->who)) != RC_OK ||
	    (rc = q_attendance_rows(r->db, r->arena, c->campaign.id, id, c->campaign.today - DAYS_SHOWN,
	    c->campaign.today, &c->days, &c->days_n)) != RC_OK ||
	    (rc = progress_grants(r->db, r->arena, id, 0, 500, &c->grants, &c->grants_n)) != RC_OK)
		return rc;
	return q_admin_consents(r->db, r->arena, id, &c->consents, &c->consents_n);
}

static void
show_customer(struct req *r, const struct customer_all *c)
{
	struct arena *a = r->arena;
	struct view_visit *days = arena_new(a, struct view_visit, c->days_n);
	struct view_grant *grants = arena_new(a, struct view_grant, c->grants_n);
	struct view_visit *consents = arena_new(a, struct view_visit, c->consents_n);
	size_t i;

	for (i = 0; i < c->days_n; i++)
		days[i] = (struct view_visit){ .day = frame_day(a, c->days[i].day),
			.time = frame_time(a, c->days[i].at), .count = c->days[i].count, .streak = c->days[i].streak,
			.receipt = check_in_receipt(a, &c->campaign, c->who.id, c->days[i].day) };
	for (i = 0; i < c->grants_n; i++)
		grants[i] = (struct view_grant){ .id = id_text(a, c->grants[i].id),
			.reward = attend_name(r->lang, c->grants[i].name_ko, c->grants[i].name_en),
			.state = c->grants[i].state, .state_text = frame_state(r->lang, c->grants[i].state),
			.day = frame_day(a, c->grants[i].day) };
	for (i = 0; i < c->consents_n; i++)
		consents[i].time = frame_time(a, c->consents[i].at);
	page_admin_customer(&r->body_out, &(struct page_admin_customer){
		.lang = r->lang, .name = c->who.name, .email = c->who.email, .subject = c->who.subject,
		.verified = c->who.verified_at > 0 ? frame_time(a, c->who.verified_at) : NULL,
		.days = days, .days_n = (int64_t)c->days_n, .grants = grants, .grants_n = (int64_t)c->grants_n,
		.consents = c->consents, .consent_times = consents, .consents_n = (int64_t)c->consents_n,
	});
}

static enum rc
customer_get(struct req *r)
{
	const struct customer_in *in = r->in;
	struct customer_all c;
	enum rc rc;

	if ((rc = db_snapshot(r->db)) == RC_OK)
		rc = read_customer(r, in->id, &c);
	db_snapshot_end(r->db);
	if (rc != RC_OK)
		return rc;
	frame_top(r, "고객 상세", "Customer");
	show_customer(r, &c);
	frame_bottom(r);
	return RC_OK;
}

const struct route admin_people_routes[] = {
	ROUTE_IN(GET, "/admin/attendance", attendance_get, PAGE, VIEWER, attendance_in, attendance_in),
	ROUTE_IN(GET, "/admin/grants", grants_get, PAGE, VIEWER, grants_in, grants_in),
	ROUTE_IN(GET, "/admin/customers", customers_get, PAGE, VIEWER, customers_in, customers_in),
	ROUTE_IN(GET, "/admin/customers/{id}", customer_get, PAGE, VIEWER, customer_in, customer_in),
	ROUTE_END
};
