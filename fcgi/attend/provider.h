#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* provider.h - asking the identity provider's endpoints, without ever letting it take the threads
 * that check-ins need: a quarter of the threads may ask at once, another quarter may wait for a
 * while, the others are turned away; after several questions in vain nobody asks for AWAY_MS. */
#include "base/gate.h"
#include "web/http.h"

struct provider {
	struct gate gate;
	_Atomic int64_t away_until;      /* of clock_mono_ms() */
	_Atomic int failures;            /* in a row */
};

void provider_init(struct provider *, const struct conf *);
void provider_destroy(struct provider *);

/* POSTs a form to an endpoint ("/token") as this host's client. RC_IO: no usable answer, or
 * not asked. RC_BUSY: too many ask. RC_OK for every HTTP status. */
[[nodiscard]] enum rc provider_post(struct req *, const char *endpoint, const char *form,
    int *ret_status, const char **ret_body);
