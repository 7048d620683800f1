#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* campaign.h - which campaign runs, and what is to be earned in it.
 *
 * Both change rarely and are asked about by every request, so each connection remembers them and
 * reads one row to see whether they still hold (table plan). */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "rule.h"

struct arena;
struct db;

/* A reward of a milestone; a milestone with several stands here several times in a row. */
struct campaign_milestone {
	int64_t id, reward_id;
	const char *slug, *reward;       /* slugs */
	const char *name_ko, *name_en;   /* of the reward */
	struct rule_milestone rule;
};

struct campaign {
	int64_t id;
	const char *slug, *name_ko, *name_en;
	const char *receipt_key;
	int64_t day_start_s;
	int64_t first_day, last_day;     /* last_day 0: open end */
	int64_t today;                   /* the business day of the moment that was asked about */
	bool open;                       /* today is one of its days and its state is open */
	/* By milestone, then reward. The connection's: until the end of this transaction. */
	const struct campaign_milestone *milestones;
	size_t milestones_n;
};

/* Which campaign is meant at now_ms. slug: that one, RC_NOTFOUND if there is none or it is a
 * draft. NULL: the open one with the lowest id, else the newest that is not a draft,
 * RC_NOTFOUND if there is none. ret->open says whether one may check in. RC_CONFIG if its
 * zone is not the zone of this process. Inside a transaction; texts are copied into the arena,
 * but for those of the milestones. Never in a job that has changed a campaign itself. */
[[nodiscard]] enum rc campaign_find(struct db *, struct arena *, const char *zone,
    const char *slug, int64_t now_ms, struct campaign *ret);
