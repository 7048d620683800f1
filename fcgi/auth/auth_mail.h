#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* auth_mail.h - mails of the auth host: links and notices about somebody's account, and nothing
 * else (no promotion, law of advertising mails). */
#include <stdbool.h>

#include "web/http.h"

enum { AUTH_MAIL_LINK_S = 600 };             /* life of every link that is mailed */

/* Whether one more mail may go to an address that somebody typed in; counts it. RC_TOO_MANY: this
 * network asks for too many. */
[[nodiscard]] enum rc auth_mail_allowed(struct req *, const char *email, bool *ret);

/* Inside a write: puts a mail into the outbox. kind and key: a second one of the same key is none.
 * subject: without the site's name, which stands before it. ttl_s: not sent any more after that. */
[[nodiscard]] enum rc auth_mail_queue(struct req *, struct db *, const char *kind, const char *key,
    const char *to, const char *subject, const char *body, int64_t ttl_s);

/* "Your password was changed" and the like: what happened, in words of both languages. */
[[nodiscard]] enum rc auth_mail_notice(struct req *, struct db *, const char *to, const char *ko,
    const char *en);
