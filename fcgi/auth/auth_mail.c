/* SPDX-License-Identifier: Apache-2.0 */
/* auth_mail.c - into the outbox of the auth domain; chulcheck-notify deliver sends. */
#include "auth_mail.h"

#include <string.h>

#include "attempt.h"
#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "page.h"
#include "query.h"

enum { NOTICE_S = 7 * 86400 };

enum rc
auth_mail_allowed(struct req *r, const char *email, bool *ret)
{
	const char *net = attempt_network(r->arena, r->remote_addr);
	struct attempt from = { .key = { { ATTEMPT_MAIL, net } }, .n = 1 };
	struct attempt to = { .key = { { ATTEMPT_MAIL_TO, arena_fmt(r->arena, "%s %s", email, net) },
	    { ATTEMPT_MAIL_DAY, email } }, .n = 2 };
	enum rc rc = attempt_begin(r, &from);

	if (rc != RC_OK)
		return rc;
	rc = attempt_begin(r, &to);
	*ret = rc == RC_OK;
	if (rc != RC_TOO_MANY)
		return rc;
	r->detail = NULL;                /* nobody is told: the mailbox may be a stranger's */
	r->retry_after_s = 0;
	return RC_OK;
}

enum rc
auth_mail_queue(struct req *r, struct db *db, const char *kind, const char *key, const char *to,
    const char *subject, const char *body, int64_t ttl_s)
{
	struct arena *a = r->arena;
	const struct conf *conf = r->conf;
	const char *at = strrchr(conf->mail_from, '@');
	int64_t now_ms = clock_now_ms();

	return q_outbox_add(db, a, kind, arena_fmt(a, "%s:%s", kind, key), to,
	    arena_fmt(a, "<%s@%s>", crypto_token(a), at != NULL ? at + 1 : conf->mail_from),
	    arena_fmt(a, "[%s] %s", conf->site_name, subject), "", body, now_ms,
	    now_ms + ttl_s * 1000, now_ms, NULL);
}

enum rc
auth_mail_notice(struct req *r, struct db *db, const char *to, const char *ko, const char *en)
{
	const char *what = r->lang == LANG_KO ? ko : en;
	struct buf body = { .arena = r->arena };

	text_auth_notice(&body, &(struct text_auth_notice){
		.lang = r->lang, .site = r->conf->site_name, .url = r->conf->auth_url, .what = what,
	});
	return auth_mail_queue(r, db, "notice", crypto_token(r->arena), to, what, body.s, NOTICE_S);
}
