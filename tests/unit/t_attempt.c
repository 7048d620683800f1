/* SPDX-License-Identifier: Apache-2.0 */
/* t_attempt.c - how long guesses must wait, what is forgotten, and which network asks. */
#include <string.h>

#include "auth/attempt.h"
#include "t.h"

static void
waiting(void)
{
	static const struct { enum attempt_rule rule; int64_t fails, wait_s; } rows[] = {
		{ ATTEMPT_ACCOUNT, 0, 0 }, { ATTEMPT_ACCOUNT, 1, 0 }, { ATTEMPT_ACCOUNT, 9, 0 },
		{ ATTEMPT_ACCOUNT, 10, 1 }, { ATTEMPT_ACCOUNT, 11, 2 }, { ATTEMPT_ACCOUNT, 15, 32 },
		{ ATTEMPT_ACCOUNT, 21, 2048 }, { ATTEMPT_ACCOUNT, 22, 3600 }, { ATTEMPT_ACCOUNT, 99, 3600 },
		{ ATTEMPT_ACCOUNT, 100, 86400 }, { ATTEMPT_ACCOUNT, 1000000, 86400 },
		{ ATTEMPT_DEVICE, 9, 0 }, { ATTEMPT_DEVICE, 10, 1 }, { ATTEMPT_DEVICE, 100, 86400 },
		{ ATTEMPT_CODE, 4, 0 }, { ATTEMPT_CODE, 5, 1 }, { ATTEMPT_CODE, 100, 86400 },
		{ ATTEMPT_ADDRESS, 99, 0 }, { ATTEMPT_ADDRESS, 100, 1 }, { ATTEMPT_ADDRESS, 105, 32 },
		{ ATTEMPT_ADDRESS, 106, 60 }, { ATTEMPT_ADDRESS, 1000000, 60 },
		{ ATTEMPT_MAIL, 99, 0 }, { ATTEMPT_MAIL, 100, 1 }, { ATTEMPT_MAIL, 140, 60 },
	};
	int64_t fails, last = 0;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(attempt_wait(rows[i].rule, rows[i].fails) == rows[i].wait_s);
	for (fails = 0; fails < 200; last = attempt_wait(ATTEMPT_ACCOUNT, fails++))
		CHECK(attempt_wait(ATTEMPT_ACCOUNT, fails) >= last);
}

static void
forgetting(void)
{
	static const struct { enum attempt_rule rule; int64_t fails, s, left, last_at; } rows[] = {
		{ ATTEMPT_ACCOUNT, 12, 0, 12, 1000 }, { ATTEMPT_ACCOUNT, 12, 86400, 12, 87400 },
		{ ATTEMPT_ACCOUNT, 12, 7 * 86400 - 1, 12, 7 * 86400 + 999 },
		{ ATTEMPT_ACCOUNT, 12, 7 * 86400, 0, 7 * 86400 + 1000 },
		{ ATTEMPT_ADDRESS, 12, 2, 12, 1000 }, { ATTEMPT_ADDRESS, 12, 3, 11, 1003 },
		{ ATTEMPT_ADDRESS, 12, 8, 10, 1006 }, { ATTEMPT_ADDRESS, 12, 35, 1, 1033 },
		{ ATTEMPT_ADDRESS, 12, 36, 0, 1036 }, { ATTEMPT_ADDRESS, 12, 100, 0, 1100 },
		{ ATTEMPT_ADDRESS, 12, -50, 12, 1000 }, { ATTEMPT_MAIL, 2, 19, 1, 1010 },
	};
	int64_t last_at;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		last_at = 1000;
		CHECK(attempt_decay(rows[i].rule, rows[i].fails, 1000 + rows[i].s, &last_at) == rows[i].left);
		CHECK(last_at == rows[i].last_at);
	}
}

static void
networks(void)
{
	static const struct { const char *address, *network; } rows[] = {
		{ "127.0.0.1", "127.0.0.1" }, { "203.0.113.7", "203.0.113.7" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" }, { "2001:db8:1:2::9", "2001:db8:1:2::" },
		{ "::1", "::" }, { "", "" }, { "unix:", "unix:" },
	};
	struct arena a;
	size_t i;

	arena_init(&a, 1 << 16);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(strcmp(attempt_network(&a, rows[i].address), rows[i].network) == 0);
	CHECK(strcmp(attempt_network(&a, NULL), "") == 0);
	arena_free(&a);
}

int
main(void)
{
	waiting();
	forgetting();
	networks();
	return DONE();
}
