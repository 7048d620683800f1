/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - the reading side of the attendance domain: campaigns, a customer's standing, his
 * grants, and the sentence that tells him about it.
 *
 * The business day of every surface comes from campaign_find(). Rules are in rule.c, queries in
 * db/queries/attend_progress.sql and attend_check_in.sql. */
#include "progress.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "query.h"
#include "web/identity.h"

/* Generated rows that differ in their tag only. */
#define CAMPAIGN(row) (struct campaign){ .id = (row)->id, .slug = (row)->slug, \
	.name_ko = (row)->name_ko, .name_en = (row)->name_en, .receipt_key = (row)->receipt_key, \
	.day_start_s = (row)->day_start_s, .first_day = (row)->first_day, \
	.last_day = (row)->last_day, .open = strcmp((row)->state, "open") == 0 }
#define GRANT(row) (struct progress_grant){ .id = (row)->id, .milestone = (row)->milestone, \
	.reward = (row)->reward, .name_ko = (row)->name_ko, .name_en = (row)->name_en, \
	.state = (row)->state, .day = (row)->day, .earned_at = (row)->earned_at }

/* Completes a campaign for a moment. */
static enum rc
at_moment(struct campaign *c, const char *its_zone, const char *zone, int64_t now_ms)
{
	if (strcmp(its_zone, zone) != 0)
		return RC_CONFIG;
	c->today = clock_day(now_ms, c->day_start_s);
	if (c->today < c->first_day || (c->last_day != 0 && c->today > c->last_day))
		c->open = false;
	return RC_OK;
}

static enum rc
find_open(struct db *db, struct arena *a, const char *zone, int64_t now_ms, struct campaign *ret)
{
	struct campaigns_open *rows;
	size_t i, n;
	enum rc rc;

	if ((rc = q_campaigns_open(db, a, &rows, &n)) != RC_OK)
		return rc;
	for (i = 0; i < n; i++) {
		struct campaign c = CAMPAIGN(&rows[i]);

		if ((rc = at_moment(&c, rows[i].zone, zone, now_ms)) != RC_OK)
			return rc;
		if (c.open) {
			*ret = c;
			return RC_OK;
		}
	}
	return RC_NOTFOUND;
}

enum rc
campaign_find(struct db *db, struct arena *a, const char *zone, const char *slug, int64_t now_ms,
    struct campaign *ret)
{
	struct campaign_by_slug named;
	struct campaign_latest latest;
	enum rc rc;

	if (slug != NULL) {
		if ((rc = q_campaign_by_slug(db, a, slug, &named)) != RC_OK)
			return rc;
		*ret = CAMPAIGN(&named);
		return at_moment(ret, named.zone, zone, now_ms);
	}
	if ((rc = find_open(db, a, zone, now_ms, ret)) != RC_NOTFOUND)
		return rc;
	if ((rc = q_campaign_latest(db, a, &latest)) != RC_OK)
		return rc;
	*ret = CAMPAIGN(&latest);
	return at_moment(ret, latest.zone, zone, now_ms);
}

enum rc
progress_next(const struct milestones *rows, size_t n, const struct rule_state *state,
    int64_t today, struct progress_next *ret)
{
	struct progress_next next = { .days_left = -1 };
	size_t i;

	for (i = 0; i < n; i++) {
		const struct milestones *m = &rows[i];
		struct rule_milestone rule = { .days = m->days, .repeats = m->repeats };
		int64_t left;

		if (!rule_kind_parse(m->kind, &rule.kind))
			return RC_DB;
		left = rule_days_left(&rule, state, today, m->reached);
		if (left > 0 && (next.days_left < 0 || left < next.days_left))
			next = (struct progress_next){ .milestone = m->slug, .reward = m->reward,
				.name_ko = m->name_ko, .name_en = m->name_en, .days_left = left };
	}
	*ret = next;
	return RC_OK;
}

/* Fills in what the rows of this customer say; customer_id is known. */
static enum rc
read_customer(struct db *db, struct arena *a, const struct campaign *c, struct progress *p)
{
	struct attendance_newest newest;
	struct grant_current current;
	enum rc rc;

	rc = q_attendance_newest(db, a, c->id, p->customer_id, &newest);
	if (rc == RC_NOTFOUND)
		return RC_OK;            /* who never came here has no grants here */
	if (rc != RC_OK)
		return rc;
	p->state = (struct rule_state){ .count = newest.count, .streak = newest.streak,
		.longest = newest.longest, .last_day = newest.day };
	p->streak = rule_streak_now(&p->state, c->today);
	p->today = newest.day == c->today;
	rc = q_grant_current(db, a, c->id, p->customer_id, &current);
	if (rc == RC_OK) {
		p->has_current = true;
		p->current = GRANT(&current);
	}
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

enum rc
progress_read(struct db *db, struct arena *a, const struct identity *who,
    const struct campaign *c, struct progress *ret)
{
	struct progress p = { 0 };
	struct customer_by_identity customer;
	struct milestones *rows;
	size_t n;
	enum rc rc;

	rc = q_customer_by_identity(db, a, who->issuer, who->subject, &customer);
	if (rc == RC_OK) {
		p.customer_id = customer.id;
		rc = read_customer(db, a, c, &p);
	} else if (rc == RC_NOTFOUND)
		rc = RC_OK;
	if (rc != RC_OK || (rc = q_milestones(db, a, p.customer_id, c->id, &rows, &n)) != RC_OK ||
	    (rc = progress_next(rows, n, &p.state, c->today, &p.next)) != RC_OK)
		return rc;
	*ret = p;
	return RC_OK;
}

enum rc
progress_days(struct db *db, struct arena *a, const struct campaign *c, int64_t customer_id,
    int64_t from, int64_t to, int64_t **ret, size_t *ret_n)
{
	struct attendance_days *rows;
	int64_t *days;
	size_t i, n;
	enum rc rc;

	if ((rc = q_attendance_days(db, a, c->id, customer_id, from, to, &rows, &n)) != RC_OK)
		return rc;
	days = arena_new(a, int64_t, n);
	for (i = 0; i < n; i++)
		days[i] = rows[i].day;
	*ret = days;
	*ret_n = n;
	return RC_OK;
}

enum rc
progress_grants(struct db *db, struct arena *a, int64_t customer_id, int64_t before,
    int64_t limit, struct progress_grant **ret, size_t *ret_n)
{
	struct grants_of_customer *rows;
	struct progress_grant *grants;
	size_t i, n;
	enum rc rc;

	rc = q_grants_of_customer(db, a, customer_id, before == 0 ? INT64_MAX : before, limit,
	    &rows, &n);
	if (rc != RC_OK)
		return rc;
	grants = arena_new(a, struct progress_grant, n);
	for (i = 0; i < n; i++)
		grants[i] = GRANT(&rows[i]);
	*ret = grants;
	*ret_n = n;
	return RC_OK;
}

enum rc
progress_day_grants(struct db *db, struct arena *a, const struct campaign *c,
    int64_t customer_id, int64_t day, struct progress_grant **ret, size_t *ret_n)
{
	struct grants_of_day *rows;
	struct progress_grant *grants;
	size_t i, n;
	enum rc rc;

	if ((rc = q_grants_of_day(db, a, c->id, customer_id, day, &rows, &n)) != RC_OK)
		return rc;
	grants = arena_new(a, struct progress_grant, n);
	for (i = 0; i < n; i++)
		grants[i] = GRANT(&rows[i]);
	*ret = grants;
	*ret_n = n;
	return RC_OK;
}

enum rc
progress_grant_find(struct db *db, struct arena *a, int64_t customer_id, int64_t id,
    struct progress_grant *ret)
{
	struct grant_of_customer row;
	enum rc rc;

	if ((rc = q_grant_of_customer(db, a, id, customer_id, &row)) == RC_OK)
		*ret = GRANT(&row);
	return rc;
}

static const char *
message_ko(struct arena *a, const char *name, const struct progress *p)
{
	const char *left = "";

	if (p->next.days_left > 0)
		left = arena_fmt(a, " (%lld일 남음)", (long long)p->next.days_left);
	return arena_fmt(a, "%s님의 누적 출석은 %lld회이며, 현재 리워드는 %s, 다음 리워드는 %s%s입니다.", name,
	    (long long)p->state.count, p->has_current ? p->current.name_ko : "없음",
	    p->next.days_left > 0 ? p->next.name_ko : "없음", left);
}

static const char *
message_en(struct arena *a, const char *name, const struct progress *p)
{
	const char *left = "";

	if (p->next.days_left > 0)
		left = arena_fmt(a, " (%lld day%s left)", (long long)p->next.days_left,
		    p->next.days_left == 1 ? "" : "s");
	return arena_fmt(a, "%s, you have checked in %lld time%s. Current reward: %s. "
	    "Next reward: %s%s.", name, (long long)p->state.count, p->state.count == 1 ? "" : "s",
	    p->has_current ? p->current.name_en : "none",
	    p->next.days_left > 0 ? p->next.name_en : "none", left);
}

const char *
progress_message(struct arena *a, enum lang lang, const char *name, const struct progress *p)
{
	return lang == LANG_KO ? message_ko(a, name, p) : message_en(a, name, p);
}
