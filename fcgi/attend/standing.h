#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* standing.h - what the shop says of the customer who asks, wherever it is to be had: in his
 * token, remembered, or from the auth host. */
#include <stdint.h>

#include "base/rc.h"
#include "web/identity.h"

struct req;

struct standing_heard {
	enum standing word;
	int64_t at_ms;                   /* when it was heard; 0: it stands in the token */
};

/* Finds out about r->who, and completes his name and e-mail with what the auth host knows. Call it
 * outside of write transactions: it may take seconds. UNKNOWN when nobody could say. */
void standing_learn(struct req *, struct standing_heard *ret);

/* Remembers it, if r->who has been here before. */
void standing_keep(struct req *, const struct standing_heard *);
