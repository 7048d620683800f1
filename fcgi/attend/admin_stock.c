/* SPDX-License-Identifier: Apache-2.0 */
/* admin_stock.c - the staff's steering of rewards: stock, thresholds, who gets the alerts.
 *
 *	GET  /admin/stock                 all rewards, each with its forms
 *	GET  /admin/stock/{id}            one, with its ledger; ?before=ID: older movements
 *	POST /admin/stock/{id}/change     mode add|remove|set, amount, reason, key
 *	POST /admin/stock/{id}/threshold  threshold
 *	GET  /admin/alerts                recipients and what was sent about
 *	POST /admin/alerts/add, /admin/alerts/remove   email
 *
 * A form carries a random key, so sending it twice is one movement. What changes stock is
 * fcgi/attend/stock.c, which keeps the ledger; the rest leaves a line in the audit. */
#include <string.h>

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/str.h"
#include "db/writer.h"
#include "frame.h"
#include "page.h"
#include "query.h"
#include "stock.h"
#include "web/csrf.h"

enum { PER_PAGE = 50, RECIPIENTS_MAX = 10 };

static bool
may_change(const struct req *r)
{
	return r->who->role >= ROLE_OPERATOR && r->who->role <= ROLE_OWNER;
}

struct stock_in {
	bool done;
};
static const struct param stock_in[] = {
	PARAM_BOOL(struct stock_in, done),
	PARAM_END
};

static enum rc
stock_get(struct req *r)
{
	const struct stock_in *in = r->in;
	struct admin_rewards *rows;
	size_t n;
	enum rc rc;

	if ((rc = q_admin_rewards(r->db, r->arena, &rows, &n)) != RC_OK)
		return rc;
	frame_top(r, "재고 관리", "Stock");
	page_admin_stock(&r->body_out, &(struct page_admin_stock){ .lang = r->lang, .csrf = csrf_token(r),
		.key = crypto_token(r->arena), .may = may_change(r), .done = in->done, .rows = rows, .n = (int64_t)n });
	frame_bottom(r);
	return RC_OK;
}

/* A reward with its ledger, and what was wrong with the form that was sent, if any. */
static enum rc
show_reward(struct req *r, int64_t id, int64_t before, bool done, const char *error,
    struct view_change typed)
{
	struct admin_reward reward;
	struct admin_movements *rows;
	struct view_visit *times;
	struct arena *a = r->arena;
	size_t i, n;
	enum rc rc;

	if ((rc = q_admin_reward(r->db, a, id, &reward)) != RC_OK ||
	    (rc = q_admin_movements(r->db, a, id, before != 0 ? before : INT64_MAX, PER_PAGE, &rows, &n)) != RC_OK)
		return rc;
	times = arena_new(a, struct view_visit, n);
	for (i = 0; i < n; i++)
		times[i].time = frame_time(a, rows[i].at);
	frame_top(r, reward.name_ko, reward.name_en);
	page_admin_reward(&r->body_out, &(struct page_admin_reward){
		.lang = r->lang, .csrf = csrf_token(r), .key = crypto_token(a), .may = may_change(r),
		.done = done, .error = error, .typed = typed, .reward = &reward, .rows = rows, .times = times,
		.n = (int64_t)n, .older = n == PER_PAGE ? rows[n - 1].id : 0,
	});
	frame_bottom(r);
	return RC_OK;
}

struct reward_in {
	int64_t id, before;
	bool done;
};
static const struct param reward_in[] = {
	PARAM_INT(struct reward_in, id, 1, INT64_MAX),
	PARAM_INT(struct reward_in, before, 1, INT64_MAX, .optional = true),
	PARAM_BOOL(struct reward_in, done),
	PARAM_END
};

static enum rc
reward_get(struct req *r)
{
	const struct reward_in *in = r->in;

	return show_reward(r, in->id, in->before, in->done, NULL, (struct view_change){ 0 });
}

struct change_in {
	int64_t id, amount;
	const char *mode, *reason, *key;
};
static const char *const modes[] = { [STOCK_ADD] = "add", [STOCK_REMOVE] = "remove", [STOCK_SET] = "set", NULL };
static const struct param change_in[] = {
	PARAM_INT(struct change_in, id, 1, INT64_MAX),
	PARAM_WORD(struct change_in, mode, modes),
	PARAM_INT(struct change_in, amount, 0, STOCK_MAX),
	PARAM_LINE(struct change_in, reason, 1, 200),
	PARAM_LINE(struct change_in, key, 20, 60),
	PARAM_END
};

static enum rc
change_run(struct db *db, struct arena *a, void *arg)
{
	struct req *r = arg;
	const struct change_in *in = r->in;
	struct stock_change change = {
		.reward_id = in->id, .amount = in->amount, .reason = in->reason, .key = in->key,
		.author = attend_author(r), .now_ms = clock_now_ms(),
	};
	struct stock_result result;

	while (strcmp(modes[change.mode], in->mode) != 0)
		change.mode++;
	return stock_change(db, a, &change, &result);
}

static enum rc
change_post(struct req *r)
{
	const struct change_in *in = r->in;
	enum rc rc = writer_run(r->writer, r->arena, change_run, r);

	if (rc == RC_OK)
		return http_redirect(r, arena_fmt(r->arena, "/admin/stock/%lld?done=1", (long long)in->id));
	if (rc != RC_NO_STOCK && rc != RC_INVALID && rc != RC_CONFLICT)
		return rc;
	r->status = rc_http(rc);
	return show_reward(r, in->id, 0, false, rc == RC_INVALID ?
	    (r->lang == LANG_KO ? "수량을 확인해 주세요." : "Please check the amount.") : rc_title(rc, r->lang),
	    (struct view_change){ .mode = in->mode, .reason = in->reason,
	    .amount = arena_fmt(r->arena, "%lld", (long long)in->amount) });
}

struct threshold_in {
	int64_t id, threshold;
};
static const struct param threshold_in[] = {
	PARAM_INT(struct threshold_in, id, 1, INT64_MAX),
	PARAM_INT(struct threshold_in, threshold, 0, STOCK_MAX),
	PARAM_END
};

static enum rc
threshold_run(struct db *db, struct arena *a, void *arg)
{
	struct req *r = arg;
	const struct threshold_in *in = r->in;
	struct stock_result result;

	return stock_threshold(db, a, in->id, in->threshold, attend_author(r), clock_now_ms(), &result);
}

static enum rc
threshold_post(struct req *r)
{
	const struct threshold_in *in = r->in;
	enum rc rc = writer_run(r->writer, r->arena, threshold_run, r);

	return rc != RC_OK ? rc :
	    http_redirect(r, arena_fmt(r->arena, "/admin/stock/%lld?done=1", (long long)in->id));
}

static enum rc
show_alerts(struct req *r, const char *error)
{
	struct admin_recipients *to;
	struct admin_alerts *alerts;
	struct view_visit *times;
	size_t i, n, to_n;
	enum rc rc;

	if ((rc = q_admin_recipients(r->db, r->arena, &to, &to_n)) != RC_OK ||
	    (rc = q_admin_alerts(r->db, r->arena, &alerts, &n)) != RC_OK)
		return rc;
	times = arena_new(r->arena, struct view_visit, n);
	for (i = 0; i < n; i++)
		times[i].time = frame_time(r->arena, alerts[i].at);
	frame_top(r, "재고 알림", "Stock alerts");
	page_admin_alerts(&r->body_out, &(struct page_admin_alerts){
		.lang = r->lang, .csrf = csrf_token(r), .may = may_change(r), .error = error,
		.to = to, .to_n = (int64_t)to_n, .alerts = alerts, .times = times, .n = (int64_t)n,
	});
	frame_bottom(r);
	return RC_OK;
}

static enum rc
alerts_get(struct req *r)
{
	return show_alerts(r, NULL);
}

struct recipient_in {
	const char *email;
};
static const struct param recipient_in[] = {
	PARAM_EMAIL(struct recipient_in, email),
	PARAM_END
};

static enum rc
add_run(struct db *db, struct arena *a, void *arg)
{
	struct req *r = arg;
	const struct recipient_in *in = r->in;
	const char *email = str_lower(a, in->email), *author = attend_author(r);
	struct admin_recipients *to;
	int64_t now = clock_now_ms(), added;
	size_t n;
	enum rc rc;

	if ((rc = q_admin_recipients(db, a, &to, &n)) != RC_OK)
		return rc;
	if (n >= RECIPIENTS_MAX)
		return RC_TOO_MANY;
	if ((rc = q_admin_recipient_add(db, a, email, author, now, &added)) != RC_OK || added == 0)
		return rc;
	return q_audit_add(db, a, now, author, "alert recipient added", email, "", NULL);
}

static enum rc
remove_run(struct db *db, struct arena *a, void *arg)
{
	struct req *r = arg;
	const struct recipient_in *in = r->in;
	int64_t removed;
	enum rc rc = q_admin_recipient_remove(db, a, in->email, &removed);

	if (rc != RC_OK || removed == 0)
		return rc;
	return q_audit_add(db, a, clock_now_ms(), attend_author(r), "alert recipient removed", in->email,
	    "", NULL);
}

static enum rc
add_post(struct req *r)
{
	enum rc rc = writer_run(r->writer, r->arena, add_run, r);

	if (rc == RC_TOO_MANY) {
		r->status = 409;
		return show_alerts(r, r->lang == LANG_KO ? "받는 사람은 10명까지 둘 수 있습니다." :
		    "There can be at most ten recipients.");
	}
	return rc == RC_OK ? http_redirect(r, "/admin/alerts") : rc;
}

static enum rc
remove_post(struct req *r)
{
	enum rc rc = writer_run(r->writer, r->arena, remove_run, r);

	return rc == RC_OK ? http_redirect(r, "/admin/alerts") : rc;
}

const struct route admin_stock_routes[] = {
	ROUTE_IN(GET, "/admin/stock", stock_get, PAGE, VIEWER, stock_in, stock_in),
	ROUTE_IN(GET, "/admin/stock/{id}", reward_get, PAGE, VIEWER, reward_in, reward_in),
	ROUTE_IN(POST, "/admin/stock/{id}/change", change_post, PAGE, OPERATOR, change_in, change_in),
	ROUTE_IN(POST, "/admin/stock/{id}/threshold", threshold_post, PAGE, OPERATOR, threshold_in, threshold_in),
	ROUTE(GET, "/admin/alerts", alerts_get, PAGE, VIEWER),
	ROUTE_IN(POST, "/admin/alerts/add", add_post, PAGE, OPERATOR, recipient_in, recipient_in),
	ROUTE_IN(POST, "/admin/alerts/remove", remove_post, PAGE, OPERATOR, recipient_in, recipient_in),
	ROUTE_END
};
