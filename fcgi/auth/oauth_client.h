#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* oauth_client.h - programs at our token endpoints: their proof, and errors as they know them. */
#include <stdbool.h>

#include "web/http.h"

struct client_by_id;

/* What a client says of itself in the form. */
struct client_proof {
	const char *client_id, *client_secret;       /* NULL: absent */
};

/* The client by HTTP Basic (client_secret_basic), by the form (client_secret_post), or, if it
 * has no secret, by its id alone. RC_CREDENTIALS: none of these. RC_INVALID: two of them at
 * once. */
[[nodiscard]] enum rc client_authenticate(struct req *, const struct client_proof *,
    struct client_by_id *ret);
bool client_is_public(const struct client_by_id *);

/* True if the space-separated list holds the word. */
bool scope_has(const char *list, const char *word);

/* An error of RFC 6749 5.2 as the reply; always RC_OK. */
enum rc oauth_error(struct req *, int status, const char *error, const char *description);

/* The same for a failed client_authenticate(); other outcomes that pass are 503, the rest is
 * returned as it came. */
enum rc oauth_failed(struct req *, enum rc);
