/* SPDX-License-Identifier: Apache-2.0 */
/* authorize.c - /authorize: a browser comes from a client and goes back with a code.
 *
 *	GET  /authorize?...   the request
 *	POST /authorize       the same as a form: sent on as a GET, which brings the cookie along
 *
 * Authorization code flow of OpenID Connect Core 3.1 with PKCE, S256 only (RFC 7636, RFC 9700).
 * The client and its redirect address are checked first, character by character; until they
 * fit, what is wrong is shown here. After that errors go back to the client (RFC 6749
 * 4.1.2.1), each answer with iss (RFC 9207). Clients are our own programs, so nobody is asked
 * for consent, and prompt=consent is content with the sign-in.
 *
 * Who must sign in (again) is sent to /sign-in with the request as what comes next, marked:
 * after=EPOCH.SESSION.MAC, the MAC over that moment, the session's hash and the whole request.
 * When the request comes back, another session, younger than the moment, proves that it was done.
 * So nothing is kept here meanwhile, no request asks twice, and a mark is worth nothing with
 * another request. */
#include <string.h>

#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/net.h"
#include "base/str.h"
#include "db/writer.h"
#include "oauth_client.h"
#include "onward.h"
#include "query.h"
#include "scope.h"
#include "session.h"
#include "web/json.h"
#include "web/jwt.h"

enum { CODE_S = 60, CODE_KEPT_S = 86400, CHALLENGE_LEN = 43, MARK_S = 3600, BACK_S = 120, QUERY_MAX = 7900 };
static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct authorize_in {
	const char *response_type, *client_id, *redirect_uri, *scope, *state, *nonce,
	    *code_challenge, *code_challenge_method, *response_mode, *prompt, *max_age, *request,
	    *request_uri, *login_hint, *id_token_hint, *after;
};
#define OPTIONAL(name, max) PARAM_LINE(struct authorize_in, name, 0, max, .optional = true)
static const struct param authorize_params[] = {
	OPTIONAL(response_type, 100),
	OPTIONAL(client_id, 100),
	OPTIONAL(redirect_uri, 2000),
	OPTIONAL(scope, 1000),
	OPTIONAL(state, 1000),
	OPTIONAL(nonce, 255),
	OPTIONAL(code_challenge, 200),
	OPTIONAL(code_challenge_method, 20),
	OPTIONAL(response_mode, 20),
	OPTIONAL(prompt, 100),
	OPTIONAL(max_age, 20),
	OPTIONAL(request, 8000),
	OPTIONAL(request_uri, 2000),
	OPTIONAL(login_hint, 254),
	OPTIONAL(id_token_hint, 8000),
	OPTIONAL(after, 100),
	PARAM_END
};
#undef OPTIONAL

/* A parameter sent without a value counts as left out (RFC 6749 3.1). */
static bool
given(const char *s)
{
	return s != NULL && *s != '\0';
}

static bool
is(const char *s, const char *word)
{
	return s != NULL && strcmp(s, word) == 0;
}

/* Back to the client with one more parameter: code or error. */
static enum rc
answer(struct req *r, const struct authorize_in *in, const char *name, const char *value)
{
	struct arena *a = r->arena;
	const char *url = arena_fmt(a, "%s%c%s=%s&iss=%s", in->redirect_uri,
	    strchr(in->redirect_uri, '?') != NULL ? '&' : '?', name, net_escape(a, value),
	    net_escape(a, r->conf->auth_url));

	if (given(in->state))
		url = arena_fmt(a, "%s&state=%s", url, net_escape(a, in->state));
	/* A mark says that it comes from a form of ours. */
	return given(in->after) ? onward(r, url) : http_redirect(r, url);
}

/* What the request says of the sign-in (OpenID Connect Core 3.1.2.1). */
struct demand {
	bool none;               /* nobody may be asked anything */
	bool again;              /* signed in for this request, not before */
	int64_t max_age;         /* of the sign-in in seconds; -1: any */
	bool hint;               /* an ID token says who is meant: */
	const char *subject;     /* him; NULL: it is none of ours */
};

/* False for a word that is unknown, or beside "none". */
static bool
read_prompt(struct arena *a, const char *words, struct demand *d)
{
	d->none = list_has(words, "none");
	d->again = list_has(words, "login") || list_has(words, "select_account");
	return list_within(a, words, d->none ? "none" : "login select_account consent");
}

static bool
read_demand(struct req *r, const struct authorize_in *in, struct demand *ret)
{
	struct demand d = { .max_age = -1, .hint = given(in->id_token_hint) };
	const struct json *claims;

	if (given(in->prompt) && !read_prompt(r->arena, in->prompt, &d))
		return false;
	if (given(in->max_age) && (!str_int(in->max_age, &d.max_age) || d.max_age < 0))
		return false;
	if (d.max_age == 0)
		d.again = true;
	if (d.hint && jwt_id_hint(auth(r)->verifier, r->arena, in->id_token_hint, auth_now(),
	    &claims) == RC_OK)
		d.subject = json_text(claims, "sub");
	*ret = d;
	return true;
}

/* What is wrong with a request of a known client, as an error of RFC 6749 or OpenID Connect, or
 * NULL. What we do not do is refused, not passed over. */
static const char *
fault(struct req *r, const struct authorize_in *in, struct demand *ret)
{
	if (given(in->request))
		return "request_not_supported";
	if (given(in->request_uri))
		return "request_uri_not_supported";
	if (!given(in->response_type))
		return "invalid_request";
	if (!is(in->response_type, "code"))
		return "unsupported_response_type";
	if (given(in->response_mode) && !is(in->response_mode, "query"))
		return "invalid_request";
	if (given(in->scope) && !list_has(in->scope, SCOPE_OPENID))
		return "invalid_scope";
	if (!is(in->code_challenge_method, "S256") || !given(in->code_challenge) ||
	    strlen(in->code_challenge) != CHALLENGE_LEN ||
	    in->code_challenge[strspn(in->code_challenge, base64url)] != '\0')
		return "invalid_request";
	return read_demand(r, in, ret) ? NULL : "invalid_request";
}

/* The request as a query: what we know of it, without its mark. */
static const char *
request_text(struct req *r, const struct authorize_in *in)
{
	struct buf o = { .arena = r->arena };
	const struct param *p;
	const char *value;

	buf_str(&o, "");
	for (p = authorize_params; p->name != NULL; p++) {
		value = *(const char *const *)(const void *)((const char *)in + p->off);
		if (given(value) && strcmp(p->name, "after") != 0)
			buf_fmt(&o, "%s%s=%s", o.len > 0 ? "&" : "", p->name,
			    net_escape(r->arena, value));
	}
	return o.s;
}

/* seen: when it was asked and in which session, as it stands before the MAC. */
static const char *
mark(struct req *r, const struct authorize_in *in, const char *seen)
{
	const char *key = r->conf->cookie_key;
	const char *text = arena_fmt(r->arena, "authorize:%s:%s", seen, request_text(r, in));
	uint8_t mac[SHA256_LEN];

	crypto_hmac((const uint8_t *)key, strlen(key), text, strlen(text), mac);
	return arena_fmt(r->arena, "%s.%s", seen, base64url_encode(r->arena, mac, sizeof(mac)));
}

/* The browser's session in a mark: its hash, for nobody that of nothing. */
static const char *
session_tag(struct req *r)
{
	return crypto_sha256_text(r->arena, r->who != NULL ? r->who->session : "");
}

/* Whether a session was begun after this request had asked for it, and just now: the way back from
 * the sign-in takes a moment, not more. */
static bool
came_back(struct req *r, const struct authorize_in *in, int64_t max_age, int64_t signed_in_at)
{
	const char *dot = given(in->after) ? strrchr(in->after, '.') : NULL, *seen, *want;
	int64_t at, now = auth_now();
	size_t epoch;

	if (dot == NULL || now - signed_in_at > (max_age > BACK_S ? max_age : BACK_S))
		return false;
	seen = arena_strn(r->arena, in->after, (size_t)(dot - in->after));
	want = mark(r, in, seen);
	if (strlen(want) != strlen(in->after) ||
	    !crypto_equal(want, in->after, strlen(want)))
		return false;
	epoch = strcspn(seen, ".");
	return str_int(arena_strn(r->arena, seen, epoch), &at) && at <= now && now - at <= MARK_S &&
	    signed_in_at >= at && seen[epoch] == '.' &&
	    strcmp(seen + epoch + 1, session_tag(r)) != 0;
}

/* To a page of ours, and back here after it. */
static enum rc
send_to(struct req *r, const struct authorize_in *in, const char *page, const char *after)
{
	struct arena *a = r->arena;
	const char *next, *url;

	next = arena_fmt(a, "/authorize?%s&after=%s", request_text(r, in), after);
	if (session_next(next) != next)
		return answer(r, in, "error", "invalid_request");        /* too long to come back */
	url = arena_fmt(a, "%s?next=%s", page, net_escape(a, next));
	if (given(in->login_hint) && str_email(in->login_hint))
		url = arena_fmt(a, "%s&email=%s", url, net_escape(a, in->login_hint));
	return http_redirect(r, url);
}

static const char *
new_mark(struct req *r, const struct authorize_in *in)
{
	return mark(r, in, arena_fmt(r->arena, "%lld.%s", (long long)auth_now(),
	    session_tag(r)));
}

/* Whether the browser's session is what the request demands. GO: yes. */
enum verdict { GO, ASK, LOGIN_REQUIRED };

static enum rc
judge(struct req *r, const struct authorize_in *in, const struct demand *d, enum verdict *ret)
{
	enum verdict otherwise = d->none ? LOGIN_REQUIRED : ASK;
	struct session_by_sid session;
	int64_t now = auth_now();
	bool other, old;
	enum rc rc;

	*ret = otherwise;
	if (r->who == NULL)
		return RC_OK;
	rc = q_session_by_sid(r->db, r->arena, r->who->session, now, &session);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	/* A hint that cannot be read (its key may be gone) names nobody: that is enough to
	 * refuse without asking, not to ask. */
	other = d->hint && (d->subject != NULL ? strcmp(d->subject, r->who->subject) != 0 : d->none);
	old = d->again || (d->max_age >= 0 && now - session.created_at > d->max_age);
	if (!other && !old)
		*ret = GO;
	else if (came_back(r, in, d->max_age, session.created_at))
		*ret = other ? LOGIN_REQUIRED : GO;
	return RC_OK;
}

struct code {
	struct req *r;
	const struct authorize_in *in;
	const char *code;
};

static enum rc
code_run(struct db *db, struct arena *a, void *arg)
{
	const struct code *c = arg;
	const struct authorize_in *in = c->in;
	const struct identity *who = c->r->who;
	int64_t now = auth_now();
	enum rc rc;

	if ((rc = q_code_clean(db, a, now - CODE_KEPT_S, NULL)) != RC_OK)
		return rc;
	return q_code_add(db, a, crypto_sha256_text(a, c->code), in->client_id, who->account_id,
	    who->session, in->redirect_uri, in->code_challenge, given(in->nonce) ? in->nonce : "",
	    given(in->scope) ? scope_known(a, in->scope) : SCOPE_OPENID, now + CODE_S, NULL);
}

static enum rc
authorize_get(struct req *r)
{
	const struct authorize_in *in = r->in;
	struct code c = { .r = r, .in = in, .code = crypto_token(r->arena) };
	struct client_by_id client;
	enum verdict verdict;
	struct demand demand;
	const char *error;
	enum rc rc;

	r->bad = "client_id";
	if (!given(in->client_id))
		return RC_INVALID;
	rc = q_client_by_id(r->db, r->arena, in->client_id, &client);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_INVALID : rc;
	r->bad = "redirect_uri";
	if (!given(in->redirect_uri) || !list_has(client.redirect_uri, in->redirect_uri))
		return RC_INVALID;
	r->bad = NULL;
	if ((error = fault(r, in, &demand)) != NULL)
		return answer(r, in, "error", error);
	if ((rc = judge(r, in, &demand, &verdict)) != RC_OK)
		return rc;
	if (verdict == ASK)
		return send_to(r, in, "/sign-in", new_mark(r, in));
	if (verdict != GO)
		return answer(r, in, "error", "login_required");
	if (r->who->duty != NULL)        /* what must be done first takes asking, too */
		return demand.none ? answer(r, in, "error", "interaction_required") :
		    send_to(r, in, r->who->duty, given(in->after) ? in->after : new_mark(r, in));
	rc = writer_run(r->writer, r->arena, code_run, &c);
	return rc == RC_OK ? answer(r, in, "code", c.code) : rc;
}

static enum rc
authorize_post(struct req *r)
{
	const char *text = request_text(r, r->in);

	if (strlen(text) > QUERY_MAX)
		return RC_TOO_LARGE;
	return http_redirect(r, arena_fmt(r->arena, "/authorize?%s", text));
}

const struct route authorize_routes[] = {
	ROUTE_IN(GET, "/authorize", authorize_get, PAGE, ANYONE, authorize_in, authorize_params),
	ROUTE_IN(POST, "/authorize", authorize_post, OPEN, ANYONE, authorize_in, authorize_params),
	ROUTE_END
};
