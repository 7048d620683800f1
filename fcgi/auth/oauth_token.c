/* SPDX-License-Identifier: Apache-2.0 */
/* oauth_token.c - the token endpoint (RFC 6749 3.2) and revocation (RFC 7009).
 *
 *	POST /token   grant_type=authorization_code  code, redirect_uri, code_verifier
 *	              grant_type=refresh_token       refresh_token, scope (fewer words than before)
 *	              grant_type=client_credentials  scope=verifications
 *	POST /revoke  token
 *
 * Forms in, JSON out, errors as in RFC 6749 5.2; so the form is read here and not by the
 * dispatcher, whose errors are problem details. A code is good once: a second use ends all that
 * grew out of the first. */
#include <string.h>

#include "auth.h"
#include "base/crypto.h"
#include "base/log.h"
#include "db/writer.h"
#include "oauth_client.h"
#include "query.h"
#include "scope.h"
#include "token.h"
#include "web/json.h"
#include "web/jwt.h"

enum { VERIFIER_MIN = 43, VERIFIER_MAX = 128 };

struct token_in {
	const char *grant_type, *code, *redirect_uri, *code_verifier, *refresh_token, *scope,
	    *token, *client_id, *client_secret, *client_assertion_type, *client_assertion;
};
#define OPTIONAL(name, max) PARAM_LINE(struct token_in, name, 0, max, .optional = true)
static const struct param token_params[] = {
	OPTIONAL(grant_type, 100),
	OPTIONAL(code, 200),
	OPTIONAL(redirect_uri, 2000),
	OPTIONAL(code_verifier, 200),
	OPTIONAL(refresh_token, 200),
	OPTIONAL(scope, 1000),
	OPTIONAL(token, 8000),
	OPTIONAL(client_id, 100),
	OPTIONAL(client_secret, 200),
	OPTIONAL(client_assertion_type, 200),
	OPTIONAL(client_assertion, 8000),
	PARAM_END
};
#undef OPTIONAL

static enum rc
invalid_grant(struct req *r, const char *why)
{
	return oauth_error(r, 400, "invalid_grant", why);
}

/* Fills *ret and *ret_client. False: the reply is made, *ret_rc is its outcome. */
static bool
begin(struct req *r, struct token_in *ret, struct client_by_id *ret_client, enum rc *ret_rc)
{
	const char *bad = NULL;
	struct field *fields;
	size_t n;
	enum rc rc;

	rc = param_form(r->arena, r->body, r->body_len, &fields, &n);
	if (rc == RC_OK)
		rc = param_fill(r->arena, token_params, fields, n, false, ret, &bad);
	if (rc != RC_OK) {
		*ret_rc = oauth_error(r, 400, "invalid_request", bad != NULL ?
		    arena_fmt(r->arena, "bad parameter: %s", bad) : "not a form");
		return false;
	}
	rc = client_authenticate(r, &(struct client_proof){ .client_id = ret->client_id,
	    .client_secret = ret->client_secret, .assertion = ret->client_assertion,
	    .assertion_type = ret->client_assertion_type }, ret_client);
	if (rc == RC_OK)
		return true;
	*ret_rc = oauth_failed(r, rc);
	return false;
}

struct exchange {
	struct req *r;
	const struct token_in *in;
	const char *client_id;
	struct code_by_hash code;
	int64_t signed_in_at;
	struct token_owner owner;
	const char *refresh;
	const char *fault;       /* why not; written down, so it is no rc */
};

static bool
verifier_fits(struct arena *a, const char *verifier, const char *challenge)
{
	const char *hash;
	size_t len = verifier != NULL ? strlen(verifier) : 0;

	if (len < VERIFIER_MIN || len > VERIFIER_MAX)
		return false;
	hash = crypto_sha256_text(a, verifier);
	return strlen(hash) == strlen(challenge) && crypto_equal(hash, challenge, strlen(hash));
}

/* What is wrong with the code as this client brings it, apart from its having been used. */
static const char *
code_fault(const struct exchange *x, struct arena *a, int64_t now)
{
	if (strcmp(x->code.client_id, x->client_id) != 0)
		return "the code is another client's";
	if (x->code.expires_at <= now)
		return "the code is too old";
	if (x->in->redirect_uri == NULL || strcmp(x->in->redirect_uri, x->code.redirect_uri) != 0)
		return "redirect_uri is not the one of the authorization request";
	if (!verifier_fits(a, x->in->code_verifier, x->code.challenge))
		return "code_verifier does not fit";
	return NULL;
}

static enum rc
exchange_run(struct db *db, struct arena *a, void *arg)
{
	struct exchange *x = arg;
	const char *hash = crypto_sha256_text(a, x->in->code);
	struct session_by_sid session;
	int64_t now = auth_now();
	enum rc rc;

	x->fault = "unknown code";
	rc = q_code_by_hash(db, a, hash, &x->code);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	if (x->code.used_at != 0 && strcmp(x->code.client_id, x->client_id) == 0) {
		x->fault = "the code was used before";
		log_warn("authorization code used again: account %s, client %s, what grew out of it is revoked",
		    x->code.subject, x->client_id);
		return q_refresh_revoke_family(db, a, now, hash, NULL);
	}
	if ((x->fault = code_fault(x, a, now)) != NULL)
		return RC_OK;
	rc = q_session_by_sid(db, a, x->code.sid, now, &session);
	if (rc == RC_NOTFOUND) {
		x->fault = "the session has ended";
		return RC_OK;
	}
	if (rc != RC_OK || (rc = q_code_use(db, a, now, hash, NULL)) != RC_OK)
		return rc;
	x->signed_in_at = session.created_at;
	x->owner = (struct token_owner){
		.account_id = x->code.account_id, .subject = x->code.subject, .name = x->code.name,
		.email = x->code.email, .role = x->code.role, .client_id = x->client_id,
		.sid = x->code.sid, .scope = x->code.scope, .strong = session.strong != 0,
	};
	return token_refresh_start(x->r, db, &x->owner, hash, &x->refresh);
}

/* The success answer of all grants; refresh and id may be NULL. */
static enum rc
put_tokens(struct req *r, const char *access, const char *refresh, const char *id,
    const char *scope)
{
	r->type_out = "application/json";
	http_header(r, "Pragma", "no-cache");        /* RFC 6749 5.1 */
	json_open(&r->body_out, NULL, '{');
	token_put(r, access);
	if (refresh != NULL)
		json_put_text(&r->body_out, "refresh_token", refresh);
	if (id != NULL)
		json_put_text(&r->body_out, "id_token", id);
	json_put_text(&r->body_out, "scope", scope);
	json_close(&r->body_out, '}');
	return RC_OK;
}

static enum rc
by_code(struct req *r, const struct token_in *in, const struct client_by_id *client)
{
	struct exchange x = { .r = r, .in = in, .client_id = client->id };
	const char *access, *id;
	enum rc rc;

	if (in->code == NULL)
		return oauth_error(r, 400, "invalid_request", "code is missing");
	if ((rc = writer_run(r->writer, r->arena, exchange_run, &x)) != RC_OK)
		return oauth_failed(r, rc);
	if (x.fault != NULL)
		return invalid_grant(r, x.fault);
	if ((rc = token_access(r, &x.owner, &access)) != RC_OK ||
	    (rc = token_id(r, &x.owner, x.code.nonce, x.signed_in_at, &id)) != RC_OK)
		return rc;
	return put_tokens(r, access, x.refresh, id, x.owner.scope);
}

/* RFC 6749 6: a refresh may ask for less, never for more. Looked at before the token is used up;
 * whatever else is wrong with it is found then. */
static bool
asks_more(struct req *r, const char *client_id, const char *token, const char *scope)
{
	struct refresh_by_hash row;

	return q_refresh_by_hash(r->db, r->arena, crypto_sha256_text(r->arena, token),
	    &row) == RC_OK && strcmp(row.client_id, client_id) == 0 &&
	    !list_within(r->arena, scope, row.scope);
}

static enum rc
by_refresh(struct req *r, const struct token_in *in, const struct client_by_id *client)
{
	struct token_owner owner;
	const char *access, *refresh, *scope;
	enum rc rc;

	scope = in->scope != NULL ? scope_known(r->arena, in->scope) : "";
	if (in->refresh_token == NULL)
		return oauth_error(r, 400, "invalid_request", "refresh_token is missing");
	if (*scope == '\0' && in->scope != NULL && *in->scope != '\0')
		return oauth_error(r, 400, "invalid_scope", "no scope that is known here");
	if (asks_more(r, client->id, in->refresh_token, scope))
		return oauth_error(r, 400, "invalid_scope", "more than was granted before");
	rc = token_refresh(r, client->id, in->refresh_token, &owner, &refresh);
	if (rc == RC_UNAUTH)
		return invalid_grant(r, "not a refresh token of this client, or no longer one");
	if (rc != RC_OK)
		return oauth_failed(r, rc);
	if (*scope != '\0')
		owner.scope = scope;
	if ((rc = token_access(r, &owner, &access)) != RC_OK)
		return rc;
	return put_tokens(r, access, refresh, NULL, owner.scope);
}

static enum rc
by_credentials(struct req *r, const struct token_in *in, const struct client_by_id *client)
{
	const char *access;
	enum rc rc;

	if (client_is_public(client) || !list_has(client->scope, SCOPE_VERIFICATIONS))
		return oauth_error(r, 400, "unauthorized_client", "not a grant for this client");
	if (in->scope != NULL && *in->scope != '\0' && strcmp(in->scope, SCOPE_VERIFICATIONS) != 0)
		return oauth_error(r, 400, "invalid_scope",
		    "the only scope is " SCOPE_VERIFICATIONS);
	if ((rc = token_client(r, client->id, SCOPE_VERIFICATIONS, &access)) != RC_OK)
		return rc;
	return put_tokens(r, access, NULL, NULL, SCOPE_VERIFICATIONS);
}

static enum rc
token_post(struct req *r)
{
	static const struct {
		const char *type;
		enum rc (*run)(struct req *, const struct token_in *, const struct client_by_id *);
	} grants[] = {
		{ "authorization_code", by_code },
		{ "refresh_token", by_refresh },
		{ "client_credentials", by_credentials },
	};
	struct token_in in = { 0 };
	struct client_by_id client;
	enum rc rc;
	size_t i;

	if (!begin(r, &in, &client, &rc))
		return rc;
	if (in.grant_type == NULL || *in.grant_type == '\0')
		return oauth_error(r, 400, "invalid_request", "grant_type is missing");
	for (i = 0; i < sizeof(grants) / sizeof(grants[0]); i++)
		if (strcmp(in.grant_type, grants[i].type) == 0)
			return grants[i].run(r, &in, &client);
	return oauth_error(r, 400, "unsupported_grant_type", "not a grant of this server");
}

/* 200 also for what is no token (RFC 7009 2.2). An access token lives on until it runs out, and who
 * wants to revoke one is told (2.2.1). */
static enum rc
revoke_post(struct req *r)
{
	struct token_in in = { 0 };
	struct client_by_id client;
	enum rc rc;

	if (!begin(r, &in, &client, &rc))
		return rc;
	if (in.token == NULL || *in.token == '\0')
		return oauth_error(r, 400, "invalid_request", "token is missing");
	if (jwt_peek(r->arena, in.token) != NULL)
		return oauth_error(r, 400, "unsupported_token_type",
		    "access tokens run out by themselves, within minutes");
	if ((rc = token_revoke(r, client.id, in.token)) != RC_OK)
		return oauth_failed(r, rc);
	r->type_out = "application/json";
	buf_str(&r->body_out, "{}");
	return RC_OK;
}

const struct route oauth_token_routes[] = {
	ROUTE(POST, "/token", token_post, OPEN, ANYONE),
	ROUTE(POST, "/revoke", revoke_post, OPEN, ANYONE),
	ROUTE_END
};
