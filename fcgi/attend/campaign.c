/* SPDX-License-Identifier: Apache-2.0 */
/* campaign.c - campaigns, their milestones and rewards, as a connection remembers them.
 *
 * The memory belongs to the connection and so to one thread at a time. It is of one version of the
 * plan; another version in the database means to read all of it again, in the same transaction. */
#include "campaign.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "db/db.h"
#include "query.h"

struct kept {
	struct campaign campaign;        /* open: its state alone */
	const char *zone;
};
struct plan {
	int64_t version;
	struct kept *campaigns;          /* by id; no drafts */
	size_t n;
};

static enum rc
read_milestones(struct db *db, struct arena *a, struct campaign *c)
{
	struct campaign_milestone *to;
	struct plan_milestones *rows;
	enum rc rc;
	size_t i;

	if ((rc = q_plan_milestones(db, a, c->id, &rows, &c->milestones_n)) != RC_OK)
		return rc;
	c->milestones = to = arena_new(a, struct campaign_milestone, c->milestones_n);
	for (i = 0; i < c->milestones_n; i++) {
		to[i] = (struct campaign_milestone){ .id = rows[i].id, .slug = rows[i].slug,
			.reward_id = rows[i].reward_id, .reward = rows[i].reward,
			.name_ko = rows[i].name_ko, .name_en = rows[i].name_en,
			.rule = { .days = rows[i].days, .repeats = rows[i].repeats != 0 } };
		if (!rule_kind_parse(rows[i].kind, &to[i].rule.kind))
			return RC_DB;
	}
	return RC_OK;
}

static enum rc
read_plan(struct db *db, struct arena *a, struct plan *ret)
{
	struct plan_campaigns *rows;
	enum rc rc;
	size_t i;

	if ((rc = q_plan_campaigns(db, a, &rows, &ret->n)) != RC_OK)
		return rc;
	ret->campaigns = arena_new(a, struct kept, ret->n);
	for (i = 0; i < ret->n; i++) {
		ret->campaigns[i] = (struct kept){ .zone = rows[i].zone, .campaign = {
			.id = rows[i].id, .slug = rows[i].slug, .name_ko = rows[i].name_ko,
			.name_en = rows[i].name_en, .receipt_key = rows[i].receipt_key,
			.day_start_s = rows[i].day_start_s, .first_day = rows[i].first_day,
			.last_day = rows[i].last_day, .open = strcmp(rows[i].state, "open") == 0 } };
		if ((rc = read_milestones(db, a, &ret->campaigns[i].campaign)) != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* The plan that is in force in this transaction. */
static enum rc
plan_now(struct db *db, struct arena *a, const struct plan **ret)
{
	struct db_memo *memo = db_memo(db);
	struct plan_version version;
	struct plan *plan;
	enum rc rc;

	if ((rc = q_plan_version(db, a, &version)) != RC_OK)
		return rc == RC_NOTFOUND ? RC_DB : rc;
	if (memo->what == NULL || ((const struct plan *)memo->what)->version != version.version) {
		memo->what = NULL;
		arena_reset(&memo->arena);
		plan = arena_new(&memo->arena, struct plan, 1);
		plan->version = version.version;
		if ((rc = read_plan(db, &memo->arena, plan)) != RC_OK)
			return rc;
		memo->what = plan;
	}
	*ret = memo->what;
	return RC_OK;
}

/* Completes a campaign for a moment. */
static enum rc
at_moment(struct arena *a, const struct kept *k, const char *zone, int64_t now_ms,
    struct campaign *ret)
{
	struct campaign c = k->campaign;

	if (strcmp(k->zone, zone) != 0)
		return RC_CONFIG;
	c.today = clock_day(now_ms, c.day_start_s);
	if (c.today < c.first_day || (c.last_day != 0 && c.today > c.last_day))
		c.open = false;
	c.slug = arena_str(a, c.slug);
	c.name_ko = arena_str(a, c.name_ko);
	c.name_en = arena_str(a, c.name_en);
	c.receipt_key = arena_str(a, c.receipt_key);
	*ret = c;
	return RC_OK;
}

static const struct kept *
named(const struct plan *p, const char *slug)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->campaigns[i].campaign.slug, slug) == 0)
			return &p->campaigns[i];
	return NULL;
}

/* The one that began last; of several, the one that was made last. */
static const struct kept *
latest(const struct plan *p)
{
	const struct kept *best = NULL;
	size_t i;

	for (i = 0; i < p->n; i++)
		if (best == NULL || p->campaigns[i].campaign.first_day >= best->campaign.first_day)
			best = &p->campaigns[i];
	return best;
}

enum rc
campaign_find(struct db *db, struct arena *a, const char *zone, const char *slug, int64_t now_ms,
    struct campaign *ret)
{
	const struct kept *k = NULL;
	const struct plan *p;
	enum rc rc;
	size_t i;

	if ((rc = plan_now(db, a, &p)) != RC_OK)
		return rc;
	for (i = 0; slug == NULL && i < p->n; i++) {
		if (!p->campaigns[i].campaign.open)
			continue;
		rc = at_moment(a, &p->campaigns[i], zone, now_ms, ret);
		if (rc != RC_OK || ret->open)
			return rc;
	}
	k = slug != NULL ? named(p, slug) : latest(p);
	return k == NULL ? RC_NOTFOUND : at_moment(a, k, zone, now_ms, ret);
}
