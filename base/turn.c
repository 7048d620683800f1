/* SPDX-License-Identifier: Apache-2.0 */
/* turn.c - the turns of a process: a semaphore, and in each thread whether it has one. */
#include "base/turn.h"

#include <errno.h>
#include <semaphore.h>
#include <stdbool.h>

static sem_t turns;
static bool limited;
static _Thread_local bool mine;

void
turn_open(int n)
{
	limited = n > 0 && sem_init(&turns, 0, (unsigned)n) == 0;
}

void
turn_take(void)
{
	if (!limited || mine)
		return;
	while (sem_wait(&turns) != 0 && errno == EINTR)
		;
	mine = true;
}

void
turn_give(void)
{
	if (!mine)
		return;
	mine = false;
	sem_post(&turns);
}
