#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* oauth_client.h - programs at our token endpoints: their proof, and errors as they know them. */
#include <stdbool.h>

#include "web/http.h"

struct client_by_id;

/* What a client says of itself in the form. */
struct client_proof {
	const char *client_id, *client_secret;       /* NULL: absent */
	const char *assertion_type, *assertion;
};

/* The client by HTTP Basic (client_secret_basic), by the form (client_secret_post), by an
 * assertion (private_key_jwt), or, if it is a public one, by its id alone. RC_CREDENTIALS: none of
 * these. RC_INVALID: two of them at once. */
[[nodiscard]] enum rc client_authenticate(struct req *, const struct client_proof *,
    struct client_by_id *ret);
/* The part of it for assertions. */
[[nodiscard]] enum rc client_assertion(struct req *, const struct client_proof *,
    struct client_by_id *ret);

/* It has nothing to prove itself with: no secret and no keys. */
bool client_is_public(const struct client_by_id *);

/* An error of RFC 6749 5.2 as the reply; always RC_OK. */
enum rc oauth_error(struct req *, int status, const char *error, const char *description);

/* The same for a failed client_authenticate(); other outcomes that pass are 503, the rest is
 * returned as it came. */
enum rc oauth_failed(struct req *, enum rc);
