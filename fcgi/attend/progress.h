#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h - the reading side: which campaign runs, where a customer stands in it, what he got
 * last and what comes next.
 *
 * Functions that take a db run several queries. A reader calls them between
 * db_snapshot(r->db) and db_snapshot_end(r->db), so that all it shows is of one moment; the
 * writer calls them inside its transaction. All text lives in the arena. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/rc.h"
#include "campaign.h"
#include "rule.h"

struct arena;
struct db;
struct identity;

/* What comes next: the milestone with the fewest days left, ties by order of creation, and the
 * first of its rewards. days_left -1: nothing comes, all else NULL. */
struct progress_next {
	const char *milestone, *reward;  /* slugs */
	const char *name_ko, *name_en;   /* of the reward */
	int64_t days_left;
};

/* A grant as customers see it. */
struct progress_grant {
	int64_t id;
	const char *milestone, *reward;  /* slugs */
	const char *name_ko, *name_en;   /* of the reward */
	const char *state;               /* granted, owed, claimed, fulfilled, revoked */
	int64_t day, earned_at;
};

struct progress {
	int64_t customer_id;             /* 0: not known here yet, came never */
	struct rule_state state;
	int64_t streak;                  /* as it stands today: 0 once broken */
	bool today;                      /* checked in today */
	bool has_current;
	struct progress_grant current;   /* the newest grant that was not revoked */
	struct progress_next next;
};

/* Where this person stands in a campaign. Somebody who never came gets zeros and the first
 * milestone as next: RC_OK. */
[[nodiscard]] enum rc progress_read(struct db *, struct arena *, const struct identity *,
    const struct campaign *, struct progress *ret);

/* The days attended from..to (both included), ascending. */
[[nodiscard]] enum rc progress_days(struct db *, struct arena *, const struct campaign *,
    int64_t customer_id, int64_t from, int64_t to, int64_t **ret, size_t *ret_n);

/* A customer's grants in all campaigns, newest first: at most limit, with id < before (0: from the
 * newest). */
[[nodiscard]] enum rc progress_grants(struct db *, struct arena *, int64_t customer_id,
    int64_t before, int64_t limit, struct progress_grant **ret, size_t *ret_n);

/* What one day's check-in earned, in order, in its present state. */
[[nodiscard]] enum rc progress_day_grants(struct db *, struct arena *, const struct campaign *,
    int64_t customer_id, int64_t day, struct progress_grant **ret, size_t *ret_n);

/* One grant. RC_NOTFOUND also when it is somebody else's. */
[[nodiscard]] enum rc progress_grant_find(struct db *, struct arena *, int64_t customer_id,
    int64_t id, struct progress_grant *ret);

/* What is next for a state of this customer (0: nobody). The campaign is of this transaction. */
[[nodiscard]] enum rc progress_next(struct db *, struct arena *, const struct campaign *,
    int64_t customer_id, const struct rule_state *, struct progress_next *ret);

/* "{name}님의 누적 출석은 7회이며, 현재 리워드는 …, 다음 리워드는 … (3일 남음)입니다." */
const char *progress_message(struct arena *, enum lang, const char *name,
    const struct progress *);
