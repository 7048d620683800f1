#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* came.h - how many have come on a day, for the staff's pages. */
#include <pthread.h>

#include "web/http.h"

/* The last count that was long; in struct attend. */
struct came {
	pthread_mutex_t mutex;
	int64_t campaign_id, day, n, at_ms;      /* at_ms: of clock_mono_ms() */
};

/* Few are counted; of many, whose rows take milliseconds to count, a count stands for a second, so that
 * staff who look at a rush do not slow it down. */
[[nodiscard]] enum rc came_count(struct req *, int64_t campaign_id, int64_t day, int64_t *ret);
