/* SPDX-License-Identifier: Apache-2.0 */
/* rule.c - the rules of the event: how a check-in changes a customer's standing, which milestones
 * it reaches, and how far the next one is.
 *
 * Pure functions, called by the check-in inside its transaction and by the reading side; what
 * is unique per customer and occurrence is a key in the schema, not a matter of this file. */
#include "rule.h"

#include <string.h>

bool
rule_kind_parse(const char *s, enum rule_kind *ret)
{
	static const char *const words[] = {
		[RULE_CUMULATIVE] = "cumulative",
		[RULE_CONSECUTIVE] = "consecutive",
		[RULE_EVERY] = "every",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(s, words[i]) == 0) {
			*ret = (enum rule_kind)i;
			return true;
		}
	return false;
}

struct rule_state
rule_next(const struct rule_state *s, int64_t day)
{
	struct rule_state next = { .count = s->count + 1, .last_day = day };

	next.streak = s->count > 0 && s->last_day == day - 1 ? s->streak + 1 : 1;
	next.longest = next.streak > s->longest ? next.streak : s->longest;
	return next;
}

int64_t
rule_streak_now(const struct rule_state *s, int64_t today)
{
	return s->count == 0 || s->last_day < today - 1 ? 0 : s->streak;
}

int64_t
rule_reached(const struct rule_milestone *m, const struct rule_state *after)
{
	switch (m->kind) {
	case RULE_CUMULATIVE:
		if (m->repeats)
			return after->count % m->days == 0 ? after->count / m->days : 0;
		return after->count == m->days;
	case RULE_CONSECUTIVE:
		if (m->repeats)
			return after->streak % m->days == 0 ? after->last_day : 0;
		return after->streak == m->days;
	case RULE_EVERY:
		return after->last_day;
	}
	return 0;
}

int64_t
rule_days_left(const struct rule_milestone *m, const struct rule_state *s, int64_t today,
    bool already)
{
	int64_t done = m->kind == RULE_CONSECUTIVE ? rule_streak_now(s, today) : s->count;

	if (m->kind == RULE_EVERY)
		return 1;
	if (m->repeats)
		return m->days - done % m->days;
	return already || done >= m->days ? -1 : m->days - done;
}
