#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - who is asking: a browser by the cookie "session", a program by its access token;
 * and the ways into and out of a session. */
#include <stdbool.h>

#include "password.h"
#include "web/http.h"

struct account_find;
struct auth_view;

/* Of struct app. */
enum rc session_identify(struct req *);
enum rc session_ask(struct req *);

/* Sends somebody with a duty (r->who->duty: new terms, a second factor for staff) to its page and
 * from there back to this request. */
enum rc session_duty(struct req *);

/* The account of an e-mail and its password. device: the proof of a known device, or NULL
 * (attempt.h). RC_CREDENTIALS: no such pair, after the same work for an unknown address as for a
 * wrong password. RC_TOO_MANY: after too many failures, unseen. RC_BUSY: too many at once. */
[[nodiscard]] enum rc session_prove(struct req *, const char *email, const char *password,
    const char *device, struct account_find *ret);

/* Inside a write: whether what was proven before still holds. Proving takes a while, and somebody else
 * may have changed the password or ended this session in between. RC_CREDENTIALS: password or
 * second factor are others by now. RC_UNAUTH: by_session, and r->who's session has ended. */
[[nodiscard]] enum rc session_still(struct req *, struct db *, const struct account_find *proven,
    bool by_session);

/* Inside a write: a new session of an account under a new random id, which goes into the
 * cookie. The session that the request came with, if any, ends. strong: with a second factor. */
[[nodiscard]] enum rc session_start(struct req *, struct db *, int64_t account_id, bool strong,
    const char **ret_id);
void session_cookie(struct req *, const char *id);

/* The same for the shop's app, which has no cookie; its tokens bear the sid. */
[[nodiscard]] enum rc session_start_app(struct req *, struct db *, int64_t account_id, bool strong,
    const char **ret_sid);

/* Inside a write: ends the session and all refresh tokens that grew out of it; or all of an
 * account but one, "" for none. Access tokens run out by themselves, within access_ttl_s. */
[[nodiscard]] enum rc session_end(struct db *, struct arena *, const char *sid);
[[nodiscard]] enum rc session_end_others(struct db *, struct arena *, int64_t account_id,
    const char *sid);

/* A path of this host for after the sign-in, or "/account" for anything else that was asked. */
const char *session_next(const char *next);

/* Whether a password may be chosen, by the rules (password.h) and the operator's list. email: of
 * the account. */
enum password_fault session_password_fault(struct req *, const char *password, const char *email);

/* The form of a password to store, with a place among those who hash. RC_BUSY: too many do. */
[[nodiscard]] enum rc session_hash(struct req *, const char *password, const char **ret);

/* What every page shows around its content. */
const struct auth_view *session_view(struct req *);
