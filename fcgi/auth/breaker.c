/* SPDX-License-Identifier: Apache-2.0 */
/* breaker.c - a slow failure says that others would wait in vain too; a quick one may be about one
 * connection, but five in a row are a wrong password, a wrong statement or a server that is down,
 * and asking on only adds to its load. */
#include "breaker.h"

bool
breaker_open(const struct breaker *b, int64_t now_ms)
{
	return now_ms < b->until;
}

bool
breaker_may(struct breaker *b, int64_t now_ms, bool *ret_probe)
{
	*ret_probe = false;
	if (breaker_open(b, now_ms))
		return false;
	if (b->until != 0) {
		*ret_probe = true;
		b->until = now_ms + BREAKER_AWAY_MS;
	}
	return true;
}

bool
breaker_answered(struct breaker *b)
{
	bool was_open = b->until != 0;

	*b = (struct breaker){ 0 };
	return was_open;
}

bool
breaker_failed(struct breaker *b, int64_t now_ms, bool slow)
{
	bool was_open = b->until != 0;

	if (b->failures < BREAKER_QUICK)
		b->failures++;
	if (!was_open && !slow && b->failures < BREAKER_QUICK)
		return false;
	b->until = now_ms + BREAKER_AWAY_MS;
	return !was_open;
}
