/* SPDX-License-Identifier: Apache-2.0 */
/* turn.c - the turns of a process: a semaphore, and in each thread whether it has one. */
#include "base/turn.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

static sem_t turns;
static bool limited;
static void (*all_rest)(void *);
static void *all_rest_arg;
static atomic_int busy;
static _Thread_local bool mine, computes;

void
turn_open(int n, void (*fn)(void *), void *arg)
{
	all_rest = fn;
	all_rest_arg = arg;
	limited = n > 0 && sem_init(&turns, 0, (unsigned)n) == 0;
}

void
turn_take(void)
{
	if (!limited)
		return;
	while (!mine && sem_wait(&turns) != 0 && errno == EINTR)
		;
	mine = true;
	if (!computes)
		busy++;
	computes = true;
}

void
turn_rest(void)
{
	if (!computes)
		return;
	computes = false;
	if (--busy == 0 && all_rest != NULL)
		all_rest(all_rest_arg);
}

int
turn_busy(void)
{
	return busy;
}

void
turn_give(void)
{
	turn_rest();
	if (!mine)
		return;
	mine = false;
	sem_post(&turns);
}
