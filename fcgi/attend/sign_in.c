/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in.c - who is asking, and how a browser gets signed in here: OpenID Connect, authorization
 * code flow with PKCE (RFC 6749 4.1, RFC 7636, RFC 9700), this host being the client of our own
 * auth host or of another provider.
 *
 *	GET  /sign-in?to=PATH   makes state, nonce and verifier, goes to the identity provider
 *	GET  /callback          comes back from there: code for tokens, tokens into cookies
 *	POST /sign-out          forgets the cookies, revokes the refresh token (RFC 7009), then
 *	                        goes to the provider to sign out there; both if it can
 *
 * This host keeps no session. Cookie "access" holds the access token, "refresh" the refresh
 * token; when the first has expired, the second fetches new ones on the way. What must
 * survive the trip to the provider stands in cookie "flow", for ten minutes:
 *	EXPIRES.STATE.NONCE.VERIFIER.PATH.MAC
 * EXPIRES in seconds since the epoch, PATH and MAC (HMAC-SHA256 of all before it) as base64url.
 * A program sends its access token as a bearer token (RFC 6750) and has no cookies. */
#include <string.h>
#include <strings.h>

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/net.h"
#include "base/str.h"
#include "provider.h"
#include "query.h"
#include "sign_in.h"
#include "web/json.h"
#include "web/jwt.h"

/* TOKEN_LEN_MAX: browsers drop a cookie of more than 4,096 bytes, name and attributes included. */
enum { FLOW_S = 600, PATH_LEN_MAX = 1000, TOKEN_LEN_MAX = 3900 };

/* Every r->who of this domain is the first member of one of these. */
struct signed_in {
	struct identity who;
	const char *token;
};

struct tokens {
	const char *access, *refresh, *id;
	int64_t expires_in;      /* 0: the provider does not say, but the access token does */
};

struct flow {
	const char *state, *nonce, *verifier, *to;
};

static int64_t
now_s(void)
{
	return clock_now_ms() / 1000;
}

/* A path of this host and nothing else: what a browser could take for another host, or what
 * does not belong into a header, becomes the front page. */
static const char *
own_path(const char *s)
{
	size_t i;

	if (s == NULL || s[0] != '/' || s[1] == '/' || strlen(s) > PATH_LEN_MAX)
		return "/";
	for (i = 0; s[i] != '\0'; i++)
		if (s[i] <= 0x20 || s[i] > 0x7e || s[i] == '\\')
			return "/";
	return s;
}

/* Asks the provider's token endpoint. RC_UNAUTH: it refuses this grant; else as provider_post(). */
static enum rc
ask_tokens(struct req *r, const char *form, struct tokens *ret)
{
	struct provider_meta m;
	struct json *answer;
	struct tokens t;
	const char *body, *error;
	int status;
	enum rc rc;

	if ((rc = provider_meta(r, &m)) != RC_OK ||
	    (rc = provider_post(r, &m, m.token, form, &status, &body)) != RC_OK)
		return rc;
	if (json_parse(r->arena, body, strlen(body), &answer) != RC_OK)
		return RC_IO;
	if (status != 200) {
		error = json_text(answer, "error");
		if (error != NULL && strcmp(error, "invalid_grant") == 0)
			return RC_UNAUTH;
		log_warn("sign-in: the provider's token endpoint answered %d, %.100s", status,
		    error != NULL ? error : "no error code");
		return RC_IO;
	}
	t.access = json_text(answer, "access_token");
	t.refresh = json_text(answer, "refresh_token");
	t.id = json_text(answer, "id_token");
	t.expires_in = 0;
	if (t.access == NULL || (json_get(answer, "expires_in") != NULL &&
	    (!json_int(answer, "expires_in", &t.expires_in) || t.expires_in <= 0)))
		return RC_IO;
	*ret = t;
	return RC_OK;
}

/* r->who is he whose access token it is. */
static void
set_cookies(struct req *r, const struct tokens *t)
{
	http_cookie_set(r, "access", t->access, t->expires_in > 0 ? t->expires_in :
	    r->who->expires_at - now_s());
	if (t->refresh != NULL && strlen(t->refresh) <= TOKEN_LEN_MAX)
		http_cookie_set(r, "refresh", t->refresh, r->conf->refresh_ttl_s);
}

static void
forget_cookies(struct req *r)
{
	http_cookie_set(r, "access", "", 0);
	http_cookie_set(r, "refresh", "", 0);
}

static enum rc
accept_token(struct req *r, const char *token)
{
	struct signed_in *s = arena_new(r->arena, struct signed_in, 1);
	enum rc rc = jwt_access(attend(r)->provider.verifier, r->arena, token, now_s(), &s->who);

	s->token = token;
	if (rc == RC_OK)
		r->who = &s->who;
	return rc;
}

const char *
sign_in_token(const struct req *r)
{
	return ((const struct signed_in *)(const void *)r->who)->token;
}

void
sign_in_complete(struct req *r, const char *name, const char *email)
{
	struct signed_in *s = arena_new(r->arena, struct signed_in, 1);

	*s = (struct signed_in){ .who = *r->who, .token = sign_in_token(r) };
	if (s->who.name == NULL && name != NULL && *name != '\0')
		s->who.name = name;
	if (s->who.email == NULL && email != NULL && *email != '\0')
		s->who.email = email;
	r->who = &s->who;
}

/* Tokens of some providers name nobody; what was heard of him at a check-in does. */
static enum rc
remember(struct req *r)
{
	struct customer_by_identity customer;
	enum rc rc;

	if (r->who == NULL || (r->who->name != NULL && r->who->email != NULL))
		return RC_OK;
	rc = q_customer_by_identity(r->db, r->arena, r->who->issuer, r->who->subject, &customer);
	if (rc == RC_OK)
		sign_in_complete(r, customer.name, customer.email);
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

static enum rc
identify_bearer(struct req *r)
{
	static const char scheme[] = "Bearer ";
	const char *s = r->authorization;

	if (s == NULL)
		return RC_OK;
	if (strncasecmp(s, scheme, sizeof(scheme) - 1) != 0)
		return RC_UNAUTH;
	for (s += sizeof(scheme) - 1; *s == ' '; s++)
		;
	return accept_token(r, s);
}

/* New tokens for the cookie "refresh". Nobody (RC_OK) when the provider refuses it: the person
 * has signed out, or was away for too long. */
static enum rc
refresh(struct req *r, const char *token)
{
	struct tokens t;
	enum rc rc;

	rc = ask_tokens(r, arena_fmt(r->arena, "grant_type=refresh_token&refresh_token=%s",
	    net_escape(r->arena, token)), &t);
	if (rc == RC_OK && (rc = accept_token(r, t.access)) == RC_OK) {
		set_cookies(r, &t);
		return RC_OK;
	}
	if (rc == RC_UNAUTH) {
		forget_cookies(r);
		return RC_OK;
	}
	return rc;               /* not known is not nobody: he is asked to try again */
}

static enum rc
identify_browser(struct req *r)
{
	const char *token;

	if ((token = http_cookie(r, "access")) != NULL && accept_token(r, token) == RC_OK)
		return RC_OK;
	token = http_cookie(r, "refresh");
	return token != NULL && strlen(token) <= TOKEN_LEN_MAX ? refresh(r, token) : RC_OK;
}

enum rc
sign_in_identify(struct req *r)
{
	enum rc rc;

	if (r->route->kind == OPEN)
		return RC_OK;
	rc = r->route->kind == API ? identify_bearer(r) : identify_browser(r);
	return rc == RC_OK && attend(r)->provider.foreign != NULL ? remember(r) : rc;
}

enum rc
sign_in_ask(struct req *r)
{
	const char *to = arena_fmt(r->arena, "%s%s%s", r->path, r->query[0] != '\0' ? "?" : "",
	    r->query);

	return http_redirect(r, arena_fmt(r->arena, "/sign-in?to=%s",
	    net_escape(r->arena, own_path(to))));
}

static const char *
flow_mac(struct req *r, const char *text)
{
	const char *what = arena_fmt(r->arena, "flow\n%s", text);
	uint8_t mac[SHA256_LEN];

	crypto_hmac((const uint8_t *)r->conf->cookie_key, strlen(r->conf->cookie_key), what,
	    strlen(what), mac);
	return base64url_encode(r->arena, mac, sizeof(mac));
}

static void
flow_set(struct req *r, const struct flow *f)
{
	const char *text = arena_fmt(r->arena, "%lld.%s.%s.%s.%s", (long long)now_s() + FLOW_S,
	    f->state, f->nonce, f->verifier, base64url_encode(r->arena, f->to, strlen(f->to)));

	http_cookie_set(r, "flow", arena_fmt(r->arena, "%s.%s", text, flow_mac(r, text)), FLOW_S);
}

/* Reads the cookie "flow"; false if it is missing, forged or too old. */
static bool
flow_get(struct req *r, struct flow *ret)
{
	enum { EXPIRES, STATE, NONCE, VERIFIER, PATH, PARTS };
	const char *cookie = http_cookie(r, "flow"), *mac, *part[PARTS];
	char *text, *rest;
	uint8_t *to;
	size_t i, len;
	int64_t expires;

	if (cookie == NULL || (mac = strrchr(cookie, '.')) == NULL)
		return false;
	text = arena_strn(r->arena, cookie, (size_t)(mac++ - cookie));
	if (strlen(mac) != strlen(flow_mac(r, text)) ||
	    !crypto_equal(mac, flow_mac(r, text), strlen(mac)))
		return false;
	for (i = 0, rest = text; i < PARTS; i++)
		if ((part[i] = strsep(&rest, ".")) == NULL)
			return false;
	if (!str_int(part[EXPIRES], &expires) || now_s() > expires ||
	    !base64url_decode(r->arena, part[PATH], strlen(part[PATH]), &to, &len))
		return false;
	*ret = (struct flow){ .state = part[STATE], .nonce = part[NONCE],
		.verifier = part[VERIFIER], .to = own_path(arena_strn(r->arena, (char *)to, len)) };
	return true;
}

struct sign_in_in {
	const char *to;
};
static const struct param sign_in_params[] = {
	PARAM_LINE(struct sign_in_in, to, 0, PATH_LEN_MAX, .optional = true),
	PARAM_END
};

/* What comes before the first parameter that we add to an address. */
static char
joint(const char *url)
{
	return strchr(url, '?') != NULL ? '&' : '?';
}

static enum rc
sign_in_get(struct req *r)
{
	const struct sign_in_in *in = r->in;
	const struct conf *conf = r->conf;
	struct arena *a = r->arena;
	struct flow f = { .to = own_path(in->to) };
	struct provider_meta m;
	enum rc rc;

	if (r->who != NULL)
		return http_redirect(r, f.to);
	if ((rc = provider_meta(r, &m)) != RC_OK)
		return rc;
	f.state = crypto_token(a);
	f.nonce = crypto_token(a);
	f.verifier = crypto_token(a);
	flow_set(r, &f);
	return http_redirect(r, arena_fmt(a, "%s%cresponse_type=code&client_id=%s"
	    "&redirect_uri=%s&scope=%s&state=%s&nonce=%s&code_challenge=%s"
	    "&code_challenge_method=S256", m.authorization, joint(m.authorization),
	    net_escape(a, conf->client_id), net_escape(a, arena_fmt(a, "%s/callback",
	    conf->event_url)), net_escape(a, conf->provider_scope), f.state, f.nonce,
	    crypto_sha256_text(a, f.verifier)));
}

struct callback_in {
	const char *code, *state, *error, *iss;
};
static const struct param callback_params[] = {
	PARAM_LINE(struct callback_in, code, 1, 2000, .optional = true),
	PARAM_LINE(struct callback_in, state, 1, 200, .optional = true),
	PARAM_LINE(struct callback_in, error, 1, 200, .optional = true),
	PARAM_LINE(struct callback_in, iss, 1, 1000, .optional = true),
	PARAM_END
};

/* A sign-in that went wrong ends on a page, never in another redirect: no loop can come of it.
 * why: what the operator should know, or NULL. */
static enum rc
callback_failed(struct req *r, const char *why)
{
	if (why != NULL)
		log_warn("sign-in: %s", why);
	r->detail = r->lang == LANG_KO ? "로그인을 마치지 못했습니다. 처음부터 다시 로그인해 주세요." :
	    "Signing in was not completed. Please start again.";
	return RC_INVALID;
}

/* The answer is the one to the sign-in that this browser began (state), and of our provider, if
 * it says so in its answers (RFC 9207). */
static bool
answer_fits(struct req *r, const struct callback_in *in, bool sends_iss, struct flow *ret)
{
	if (in->error != NULL || in->code == NULL || in->state == NULL || !flow_get(r, ret))
		return false;
	if (in->iss == NULL ? sends_iss : strcmp(in->iss, attend(r)->provider.issuer) != 0)
		return false;
	return strlen(in->state) == strlen(ret->state) &&
	    crypto_equal(in->state, ret->state, strlen(ret->state));
}

/* The tokens are for us, from this very sign-in, and of one person: NULL, else what is wrong. */
static const char *
misfit(struct req *r, const struct tokens *t, const struct flow *f)
{
	const struct json *claims;
	const char *subject;

	if (strlen(t->access) > TOKEN_LEN_MAX)
		return arena_fmt(r->arena, "the access token is too long for a cookie, %zu bytes: have "
		    "the provider put less into it", strlen(t->access));
	if (accept_token(r, t->access) != RC_OK)
		return "the access token is none of ours: compare issuer, audience, token_typ and "
		    "claim_use with one";
	if (t->id == NULL || jwt_id_token(attend(r)->provider.verifier, r->arena, t->id,
	    r->conf->client_id, f->nonce, now_s(), &claims) != RC_OK)
		return "the ID token is none of this sign-in's";
	subject = json_text(claims, "sub");
	return subject != NULL && strcmp(subject, r->who->subject) == 0 ? NULL :
	    "access token and ID token are of different people";
}

static enum rc
callback_get(struct req *r)
{
	const struct callback_in *in = r->in;
	struct arena *a = r->arena;
	struct provider_meta m;
	struct tokens t;
	struct flow f;
	const char *why;
	enum rc rc;

	if ((rc = provider_meta(r, &m)) != RC_OK)
		return rc;
	if (!answer_fits(r, in, m.sends_iss, &f))
		return callback_failed(r, NULL);
	rc = ask_tokens(r, arena_fmt(a, "grant_type=authorization_code&code=%s&redirect_uri=%s"
	    "&code_verifier=%s", net_escape(a, in->code),
	    net_escape(a, arena_fmt(a, "%s/callback", r->conf->event_url)), f.verifier), &t);
	if (rc == RC_UNAUTH)
		return callback_failed(r, NULL);
	if (rc != RC_OK)
		return rc;
	if ((why = misfit(r, &t, &f)) != NULL)
		return callback_failed(r, why);
	http_cookie_set(r, "flow", "", 0);
	set_cookies(r, &t);
	return http_redirect(r, f.to);
}

/* Whatever fails here, the browser has forgotten the tokens. logout_uri is what Cognito calls
 * the address to come back to; others pass over it (RP-Initiated Logout 1.0, 2). */
static enum rc
sign_out_post(struct req *r)
{
	struct arena *a = r->arena;
	const char *token = http_cookie(r, "refresh"), *home, *body;
	struct provider_meta m;
	int status;

	forget_cookies(r);
	if (provider_meta(r, &m) != RC_OK)
		return http_redirect(r, "/");
	if (token != NULL && m.revocation != NULL)
		(void)provider_post(r, &m, m.revocation, arena_fmt(a, "token=%s",
		    net_escape(a, token)), &status, &body);
	if (m.end_session == NULL)
		return http_redirect(r, "/");
	home = net_escape(a, arena_fmt(a, "%s/", r->conf->event_url));
	return http_redirect(r, arena_fmt(a, "%s%cclient_id=%s&post_logout_redirect_uri=%s%s%s",
	    m.end_session, joint(m.end_session), net_escape(a, r->conf->client_id), home,
	    attend(r)->provider.foreign != NULL ? "&logout_uri=" : "",
	    attend(r)->provider.foreign != NULL ? home : ""));
}

const struct route sign_in_routes[] = {
	ROUTE_IN(GET, "/sign-in", sign_in_get, PAGE, ANYONE, sign_in_in, sign_in_params),
	ROUTE_IN(GET, "/callback", callback_get, PAGE, ANYONE, callback_in, callback_params),
	ROUTE(POST, "/sign-out", sign_out_post, PAGE, ANYONE),
	ROUTE_END
};
