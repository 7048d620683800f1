/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - secrets stay in memory. The limit alone would not do: a core that goes to a pipe
 * (core(5)) is written whatever the limit is, and a tracer needs none. Neither call can fail. */
#include "base/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void
process_harden(void)
{
	static const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
}
