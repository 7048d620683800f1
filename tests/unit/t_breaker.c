/* SPDX-License-Identifier: Apache-2.0 */
/* t_breaker.c - opens after one slow or five quick failures; one probe, then the answer of that. */
#include "auth/breaker.h"

#include "t.h"

static bool probe;

static void
test_quick(void)
{
	struct breaker b = { 0 };
	int i;

	for (i = 1; i < BREAKER_QUICK; i++) {
		CHECK(breaker_may(&b, i, &probe) && !probe);
		CHECK(!breaker_failed(&b, i, false));
	}
	CHECK(!breaker_answered(&b));                        /* in a row, not in all */
	for (i = 1; i < BREAKER_QUICK; i++)
		CHECK(!breaker_failed(&b, i, false));
	CHECK(breaker_may(&b, 10, &probe) && !probe);
	CHECK(breaker_failed(&b, 10, false));
	CHECK(breaker_open(&b, 10) && !breaker_may(&b, 10, &probe));
	CHECK(!breaker_may(&b, 10 + BREAKER_AWAY_MS - 1, &probe));

	/* The probe fails, however quickly: away for as long again. */
	CHECK(breaker_may(&b, 10 + BREAKER_AWAY_MS, &probe) && probe);
	CHECK(!breaker_may(&b, 10 + BREAKER_AWAY_MS, &probe) && !probe);
	CHECK(!breaker_failed(&b, 20 + BREAKER_AWAY_MS, false));
	CHECK(!breaker_may(&b, 19 + 2 * BREAKER_AWAY_MS, &probe));

	/* The next one is answered: all are let in, and the count begins again. */
	CHECK(breaker_may(&b, 20 + 2 * BREAKER_AWAY_MS, &probe) && probe);
	CHECK(breaker_answered(&b));
	CHECK(breaker_may(&b, 20 + 2 * BREAKER_AWAY_MS, &probe) && !probe);
	CHECK(!breaker_failed(&b, 20 + 2 * BREAKER_AWAY_MS, false));
	CHECK(breaker_may(&b, 20 + 2 * BREAKER_AWAY_MS, &probe) && !probe);
}

static void
test_slow(void)
{
	struct breaker b = { 0 };

	CHECK(breaker_may(&b, 0, &probe) && !probe);
	CHECK(breaker_failed(&b, 3000, true));
	CHECK(!breaker_may(&b, 3000 + BREAKER_AWAY_MS - 1, &probe));
	CHECK(!breaker_failed(&b, 3500, true));              /* another one that had been on its way */
	CHECK(!breaker_may(&b, 3500 + BREAKER_AWAY_MS - 1, &probe));
	CHECK(breaker_may(&b, 3500 + BREAKER_AWAY_MS, &probe) && probe);

	/* A probe that never comes back does not shut the door for good. */
	CHECK(!breaker_may(&b, 3500 + 2 * BREAKER_AWAY_MS - 1, &probe));
	CHECK(breaker_may(&b, 3500 + 2 * BREAKER_AWAY_MS, &probe) && probe);
	CHECK(breaker_answered(&b) && !breaker_open(&b, 0));
}

int
main(void)
{
	test_quick();
	test_slow();
	return DONE();
}
