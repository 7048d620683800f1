#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* rule.h - the rules of the event as pure functions of days: streaks, milestones, what is next.
 *
 * Days are business days (base/clock.h), so they are consecutive integers over month ends, leap
 * days and daylight saving time. Nothing here reads a clock or a database. */
#include <stdbool.h>
#include <stdint.h>

/* A customer's standing in a campaign after his newest check-in. All zero: never came. */
struct rule_state {
	int64_t count;           /* days attended */
	int64_t streak;          /* days in a row that end with last_day */
	int64_t longest;         /* the best streak ever */
	int64_t last_day;        /* meaningful when count > 0 */
};

enum rule_kind { RULE_CUMULATIVE, RULE_CONSECUTIVE, RULE_EVERY };

struct rule_milestone {
	enum rule_kind kind;
	int64_t days;            /* >= 1 */
	bool repeats;
};

/* "cumulative", "consecutive", "every", as in the schema. False for any other word. */
bool rule_kind_parse(const char *, enum rule_kind *ret);

/* The state after a check-in on day. The caller makes sure that day > s->last_day. */
struct rule_state rule_next(const struct rule_state *s, int64_t day);

/* The streak as it stands today: it is lost when neither today nor yesterday was attended. */
int64_t rule_streak_now(const struct rule_state *, int64_t today);

/* The occurrence (>= 1) of the milestone that the check-in leading to state has reached, or 0.
 * Cumulative: the count equals days (repeats: is a multiple, occurrence count / days).
 * Consecutive: the streak equals days (repeats: is a multiple); occurrence 1 if it does not
 * repeat, for that is once per campaign, else the day. Every: the day. A non-repeating
 * consecutive milestone may be reached again after a broken streak with occurrence 1: the
 * key of the grant then says that it was given already. */
int64_t rule_reached(const struct rule_milestone *, const struct rule_state *after);

/* How many further check-ins, one a day without a gap from here on, reach the milestone next;
 * -1: none will. already: a non-repeating one was granted before. A broken streak counts from
 * zero; whether today is attended already changes nothing but the streak. A non-repeating
 * consecutive one that the running streak has passed by (it was added later) is -1: going
 * on does not reach it. */
int64_t rule_days_left(const struct rule_milestone *, const struct rule_state *, int64_t today,
    bool already);
