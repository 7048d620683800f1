#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* provider.h - asking the identity provider's endpoints, and the auth host about a customer,
 * without ever letting them take the threads that check-ins need: a quarter of the threads may
 * ask at once, another quarter may wait for a while, the others are turned away; after several
 * questions to a server in vain nobody asks it for AWAY_MS. */
#include "base/gate.h"
#include "web/http.h"
#include "web/provider_fetch.h"

struct issuer;
struct jwt_verifier;

enum provider_server { SERVER_PROVIDER, SERVER_AUTH, SERVERS };

struct provider {
	const char *issuer;              /* as tokens spell it */
	struct jwt_verifier *verifier;   /* of its access and ID tokens */
	struct issuer *foreign;          /* NULL: it is our own auth host */
	struct gate gate;
	struct {
		_Atomic int64_t away_until;      /* of clock_mono_ms() */
		_Atomic int failures;            /* in a row */
	} server[SERVERS];
};

[[nodiscard]] enum rc provider_open(struct provider *, const struct conf *,
    const char **ret_error);
void provider_close(struct provider *);

/* Its addresses and habits. RC_BUSY, with reason and detail: another provider that was not reached
 * yet, so that nobody can sign in. */
[[nodiscard]] enum rc provider_meta(struct req *, struct provider_meta *ret);

/* POSTs a form to one of its addresses as this host's client. RC_IO: no usable answer, or not
 * asked. RC_BUSY: too many ask. RC_OK for every HTTP status. */
[[nodiscard]] enum rc provider_post(struct req *, const struct provider_meta *, const char *url,
    const char *form, int *ret_status, const char **ret_body);

/* GETs a path of the auth host with somebody's token. As provider_post(). */
[[nodiscard]] enum rc provider_auth_get(struct req *, const char *path, const char *token,
    int *ret_status, const char **ret_body);
