#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* token.h - the tokens that we issue.
 *
 * Access token: RFC 9068 (typ at+jwt), RS256, access_ttl_s; its claim standing says what the
 * shop answered at that moment, "unknown" if it did not; a role of the staff takes a second factor.
 * ID token: OpenID Connect Core 2. Both tell name and e-mail only within their scope.
 * Refresh token: opaque; its successor is HMAC-SHA256 of it, so that a lost answer can be given
 * again without keeping the token itself: for REFRESH_GRACE_S after its use an old token
 * gives the same successor, later it ends the family (RFC 9700 4.14.2). A family is what grew
 * out of one sign-in; it ends refresh_ttl_s after that, however often it was refreshed. */
#include <stdbool.h>

#include "web/http.h"

enum { REFRESH_GRACE_S = 30 };

/* Of whom and for whom tokens speak. */
struct token_owner {
	int64_t account_id;
	const char *subject, *name, *email, *role;
	const char *client_id, *sid;
	const char *scope;               /* what they tell of him (scope.h); NULL: SCOPE_ALL */
	bool strong;                     /* signed in with a second factor; else role is "customer" */
};

/* Inside a write: the first refresh token of a family. */
[[nodiscard]] enum rc token_refresh_start(struct req *, struct db *, const struct token_owner *,
    const char *family, const char **ret);

/* Exchanges a refresh token of a client for its successor. RC_UNAUTH: it is none, not this
 * client's, run out, revoked, or used before. */
[[nodiscard]] enum rc token_refresh(struct req *, const char *client_id, const char *old,
    struct token_owner *ret_owner, const char **ret);

/* Ends the family of a refresh token if it is this client's; RC_OK for any other text too. */
[[nodiscard]] enum rc token_revoke(struct req *, const char *client_id, const char *token);

/* Asks the shop, then signs. */
[[nodiscard]] enum rc token_access(struct req *, const struct token_owner *, const char **ret);

/* nonce "" is left out; signed_in_at in seconds since the epoch. */
[[nodiscard]] enum rc token_id(struct req *, const struct token_owner *, const char *nonce,
    int64_t signed_in_at, const char **ret);

/* For a client that came by its own credentials. */
[[nodiscard]] enum rc token_client(struct req *, const char *client_id, const char *scope,
    const char **ret);

/* access_token, token_type and expires_in, inside an open JSON object. */
void token_put(struct req *, const char *access);
