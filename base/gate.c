/* SPDX-License-Identifier: Apache-2.0 */
/* gate.c - a semaphore with a waiting room and a clock: for password hashes, the shop, the
 * identity provider. */
#include "base/gate.h"

#include <time.h>

#include "base/clock.h"
#include "base/turn.h"

void
gate_init(struct gate *g, int64_t limit, int64_t room)
{
	pthread_mutex_init(&g->mutex, NULL);
	pthread_cond_init(&g->left, NULL);
	g->free = limit;
	g->room = room;
}

void
gate_destroy(struct gate *g)
{
	pthread_cond_destroy(&g->left);
	pthread_mutex_destroy(&g->mutex);
}

enum rc
gate_enter(struct gate *g, int64_t wait_ms)
{
	int64_t until = clock_mono_ms() + wait_ms;
	struct timespec at = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };
	enum rc rc = RC_OK;

	turn_give();
	pthread_mutex_lock(&g->mutex);
	if (g->free == 0 && g->room == 0)
		rc = RC_BUSY;
	else if (g->free == 0) {
		g->room--;
		while (g->free == 0 &&
		    pthread_cond_clockwait(&g->left, &g->mutex, CLOCK_MONOTONIC, &at) == 0)
			;
		g->room++;
		if (g->free == 0)
			rc = RC_BUSY;
	}
	if (rc == RC_OK)
		g->free--;
	pthread_mutex_unlock(&g->mutex);
	return rc;
}

void
gate_leave(struct gate *g)
{
	pthread_mutex_lock(&g->mutex);
	g->free++;
	pthread_cond_signal(&g->left);
	pthread_mutex_unlock(&g->mutex);
}
