/* SPDX-License-Identifier: Apache-2.0 */
/* t_process.c - whoever began with a real-time priority goes on without; whoever had none stays as it was. */
#include "t.h"

#include <sched.h>

#include "base/process.h"

int
main(void)
{
	static const struct sched_param first = { .sched_priority = 1 };
	static const int urgent[] = { SCHED_RR, SCHED_FIFO, SCHED_RR | SCHED_RESET_ON_FORK };
	size_t i;

	CHECK(process_not_urgent() && sched_getscheduler(0) == SCHED_OTHER);
	for (i = 0; i < sizeof(urgent) / sizeof(*urgent); i++)
		if (sched_setscheduler(0, urgent[i], &first) == 0) {     /* not everybody may */
			CHECK(process_not_urgent());
			CHECK(sched_getscheduler(0) == (urgent[i] & SCHED_RESET_ON_FORK));
		}
	return DONE();
}
