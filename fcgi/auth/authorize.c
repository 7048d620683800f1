/* SPDX-License-Identifier: Apache-2.0 */
/* authorize.c - GET /authorize: a browser comes from a client and goes back with a code.
 *
 * Authorization code flow of OpenID Connect Core 3.1 with PKCE, S256 only (RFC 7636, RFC 9700).
 * The client and its one redirect address are checked first, character by character; until they
 * fit, what is wrong is shown here. After that errors go back to the client (RFC 6749
 * 4.1.2.1), each answer with iss (RFC 9207). Clients are our own programs, so nobody is asked
 * for consent. */
#include <string.h>

#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/net.h"
#include "db/writer.h"
#include "oauth_client.h"
#include "query.h"
#include "session.h"

enum { CODE_S = 60, CODE_KEPT_S = 86400, CHALLENGE_LEN = 43 };
static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct authorize_in {
	const char *response_type, *client_id, *redirect_uri, *scope, *state, *nonce,
	    *code_challenge, *code_challenge_method, *response_mode, *prompt, *max_age, *request,
	    *request_uri;
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
	return http_redirect(r, url);
}

/* What is wrong with a request of a known client, as an error of RFC 6749 or OpenID Connect, or
 * NULL. What we do not do is refused, not passed over. */
static const char *
fault(const struct authorize_in *in)
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
	if (given(in->scope) && !scope_has(in->scope, "openid"))
		return "invalid_scope";
	if (!is(in->code_challenge_method, "S256") || !given(in->code_challenge) ||
	    strlen(in->code_challenge) != CHALLENGE_LEN ||
	    in->code_challenge[strspn(in->code_challenge, base64url)] != '\0')
		return "invalid_request";
	if ((given(in->prompt) && !is(in->prompt, "none")) || given(in->max_age))
		return "invalid_request";
	return NULL;
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
	    now + CODE_S, NULL);
}

static enum rc
authorize_get(struct req *r)
{
	const struct authorize_in *in = r->in;
	struct code c = { .r = r, .in = in, .code = crypto_token(r->arena) };
	struct client_by_id client;
	const char *error;
	enum rc rc;

	r->bad = "client_id";
	if (!given(in->client_id))
		return RC_INVALID;
	rc = q_client_by_id(r->db, r->arena, in->client_id, &client);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_INVALID : rc;
	r->bad = "redirect_uri";
	if (!given(in->redirect_uri) || strcmp(in->redirect_uri, client.redirect_uri) != 0)
		return RC_INVALID;
	r->bad = NULL;
	if ((error = fault(in)) != NULL)
		return answer(r, in, "error", error);
	if (r->who == NULL)
		return is(in->prompt, "none") ? answer(r, in, "error", "login_required") :
		    session_ask(r);
	rc = writer_run(r->writer, r->arena, code_run, &c);
	return rc == RC_OK ? answer(r, in, "code", c.code) : rc;
}

const struct route authorize_routes[] = {
	ROUTE_IN(GET, "/authorize", authorize_get, PAGE, ANYONE, authorize_in, authorize_params),
	ROUTE_END
};
