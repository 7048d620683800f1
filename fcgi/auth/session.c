/* SPDX-License-Identifier: Apache-2.0 */
/* session.c - sign-ins: of browsers, by a cookie, and of apps, by their tokens.
 *
 * The cookie "session" holds 256 random bits; the database knows only their SHA-256. sid is the
 * session's public name: it stands in tokens, binds form tokens, and is what sign-out ends. An
 * id is made at sign-in and never taken over from before it. A browser's session ends
 * session_ttl_s after the sign-in, and session_idle_s after its last use.
 *
 * Staff roles count only in a session that was begun with a second factor. */
#include "session.h"

#include <string.h>
#include <strings.h>

#include "attempt.h"
#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/net.h"
#include "base/str.h"
#include "blocklist.h"
#include "db/writer.h"
#include "password.h"
#include "query.h"
#include "view.h"
#include "web/csrf.h"
#include "web/jwt.h"

enum { NEXT_MAX = 8000, AGENT_MAX = 300, SEEN_S = 60 };

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

/* What this person must do before anything else counts. */
static enum rc
find_duty(struct req *r, const struct session_by_hash *s, struct identity *who)
{
	struct acceptance_newest seen;
	enum rc rc = q_acceptance_newest(r->db, r->arena, s->account_id, &seen);

	if (rc != RC_OK)
		return rc;
	if (strcmp(seen.terms, r->conf->terms_version) != 0 ||
	    strcmp(seen.privacy, r->conf->privacy_version) != 0)
		who->duty = "/accept-terms";
	else if (!who->strong && role_parse(s->role) != ROLE_CUSTOMER)
		who->duty = "/account/second-factor";
	return RC_OK;
}

static enum rc
seen_run(struct db *db, struct arena *a, void *arg)
{
	return q_session_seen(db, a, auth_now(), arg, NULL);
}

static enum rc
identify_cookie(struct req *r)
{
	const char *id = http_cookie(r, "session");
	struct session_by_hash s;
	struct identity *who;
	int64_t now = auth_now();
	enum rc rc;

	if (id == NULL || *id == '\0')
		return RC_OK;
	rc = q_session_by_hash(r->db, r->arena, crypto_sha256_text(r->arena, id), now,
	    now - r->conf->session_idle_s, &s);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	who = arena_new(r->arena, struct identity, 1);
	*who = (struct identity){
		.issuer = r->conf->auth_url, .subject = s.subject, .name = s.name, .email = s.email,
		.client_id = "", .session = s.sid, .standing = STANDING_UNKNOWN,
		.role = s.strong ? role_parse(s.role) : ROLE_CUSTOMER, .strong = s.strong,
		.expires_at = s.expires_at, .account_id = s.account_id, .has_totp = s.totp[0] != '\0',
	};
	if ((rc = find_duty(r, &s, who)) != RC_OK)
		return rc;
	if (now - s.seen_at >= SEEN_S)       /* if it is not written, the session ends sooner */
		(void)writer_run(r->writer, r->arena, seen_run, (void *)(uintptr_t)s.sid);
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

/* To a page of ours, and from there back to this request. */
static enum rc
send_to(struct req *r, const char *page)
{
	const char *next = session_next(arena_fmt(r->arena, "%s%s%s", r->path,
	    r->query[0] != '\0' ? "?" : "", r->query));

	return http_redirect(r, arena_fmt(r->arena, "%s?next=%s", page, net_escape(r->arena, next)));
}

enum rc
session_ask(struct req *r)
{
	return send_to(r, "/sign-in");
}

enum rc
session_duty(struct req *r)
{
	return send_to(r, r->who->duty);
}

/* With a place among those who hash; the attempt counts as failed until it has proven right. */
static enum rc
prove(struct req *r, const struct attempt *t, const char *password, const char *stored)
{
	enum rc rc;

	if ((rc = gate_enter(&auth(r)->hashing, HASH_WAIT_MS)) != RC_OK)
		return rc;
	rc = attempt_begin(r, t);
	if (rc == RC_OK)
		rc = password_check(r->arena, password, stored);
	gate_leave(&auth(r)->hashing);
	return rc == RC_OK ? attempt_good(r, t) : rc;
}

struct renewal {
	const struct account_find *account;
	const char *stored;
};

/* Unless he has changed it in the meantime. */
static enum rc
renew_run(struct db *db, struct arena *a, void *arg)
{
	const struct renewal *n = arg;

	return q_account_password_renew(db, a, n->stored, n->account->id, n->account->password, NULL);
}

/* A password that was stored with older parameters gets those of today; if not now, next time. */
static void
renew(struct req *r, struct account_find *account, const char *password)
{
	struct renewal n = { .account = account };

	if (password_is_old(account->password) && session_hash(r, password, &n.stored) == RC_OK &&
	    writer_run(r->writer, r->arena, renew_run, &n) == RC_OK)
		account->password = n.stored;
}

enum rc
session_prove(struct req *r, const char *email, const char *password, const char *device,
    struct account_find *ret)
{
	const char *key = str_lower(r->arena, email);
	struct account_find account = { 0 };
	struct attempt t;
	enum rc rc, found;

	found = q_account_find(r->db, r->arena, 0, key, &account);
	if (found != RC_OK && found != RC_NOTFOUND)
		return found;
	t = attempt_sign_in(r, key, device, found == RC_OK ? account.password : "");
	rc = attempt_check(r, &t);
	if (rc == RC_OK)
		rc = prove(r, &t, password, found == RC_OK ? account.password : NULL);
	if (rc == RC_OK) {
		renew(r, &account, password);
		*ret = account;
	} else if (rc == RC_CREDENTIALS || rc == RC_TOO_MANY)
		log_info("sign-in refused: %s, account %s, from %s%s", rc_slug(rc),
		    found == RC_OK ? account.subject : "unknown", r->remote_addr,
		    t.device != NULL ? ", known device" : "");
	return rc;
}

enum rc
session_still(struct req *r, struct db *db, const struct account_find *proven, bool by_session)
{
	struct account_find now;
	struct session_by_sid session;
	enum rc rc = q_account_find(db, r->arena, proven->id, "", &now);

	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_CREDENTIALS : rc;
	if (strcmp(now.password, proven->password) != 0 || strcmp(now.totp, proven->totp) != 0)
		return RC_CREDENTIALS;
	if (!by_session)
		return RC_OK;
	rc = q_session_by_sid(db, r->arena, r->who->session, auth_now(), &session);
	return rc == RC_NOTFOUND ? RC_UNAUTH : rc;
}

/* Printable ASCII of a header that anybody writes as he likes. */
static const char *
agent_of(const struct req *r)
{
	char *text = r->user_agent == NULL ? arena_str(r->arena, "") :
	    arena_strn(r->arena, r->user_agent, strnlen(r->user_agent, AGENT_MAX)), *s;

	for (s = text; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e)
			*s = '?';
	return text;
}

/* One row in any case; expires_at: of its cookie. */
static enum rc
add(struct req *r, struct db *db, int64_t account_id, const char *client_id, bool strong,
    const char *id, const char *sid, int64_t ttl_s)
{
	struct arena *a = r->arena;
	int64_t now = auth_now(), kept_s = r->conf->refresh_ttl_s;
	enum rc rc;

	if ((rc = q_session_clean(db, a, now, NULL)) != RC_OK)
		return rc;
	return q_session_add(db, a, crypto_sha256_text(a, id), sid, account_id, client_id, now,
	    now + ttl_s, now + (kept_s > ttl_s ? kept_s : ttl_s), strong, agent_of(r),
	    r->remote_addr != NULL ? r->remote_addr : "", NULL);
}

enum rc
session_start(struct req *r, struct db *db, int64_t account_id, bool strong, const char **ret_id)
{
	const char *id = crypto_token(r->arena);
	enum rc rc = RC_OK;

	if (r->who != NULL && r->who->session != NULL)
		rc = session_end(db, r->arena, r->who->session);
	if (rc == RC_OK)
		rc = add(r, db, account_id, "", strong, id, crypto_token(r->arena),
		    r->conf->session_ttl_s);
	if (rc == RC_OK)
		*ret_id = id;
	return rc;
}

enum rc
session_start_app(struct req *r, struct db *db, int64_t account_id, bool strong, const char **ret_sid)
{
	const char *sid = crypto_token(r->arena);
	enum rc rc = add(r, db, account_id, APP_CLIENT, strong, crypto_token(r->arena), sid, 0);

	if (rc == RC_OK)
		*ret_sid = sid;
	return rc;
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

enum rc
session_end_others(struct db *db, struct arena *a, int64_t account_id, const char *sid)
{
	enum rc rc = q_session_remove_others(db, a, account_id, sid, NULL);

	return rc == RC_OK ? q_refresh_revoke_others(db, a, auth_now(), account_id, sid, NULL) : rc;
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

enum rc
session_hash(struct req *r, const char *password, const char **ret)
{
	enum rc rc = gate_enter(&auth(r)->hashing, HASH_WAIT_MS);

	if (rc != RC_OK)
		return rc;
	rc = password_hash(r->arena, password, ret);
	gate_leave(&auth(r)->hashing);
	return rc;
}

enum password_fault
session_password_fault(struct req *r, const char *password, const char *email)
{
	enum password_fault fault = password_fault(password, email, r->conf->site_name);

	return fault == PASSWORD_GOOD && blocklist_has(auth(r)->blocklist, password) ?
	    PASSWORD_WEAK : fault;
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
