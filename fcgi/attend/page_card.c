/* SPDX-License-Identifier: Apache-2.0 */
/* page_card.c - the stamp card: what the event is, for who is not signed in; else this month with its
 * stamps, the button, where the customer stands and what comes next.
 *
 *	GET  /            ?month=YYYY-MM: another month; ?done=1 after the button
 *	POST /check-in    the button (fcgi/attend/check_in.c does it)
 *
 * Own history and rewards are in page_mine.c, consent to mails in page_mail.c. */
#include <string.h>

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "check_in.h"
#include "frame.h"
#include "page.h"
#include "query.h"
#include "web/csrf.h"

struct card_in {
	const char *month;
	bool done;
};
static const struct param card_in[] = {
	PARAM_LINE(struct card_in, month, 7, 7, .optional = true),
	PARAM_BOOL(struct card_in, done),
	PARAM_END
};

/* What is read from the database for one card, from one snapshot. */
struct card {
	struct campaign campaign;
	struct progress progress;
	int64_t first, *days;    /* of the month that is shown */
	size_t n;
	struct milestones *milestones;
	size_t milestones_n;
	struct consent_newest consent;
	bool consents;
	struct progress_grant *earned;   /* today */
	size_t earned_n;
};

static int64_t
month_end(int64_t first)
{
	int year, month, mday;

	day_split(first, &year, &month, &mday);
	return day_make(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - 1;
}

static enum rc
read_card(struct req *r, const char *month, struct card *c)
{
	const struct identity nobody = { .issuer = "", .subject = "" };
	int year, m, mday;
	enum rc rc;

	rc = campaign_find(r->db, r->arena, r->conf->zone, NULL, clock_now_ms(), &c->campaign);
	if (rc != RC_OK)
		return rc;
	day_split(c->campaign.today, &year, &m, &mday);
	c->first = day_make(year, m, 1);
	if (month != NULL && !frame_month(month, &c->first)) {
		r->bad = "month";
		return RC_INVALID;
	}
	if ((rc = progress_read(r->db, r->arena, r->who != NULL ? r->who : &nobody, &c->campaign,
	    &c->progress)) != RC_OK ||
	    (rc = progress_days(r->db, r->arena, &c->campaign, c->progress.customer_id, c->first,
	    month_end(c->first), &c->days, &c->n)) != RC_OK ||
	    (rc = q_milestones(r->db, r->arena, c->progress.customer_id, c->campaign.id,
	    &c->milestones, &c->milestones_n)) != RC_OK)
		return rc;
	if (c->progress.today && (rc = progress_day_grants(r->db, r->arena, &c->campaign,
	    c->progress.customer_id, c->campaign.today, &c->earned, &c->earned_n)) != RC_OK)
		return rc;
	rc = q_consent_newest(r->db, r->arena, c->progress.customer_id, &c->consent);
	c->consents = rc == RC_OK && strcmp(c->consent.action, "given") == 0;
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

static const char *
month_text(struct arena *a, int64_t first)
{
	return arena_fmt(a, "%.7s", frame_day(a, first));
}

/* The month as seven columns; months before the event and after today are not offered. */
static struct view_month
month_view(struct arena *a, const struct card *c)
{
	int64_t last = month_end(c->first), day, i;
	struct view_month v = { 0 };
	int year, month, mday;
	size_t at = 0;

	day_split(c->first, &year, &month, &mday);
	v.year = year;
	v.month = month;
	v.n = (day_weekday(c->first) + last - c->first + 7) / 7 * 7;
	for (day = c->first, i = day_weekday(c->first); day <= last; day++, i++) {
		while (at < c->n && c->days[at] < day)
			at++;
		v.cells[i] = (struct view_day){ .mday = day - c->first + 1,
			.came = at < c->n && c->days[at] == day, .today = day == c->campaign.today,
			.later = day > c->campaign.today };
	}
	if (c->first > c->campaign.first_day)
		v.before = month_text(a, month == 1 ? day_make(year - 1, 12, 1) : day_make(year, month - 1, 1));
	if (last < c->campaign.today)
		v.after = month_text(a, last + 1);
	return v;
}

static const char *
milestone_when(struct arena *a, enum lang lang, const struct milestones *m)
{
	const char *again = !m->repeats ? "" : lang == LANG_KO ? "마다" : ", each time";
	bool row = strcmp(m->kind, "consecutive") == 0;
	long long days = m->days;

	if (strcmp(m->kind, "every") == 0)
		return lang == LANG_KO ? "출석할 때마다" : "every check-in";
	if (lang == LANG_KO)
		return arena_fmt(a, "%s %lld일%s", row ? "연속" : "누적", days, again);
	return arena_fmt(a, "%lld day%s %s%s", days, days == 1 ? "" : "s", row ? "in a row" : "in all",
	    again);
}

static struct view_milestone *
milestones_view(struct req *r, const struct card *c)
{
	struct view_milestone *v = arena_new(r->arena, struct view_milestone, c->milestones_n);
	size_t i;

	for (i = 0; i < c->milestones_n; i++) {
		const struct milestones *m = &c->milestones[i];

		v[i] = (struct view_milestone){ .when = milestone_when(r->arena, r->lang, m),
			.reward = attend_name(r->lang, m->name_ko, m->name_en),
			.available = m->available, .reached = m->reached && !m->repeats };
	}
	return v;
}

/* After the button: what was done, told from what is in the database, not from the address. */
static const char *
done_message(struct req *r, const struct card *c, bool done)
{
	struct check_in_result result = { .already = !done, .name = attend_customer(r) };

	return c->progress.today ? check_in_message(r->arena, r->lang, &result) : NULL;
}

static struct view_grant *
earned_view(struct req *r, const struct card *c)
{
	struct view_grant *v = arena_new(r->arena, struct view_grant, c->earned_n);
	size_t i;

	for (i = 0; i < c->earned_n; i++)
		v[i] = (struct view_grant){ .state = c->earned[i].state,
			.reward = attend_name(r->lang, c->earned[i].name_ko, c->earned[i].name_en),
			.state_text = frame_state(r->lang, c->earned[i].state) };
	return v;
}

/* NULL: his account is another provider's. */
static const char *
account_url(struct req *r)
{
	return attend(r)->provider.foreign != NULL ? NULL : arena_fmt(r->arena, "%s/account", r->conf->auth_url);
}

static struct view_today
today_view(struct req *r, const struct card *c)
{
	const struct campaign *k = &c->campaign;
	int64_t left = clock_day_start(k->today + 1, k->day_start_s) - clock_now_ms();
	int year, month, mday;

	day_split(k->today, &year, &month, &mday);
	return (struct view_today){
		.done = c->progress.today, .open = k->open,
		.eligible = r->who->standing != STANDING_NO_PURCHASE &&
		    r->who->standing != STANDING_NOT_REGISTERED,
		.date = arena_fmt(r->arena, "%d.%d", month, mday),
		.receipt = c->progress.today ?
		    check_in_receipt(r->arena, k, c->progress.customer_id, k->today) : NULL,
		.earned = earned_view(r, c), .earned_n = (int64_t)c->earned_n,
		.csrf = csrf_token(r), .account = account_url(r),
		.left_ms = left, .hours_left = left / 3600000, .minutes_left = left / 60000 % 60,
	};
}

static struct view_goal
goal_view(struct req *r, const struct card *c)
{
	const struct progress_next *next = &c->progress.next;
	struct view_goal goal = { .days_left = next->days_left,
		.reward = attend_name(r->lang, next->name_ko, next->name_en) };
	size_t i;

	for (i = 0; next->days_left > 0 && i < c->milestones_n; i++)
		if (strcmp(c->milestones[i].slug, next->milestone) == 0)
			goal.days = c->milestones[i].days;
	return goal;
}

static struct view_rules
rules_view(struct req *r, const struct card *c)
{
	const struct campaign *k = &c->campaign;

	return (struct view_rules){
		.day_start = frame_time(r->arena, clock_day_start(k->today, k->day_start_s)) + 11,
		.zone = r->conf->zone, .first_day = frame_day(r->arena, k->first_day),
		.last_day = k->last_day != 0 ? frame_day(r->arena, k->last_day) : NULL,
		.privacy = *r->conf->privacy_url != '\0' ? r->conf->privacy_url :
		    attend(r)->provider.foreign != NULL ? NULL :
		    arena_fmt(r->arena, "%s/privacy", r->conf->auth_url) };
}

static void
show_card(struct req *r, const struct card *c, bool done)
{
	const struct campaign *k = &c->campaign;
	const struct progress *p = &c->progress;
	struct view_today today = today_view(r, c);
	struct view_goal goal = goal_view(r, c);
	struct view_rules rules = rules_view(r, c);
	struct view_month month = month_view(r->arena, c);
	struct page_my_rewards rewards = {
		.lang = r->lang, .goal = &goal,
		.current = p->has_current ? attend_name(r->lang, p->current.name_ko, p->current.name_en) : NULL,
		.current_owed = p->has_current && strcmp(p->current.state, "owed") == 0,
		.status = progress_message(r->arena, r->lang, attend_customer(r), p),
		.milestones = milestones_view(r, c), .milestones_n = (int64_t)c->milestones_n };
	struct page_mail_consent mail = {
		.lang = r->lang, .csrf = today.csrf, .site = r->conf->site_name, .given = c->consents,
		.day = c->consent.at > 0 ?
		    arena_fmt(r->arena, "%.10s", frame_time(r->arena, c->consent.at)) : NULL };

	page_card(&r->body_out, &(struct page_card){
		.lang = r->lang, .campaign = attend_name(r->lang, k->name_ko, k->name_en),
		.message = done_message(r, c, done), .just_done = done && p->today, .today = &today,
		.count = p->state.count, .streak = p->streak, .longest = p->state.longest,
		.goal = &goal, .month = &month, .day = frame_day(r->arena, k->today), .rules = &rules,
		.rewards = &rewards, .mail = &mail,
	});
}

static void
show_welcome(struct req *r, const struct card *c)
{
	struct view_rules rules = rules_view(r, c);

	page_welcome(&r->body_out, &(struct page_welcome){
		.lang = r->lang, .campaign = attend_name(r->lang, c->campaign.name_ko, c->campaign.name_en),
		.open = c->campaign.open, .rules = &rules,
		.sign_up = attend(r)->provider.foreign != NULL ? NULL :
		    arena_fmt(r->arena, "%s/sign-up", r->conf->auth_url),
		.milestones = milestones_view(r, c), .milestones_n = (int64_t)c->milestones_n,
	});
}

static enum rc
card_get(struct req *r)
{
	const struct card_in *in = r->in;
	struct card c = { 0 };
	enum rc rc;

	if ((rc = db_snapshot(r->db)) == RC_OK)
		rc = read_card(r, in->month, &c);
	db_snapshot_end(r->db);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_CLOSED : rc;       /* no campaign was ever made */
	frame_top(r, c.campaign.name_ko, c.campaign.name_en);
	if (r->who != NULL)
		show_card(r, &c, in->done);
	else
		show_welcome(r, &c);
	frame_bottom(r);
	return RC_OK;
}

/* What he may read in peace instead of the generic page: it is not his mistake. */
static enum rc
refuse(struct req *r, enum rc why)
{
	r->status = rc_http(why);
	frame_top(r, "오늘 출석", "Check-in");
	page_refused(&r->body_out, &(struct page_refused){ .lang = r->lang,
		.title = rc_title(why, r->lang), .detail = r->detail,
		.account = why == RC_NOT_ELIGIBLE ? account_url(r) : NULL });
	frame_bottom(r);
	return RC_OK;
}

static enum rc
checked_in(struct req *r, enum rc rc, const struct check_in_result *result)
{
	if (rc == RC_OK)
		return http_redirect(r, result->already ? "/" : "/?done=1");
	return rc == RC_NOT_ELIGIBLE || rc == RC_CLOSED ? refuse(r, rc) : rc;
}

static enum rc
check_in_post(struct req *r)
{
	return check_in(r, NULL, checked_in);
}

const struct route page_card_routes[] = {
	ROUTE_IN(GET, "/", card_get, PAGE, ANYONE, card_in, card_in),
	ROUTE(POST, "/check-in", check_in_post, PAGE, CUSTOMER),
	ROUTE_END
};
