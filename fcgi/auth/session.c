/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - browsers' sessions on the auth host.
 *
 * The cookie "session" holds 256 random bits; the database knows only their SHA-256. sid is the
 * session's public name: it stands in tokens, binds form tokens, and is what sign-out ends. An
 * id is made at sign-in and never taken over from before it. */
#include "session.h"

#include <string.h>
#include <strings.h>

#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/net.h"
#include "base/str.h"
#include "password.h"
#include "query.h"
#include "view.h"
#include "web/csrf.h"
#include "web/jwt.h"

enum { NEXT_MAX = 8000 };

static enum rc
identify_bearer(struct req *r)
{
	static const char scheme[] = "Bearer ";
	struct identity *who;
	const char *s = r->authorization;
	enum rc rc;

	if (s == NULL)
		return RC_OK;
	if (strncasecmp(s, scheme, sizeof(scheme) - 1) != 0)
		return RC_UNAUTH;
	for (s += sizeof(scheme) - 1; *s == ' '; s++)
		;
	who = arena_new(r->arena, struct identity, 1);
	rc = jwt_access(auth(r)->verifier, r->arena, s, auth_now(), who);
	if (rc == RC_OK)
		r->who = who;
	return rc;
}

static enum rc
identify_cookie(struct req *r)
{
	const char *id = http_cookie(r, "session");
	struct session_by_hash s;
	struct identity *who;
	enum rc rc;

	if (id == NULL || *id == '\0')
		return RC_OK;
	rc = q_session_by_hash(r->db, r->arena, crypto_sha256_text(r->arena, id), auth_now(),
	    &s);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	who = arena_new(r->arena, struct identity, 1);
	*who = (struct identity){
		.issuer = r->conf->auth_url, .subject = s.subject, .name = s.name, .email = s.email,
		.client_id = "", .session = s.sid, .role = role_parse(s.role),
		.standing = STANDING_UNKNOWN, .expires_at = s.expires_at,
		.account_id = s.account_id,
	};
	r->who = who;
	return RC_OK;
}

enum rc
session_identify(struct req *r)
{
	if (r->route->kind != API)
		return identify_cookie(r);
	/* An app that asks for new tokens may send its old one along. */
	return r->route->access == ANYONE ? RC_OK : identify_bearer(r);
}

enum rc
session_ask(struct req *r)
{
	const char *next = session_next(arena_fmt(r->arena, "%s%s%s", r->path,
	    r->query[0] != '\0' ? "?" : "", r->query));

	return http_redirect(r, arena_fmt(r->arena, "/sign-in?next=%s",
	    net_escape(r->arena, next)));
}

enum rc
session_prove(struct req *r, const char *email, const char *password, struct account_by_email *ret)
{
	struct account_by_email account = { 0 };
	enum rc rc, found;

	found = q_account_by_email(r->db, r->arena, str_lower(r->arena, email), &account);
	if (found != RC_OK && found != RC_NOTFOUND)
		return found;
	if ((rc = gate_enter(&auth(r)->hashing, HASH_WAIT_MS)) != RC_OK)
		return rc;
	rc = password_check(r->arena, password, found == RC_OK ? account.password : NULL);
	gate_leave(&auth(r)->hashing);
	if (rc == RC_OK)
		*ret = account;
	return rc;
}

enum rc
session_start(struct req *r, struct db *db, int64_t account_id, const char **ret_id)
{
	struct arena *a = r->arena;
	const char *id = crypto_token(a), *sid = crypto_token(a);
	int64_t now = auth_now();
	enum rc rc;

	if (r->who != NULL && r->who->session != NULL &&
	    (rc = session_end(db, a, r->who->session)) != RC_OK)
		return rc;
	if ((rc = q_session_clean(db, a, now, NULL)) != RC_OK ||
	    (rc = q_session_add(db, a, crypto_sha256_text(a, id), sid, account_id, now,
	    now + r->conf->session_ttl_s, NULL)) != RC_OK)
		return rc;
	*ret_id = id;
	return RC_OK;
}

void
session_cookie(struct req *r, const char *id)
{
	http_cookie_set(r, "session", id, *id != '\0' ? r->conf->session_ttl_s : 0);
}

enum rc
session_end(struct db *db, struct arena *a, const char *sid)
{
	enum rc rc = q_session_remove(db, a, sid, NULL);

	return rc == RC_OK ? q_refresh_revoke_sid(db, a, auth_now(), sid, NULL) : rc;
}

/* Browsers take "//host" and "/\host" for other hosts and drop control characters. */
const char *
session_next(const char *next)
{
	const char *s = next;

	if (s == NULL || s[0] != '/' || s[1] == '/' || strlen(s) > NEXT_MAX)
		return "/account";
	for (; *s != '\0'; s++)
		if (*s <= 0x20 || *s > 0x7e || *s == '\\')
			return "/account";
	return next;
}

const struct auth_view *
session_view(struct req *r)
{
	struct auth_view *v = arena_new(r->arena, struct auth_view, 1);

	*v = (struct auth_view){
		.site = r->conf->site_name, .home = arena_fmt(r->arena, "%s/", r->conf->event_url),
		.who = r->who != NULL ? r->who->name : NULL, .csrf = csrf_token(r),
	};
	return v;
}
