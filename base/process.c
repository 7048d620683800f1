/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - what a process may and may not.
 *
 * Secrets stay in memory. The limit alone would not do: a core that goes to a pipe
 * (core(5)) is written whatever the limit is, and a tracer needs none. Neither call of process_harden() can fail. */
#include "base/process.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void
process_harden(void)
{
	static const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
}

bool
process_not_urgent(void)
{
	static const struct sched_param usual = { 0 };
	int now = sched_getscheduler(0), policy = now & ~SCHED_RESET_ON_FORK;

	if (policy != SCHED_RR && policy != SCHED_FIFO)
		return true;
	return sched_setscheduler(0, SCHED_OTHER | (now & SCHED_RESET_ON_FORK), &usual) == 0;
}
