#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* gate.h - lets a bounded number of threads do something costly at once, has a bounded number
 * of others wait for a bounded time, and turns the rest away, so that a rush on one thing never
 * takes all threads of the worker. */
#include <pthread.h>
#include <stdint.h>

#include "base/rc.h"

struct gate {
	pthread_mutex_t mutex;
	pthread_cond_t left;
	int64_t free, room;      /* who may still enter; who may still wait */
};

void gate_init(struct gate *, int64_t limit, int64_t room);
void gate_destroy(struct gate *);

/* Gives the thread's turn (turn.h) away. RC_BUSY: no place within wait_ms, or too many wait already. */
[[nodiscard]] enum rc gate_enter(struct gate *, int64_t wait_ms);
void gate_leave(struct gate *);
