#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* breaker.h - leaves somebody alone who does not answer: no I/O, no clock, no lock of its own.
 *
 * It opens after one failure that took long, or after BREAKER_QUICK quick ones in a row, and then
 * turns everybody away for BREAKER_AWAY_MS. After that time one question goes ahead (the probe),
 * and the others are turned away until it has been answered (then it closes) or has failed (then
 * it stays open for as long again). Times are those of clock_mono_ms(). */
#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_QUICK = 5, BREAKER_AWAY_MS = 5000 };

/* Zero is closed. */
struct breaker {
	int64_t until;           /* 0: closed */
	int failures;            /* in a row */
};

/* May one ask? If so, *ret_probe says that one is the probe. */
bool breaker_may(struct breaker *, int64_t now_ms, bool *ret_probe);

/* Are others than the probe turned away? */
bool breaker_open(const struct breaker *, int64_t now_ms);

/* What came of a question. True if that opened or closed the breaker. */
bool breaker_answered(struct breaker *);
bool breaker_failed(struct breaker *, int64_t now_ms, bool slow);
