/* SPDX-License-Identifier: Apache-2.0 */
/* job_deliver.c - sends what other programs have put into the outbox, and what earlier runs could
 * not get rid of. */
#include "notify.h"

const struct job job_deliver = {
	"deliver", "*:0/5 Asia/Seoul", 600, outbox_deliver, "send what waits in the outbox"
};
