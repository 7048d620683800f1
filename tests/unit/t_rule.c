/* SPDX-License-Identifier: Apache-2.0 */
/* t_rule.c - the rules of the event by tables: streaks over month and year ends and leap days,
 * gaps, which milestones a check-in reaches, and how far the next one is. */
#include "attend/rule.h"

#include "base/clock.h"
#include "t.h"

enum { DAYS_MAX = 12 };

static int64_t
day(const char *s)
{
	int64_t ret = -1;

	CHECK(day_parse(s, &ret));
	return ret;
}

/* The state after check-ins on these days. */
static struct rule_state
attend(const char *const *days)
{
	struct rule_state s = { 0 };

	for (; *days != NULL; days++)
		s = rule_next(&s, day(*days));
	return s;
}

/* Check-ins, then count, streak and longest after the last of them. */
static const struct {
	const char *days[DAYS_MAX];
	int64_t count, streak, longest;
} streaks[] = {
	{ { "2026-11-22" }, 1, 1, 1 },
	{ { "2026-11-22", "2026-11-23" }, 2, 2, 2 },
	{ { "2026-11-22", "2026-11-24" }, 2, 1, 1 },
	{ { "2026-11-22", "2026-11-23", "2026-11-25" }, 3, 1, 2 },
	{ { "2026-11-22", "2026-11-23", "2026-11-25", "2026-11-26", "2026-11-27" }, 5, 3, 3 },
	{ { "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-26", "2026-11-27" }, 5, 2, 3 },
	{ { "2026-11-30", "2026-12-01" }, 2, 2, 2 },                   /* month of 30 days */
	{ { "2026-01-31", "2026-02-01" }, 2, 2, 2 },                   /* month of 31 days */
	{ { "2026-12-31", "2027-01-01" }, 2, 2, 2 },                   /* year */
	{ { "2026-02-28", "2026-03-01" }, 2, 2, 2 },                   /* no leap year */
	{ { "2028-02-28", "2028-02-29", "2028-03-01" }, 3, 3, 3 },     /* leap year */
	{ { "2028-02-28", "2028-03-01" }, 2, 1, 1 },                   /* leap day missed */
	{ { "2100-02-28", "2100-03-01" }, 2, 2, 2 },                   /* 2100 is none */
	{ { "2000-02-28", "2000-02-29", "2000-03-01" }, 3, 3, 3 },     /* 2000 is one */
	{ { "2026-03-28", "2026-03-29", "2026-03-30" }, 3, 3, 3 },     /* 23 hours in Europe */
	{ { "2026-10-24", "2026-10-25", "2026-10-26" }, 3, 3, 3 },     /* 25 hours in Europe */
	{ { "2025-11-22", "2026-11-22" }, 2, 1, 1 },                   /* a year away */
	{ { "1970-01-01", "1970-01-02" }, 2, 2, 2 },                   /* day 0 is a day */
	{ { "1970-01-02" }, 1, 1, 1 },          /* day 0 was not attended by who never came */
};

static void
test_streaks(void)
{
	size_t i;

	for (i = 0; i < sizeof(streaks) / sizeof(streaks[0]); i++) {
		struct rule_state s = attend(streaks[i].days);

		CHECK(s.count == streaks[i].count);
		CHECK(s.streak == streaks[i].streak);
		CHECK(s.longest == streaks[i].longest);
	}
}

/* Check-ins, a today, and the streak as it stands then. */
static const struct {
	const char *days[DAYS_MAX];
	const char *today;
	int64_t streak;
} now[] = {
	{ { NULL }, "2026-11-22", 0 },
	{ { NULL }, "1970-01-01", 0 },
	{ { "2026-11-22" }, "2026-11-22", 1 },
	{ { "2026-11-22" }, "2026-11-23", 1 },
	{ { "2026-11-22" }, "2026-11-24", 0 },
	{ { "2026-11-21", "2026-11-22" }, "2026-11-23", 2 },
	{ { "2026-11-21", "2026-11-22" }, "2026-11-24", 0 },
	{ { "2026-12-30", "2026-12-31" }, "2027-01-01", 2 },
	{ { "2028-02-28" }, "2028-02-29", 1 },
	{ { "2028-02-28" }, "2028-03-01", 0 },
	{ { "2027-02-28" }, "2027-03-01", 1 },
};

static void
test_now(void)
{
	size_t i;

	for (i = 0; i < sizeof(now) / sizeof(now[0]); i++) {
		struct rule_state s = attend(now[i].days);

		CHECK(rule_streak_now(&s, day(now[i].today)) == now[i].streak);
	}
}

#define CUMULATIVE(n)         { RULE_CUMULATIVE, n, false }
#define CUMULATIVE_AGAIN(n)   { RULE_CUMULATIVE, n, true }
#define CONSECUTIVE(n)        { RULE_CONSECUTIVE, n, false }
#define CONSECUTIVE_AGAIN(n)  { RULE_CONSECUTIVE, n, true }
#define EVERY                 { RULE_EVERY, 1, true }

/* A milestone, count and streak after a check-in on day 20000, and the occurrence reached. */
static const struct {
	struct rule_milestone milestone;
	int64_t count, streak, occurrence;
} reached[] = {
	{ CUMULATIVE(1), 1, 1, 1 },
	{ CUMULATIVE(7), 6, 1, 0 },
	{ CUMULATIVE(7), 7, 1, 1 },
	{ CUMULATIVE(7), 8, 8, 0 },
	{ CUMULATIVE(7), 14, 1, 0 },
	{ CUMULATIVE_AGAIN(7), 6, 6, 0 },
	{ CUMULATIVE_AGAIN(7), 7, 7, 1 },
	{ CUMULATIVE_AGAIN(7), 8, 8, 0 },
	{ CUMULATIVE_AGAIN(7), 14, 1, 2 },
	{ CUMULATIVE_AGAIN(7), 70, 3, 10 },
	{ CUMULATIVE_AGAIN(1), 5, 1, 5 },
	{ CONSECUTIVE(3), 2, 2, 0 },
	{ CONSECUTIVE(3), 3, 3, 1 },
	{ CONSECUTIVE(3), 9, 3, 1 },            /* again after a gap: the same occurrence */
	{ CONSECUTIVE(3), 4, 4, 0 },
	{ CONSECUTIVE(3), 6, 6, 0 },
	{ CONSECUTIVE_AGAIN(3), 2, 2, 0 },
	{ CONSECUTIVE_AGAIN(3), 3, 3, 20000 },
	{ CONSECUTIVE_AGAIN(3), 4, 4, 0 },
	{ CONSECUTIVE_AGAIN(3), 6, 6, 20000 },
	{ CONSECUTIVE_AGAIN(3), 9, 3, 20000 },
	{ CONSECUTIVE_AGAIN(1), 9, 1, 20000 },
	{ EVERY, 1, 1, 20000 },
	{ EVERY, 9, 2, 20000 },
};

static void
test_reached(void)
{
	size_t i;

	for (i = 0; i < sizeof(reached) / sizeof(reached[0]); i++) {
		struct rule_state s = { .count = reached[i].count, .streak = reached[i].streak,
			.longest = reached[i].streak, .last_day = 20000 };

		CHECK(rule_reached(&reached[i].milestone, &s) == reached[i].occurrence);
	}
}

/* A milestone, count and streak, how many days ago the last check-in was, whether it was granted
 * before, and how many check-ins it is away. */
static const struct {
	struct rule_milestone milestone;
	int64_t count, streak, ago;
	bool already;
	int64_t left;
} left[] = {
	{ CUMULATIVE(7), 0, 0, 0, false, 7 },
	{ CUMULATIVE(7), 4, 1, 0, false, 3 },
	{ CUMULATIVE(7), 4, 1, 1, false, 3 },
	{ CUMULATIVE(7), 4, 1, 30, false, 3 },
	{ CUMULATIVE(7), 6, 6, 0, false, 1 },
	{ CUMULATIVE(7), 7, 7, 0, true, -1 },
	{ CUMULATIVE(7), 7, 7, 0, false, -1 },
	{ CUMULATIVE(7), 9, 1, 0, false, -1 },   /* added when it was too late */
	{ CUMULATIVE(7), 3, 1, 0, true, -1 },
	{ CUMULATIVE_AGAIN(7), 4, 1, 0, false, 3 },
	{ CUMULATIVE_AGAIN(7), 7, 1, 0, true, 7 },
	{ CUMULATIVE_AGAIN(7), 8, 1, 9, true, 6 },
	{ CONSECUTIVE(3), 0, 0, 0, false, 3 },
	{ CONSECUTIVE(3), 1, 1, 0, false, 2 },
	{ CONSECUTIVE(3), 1, 1, 1, false, 2 },   /* not yet today: the streak still stands */
	{ CONSECUTIVE(3), 2, 2, 2, false, 3 },   /* broken */
	{ CONSECUTIVE(3), 2, 2, 0, false, 1 },
	{ CONSECUTIVE(3), 3, 3, 0, true, -1 },
	{ CONSECUTIVE(3), 9, 1, 0, true, -1 },   /* never twice */
	{ CONSECUTIVE(3), 9, 9, 5, true, -1 },
	{ CONSECUTIVE(3), 9, 4, 0, false, -1 },  /* added later: passed by */
	{ CONSECUTIVE(3), 9, 4, 2, false, 3 },   /* and broken: open again */
	{ CONSECUTIVE_AGAIN(3), 3, 3, 0, false, 3 },
	{ CONSECUTIVE_AGAIN(3), 4, 4, 0, false, 2 },
	{ CONSECUTIVE_AGAIN(3), 4, 4, 1, false, 2 },
	{ CONSECUTIVE_AGAIN(3), 4, 4, 2, false, 3 },
	{ EVERY, 0, 0, 0, false, 1 },
	{ EVERY, 5, 5, 0, true, 1 },
	{ EVERY, 5, 5, 3, true, 1 },
};

static void
test_left(void)
{
	size_t i;

	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		struct rule_state s = { .count = left[i].count, .streak = left[i].streak,
			.longest = left[i].streak, .last_day = 20000 - left[i].ago };

		CHECK(rule_days_left(&left[i].milestone, &s, 20000, left[i].already) ==
		    left[i].left);
	}
}

/* What days_left promises is what rule_reached does: from every state, going on daily reaches the
 * milestone at that very check-in and not before. */
static void
test_agree(void)
{
	static const struct rule_milestone all[] = {
		CUMULATIVE(5), CUMULATIVE_AGAIN(5), CONSECUTIVE(4), CONSECUTIVE_AGAIN(4), EVERY,
	};
	size_t m;
	int pattern, i;

	for (m = 0; m < sizeof(all) / sizeof(all[0]); m++)
		for (pattern = 0; pattern < 1 << 10; pattern++) {
			struct rule_state s = { 0 };
			bool already = false;
			int64_t today = 20009, n;

			for (i = 0; i < 10; i++)
				if (pattern >> i & 1) {
					s = rule_next(&s, 20000 + i);
					already |= rule_reached(&all[m], &s) == 1;
				}
			n = rule_days_left(&all[m], &s, today, already);
			if (s.count == 0 || s.last_day < today)
				today--;        /* he may still come today */
			for (i = 1; i <= 12; i++) {
				s = rule_next(&s, today + i);
				if (rule_reached(&all[m], &s) > 0 && !already)
					break;
				if (rule_reached(&all[m], &s) > 0 && all[m].repeats)
					break;
			}
			CHECK(n == (i <= 12 ? i : -1));
		}
}

static void
test_kinds(void)
{
	enum rule_kind kind;

	CHECK(rule_kind_parse("cumulative", &kind) && kind == RULE_CUMULATIVE);
	CHECK(rule_kind_parse("consecutive", &kind) && kind == RULE_CONSECUTIVE);
	CHECK(rule_kind_parse("every", &kind) && kind == RULE_EVERY);
	CHECK(!rule_kind_parse("", &kind) && !rule_kind_parse("Every", &kind));
}

int
main(void)
{
	test_streaks();
	test_now();
	test_reached();
	test_left();
	test_agree();
	test_kinds();
	return DONE();
}
