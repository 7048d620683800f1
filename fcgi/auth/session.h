#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - who is asking: a browser by the cookie "session", a program by its access token;
 * and the ways into and out of a session. */
#include "web/http.h"

struct account_by_email;
struct auth_view;

/* Of struct app. */
enum rc session_identify(struct req *);
enum rc session_ask(struct req *);

/* The account of an e-mail and its password. RC_CREDENTIALS: no such pair, after the same work
 * for an unknown address as for a wrong password. RC_BUSY: too many at once. */
[[nodiscard]] enum rc session_prove(struct req *, const char *email, const char *password,
    struct account_by_email *ret);

/* Inside a write: a new session of an account under a new random id, which goes into the
 * cookie. The session that the request came with, if any, ends. */
[[nodiscard]] enum rc session_start(struct req *, struct db *, int64_t account_id,
    const char **ret_id);
void session_cookie(struct req *, const char *id);

/* Inside a write: ends the session and all refresh tokens that grew out of it. */
[[nodiscard]] enum rc session_end(struct db *, struct arena *, const char *sid);

/* A path of this host for after the sign-in, or "/account" for anything else that was asked. */
const char *session_next(const char *next);

/* What every page shows around its content. */
const struct auth_view *session_view(struct req *);
