/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - the reading side of the attendance domain: where a customer stands in a campaign, his
 * grants, and the sentence that tells him about it.
 *
 * The business day of every surface comes from campaign_find() in campaign.c. Rules are in rule.c, queries in
 * db/queries/attend_progress.sql and attend_check_in.sql. */
#include "progress.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "query.h"
#include "web/identity.h"

/* Generated rows that differ in their tag only. */
#define GRANT(row) (struct progress_grant){ .id = (row)->id, .milestone = (row)->milestone, \
	.reward = (row)->reward, .name_ko = (row)->name_ko, .name_en = (row)->name_en, \
	.state = (row)->state, .day = (row)->day, .earned_at = (row)->earned_at }

/* Whether a milestone that is earned once was earned by a streak that has ended since. */
static enum rc
earned_before(struct db *db, struct arena *a, const struct campaign *c, int64_t customer_id,
    const struct campaign_milestone *m, bool *ret)
{
	struct grant_first first;
	enum rc rc = RC_NOTFOUND;

	if (customer_id != 0 && m->rule.kind == RULE_CONSECUTIVE && !m->rule.repeats)
		rc = q_grant_first(db, a, c->id, customer_id, m->id, &first);
	*ret = rc == RC_OK;
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

enum rc
progress_next(struct db *db, struct arena *a, const struct campaign *c, int64_t customer_id,
    const struct rule_state *state, struct progress_next *ret)
{
	const struct campaign_milestone *best = NULL, *m;
	int64_t days_left = -1, left;
	bool earned;
	enum rc rc;
	size_t i;

	for (i = 0; i < c->milestones_n; i++) {
		m = &c->milestones[i];
		left = rule_days_left(&m->rule, state, c->today, false);
		if (left <= 0 || (best != NULL && left >= days_left))
			continue;
		if ((rc = earned_before(db, a, c, customer_id, m, &earned)) != RC_OK)
			return rc;
		if (earned)
			continue;
		best = m;
		days_left = left;
	}
	*ret = (struct progress_next){ .days_left = -1 };
	if (best != NULL)
		*ret = (struct progress_next){ .milestone = arena_str(a, best->slug),
			.reward = arena_str(a, best->reward), .name_ko = arena_str(a, best->name_ko),
			.name_en = arena_str(a, best->name_en), .days_left = days_left };
	return RC_OK;
}

enum rc
progress_read(struct db *db, struct arena *a, const struct identity *who,
    const struct campaign *c, struct progress *ret)
{
	struct customer_newest newest = { 0 };
	struct grant_current current;
	struct progress p = { 0 };
	enum rc rc;

	rc = q_customer_newest(db, a, c->id, who->issuer, who->subject, &newest);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	p.customer_id = newest.id;
	p.state = (struct rule_state){ .count = newest.count, .streak = newest.streak,
		.longest = newest.longest, .last_day = newest.day };
	/* Who never came here has no grants here. */
	if (newest.count > 0) {
		p.streak = rule_streak_now(&p.state, c->today);
		p.today = newest.day == c->today;
		rc = q_grant_current(db, a, c->id, p.customer_id, &current);
		if (rc != RC_OK && rc != RC_NOTFOUND)
			return rc;
		p.has_current = rc == RC_OK;
		if (p.has_current)
			p.current = GRANT(&current);
	}
	if ((rc = progress_next(db, a, c, p.customer_id, &p.state, &p.next)) != RC_OK)
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
