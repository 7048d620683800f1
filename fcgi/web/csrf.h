#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* csrf.h - form tokens: HMAC over the browser's session, so that only a page of ours, shown
 * to this very session, can post (OWASP: signed, session-bound double submit).
 *
 * The session is r->who->session, or for nobody the cookie "guest", which csrf_token() sets
 * when it is missing. */
#include "base/rc.h"

struct req;

/* The token to print into <input type="hidden" name="csrf">. */
const char *csrf_token(struct req *);

/* RC_STALE_FORM unless token fits the session, and Origin and Sec-Fetch-Site, where sent, say
 * that the form came from this host. */
[[nodiscard]] enum rc csrf_check(struct req *, const char *token);
