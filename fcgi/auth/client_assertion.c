/* SPDX-License-Identifier: Apache-2.0 */
/* client_assertion.c - private_key_jwt: a client proves itself with a token that it signed
 * (RFC 7523 2.2 and 3, OpenID Connect Core 9).
 *
 *	client_assertion_type   urn:ietf:params:oauth:client-assertion-type:jwt-bearer
 *	client_assertion        JWS, RS256, by one of the keys that are registered for the client
 *
 * Its claims: iss and sub are the client, aud is our issuer or our token endpoint, exp is at most
 * ten minutes ahead, jti is one that this client has not used. The jti is kept, as a hash, until
 * the assertion has run out. All faults look the same from outside. */
#include <string.h>

#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "db/writer.h"
#include "oauth_client.h"
#include "query.h"
#include "web/json.h"
#include "web/jwks.h"
#include "web/jwt.h"

enum { AHEAD_S = 600, LEEWAY_S = 60, JTI_MAX = 255, AUDIENCES_MAX = 8 };

static const char jwt_bearer[] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

static bool
is(const char *s, const char *want)
{
	return s != NULL && strcmp(s, want) == 0;
}

/* We have two names as an audience: the issuer and the token endpoint. */
static bool
is_us(struct req *r, const struct json *aud)
{
	return aud->type == JSON_STRING && (strcmp(aud->s, r->conf->auth_url) == 0 ||
	    strcmp(aud->s, arena_fmt(r->arena, "%s/token", r->conf->auth_url)) == 0);
}

static bool
is_for_us(struct req *r, const struct json *aud)
{
	size_t i;

	if (aud == NULL || aud->type != JSON_ARRAY)
		return aud != NULL && is_us(r, aud);
	for (i = 0; i < aud->n && i < AUDIENCES_MAX; i++)
		if (is_us(r, &aud->items[i]))
			return true;
	return false;
}

/* An optional time that must not lie ahead. */
static bool
is_past(const struct json *claims, const char *name, int64_t now)
{
	int64_t at;

	return json_get(claims, name) == NULL ||
	    (json_int(claims, name, &at) && at <= now + LEEWAY_S);
}

static bool
claims_fit(struct req *r, const struct json *claims, const char *client_id)
{
	const char *jti = json_text(claims, "jti");
	int64_t now = auth_now(), exp;

	return is(json_text(claims, "iss"), client_id) && is(json_text(claims, "sub"), client_id) &&
	    is_for_us(r, json_get(claims, "aud")) && json_int(claims, "exp", &exp) && now < exp &&
	    exp <= now + AHEAD_S && is_past(claims, "nbf", now) && is_past(claims, "iat", now) &&
	    jti != NULL && *jti != '\0' && strlen(jti) <= JTI_MAX;
}

struct use {
	const char *jti_hash;
	int64_t expires_at;
};

static enum rc
use_run(struct db *db, struct arena *a, void *arg)
{
	const struct use *u = arg;
	enum rc rc = q_assertion_clean(db, a, auth_now(), NULL);

	return rc == RC_OK ? q_assertion_add(db, a, u->jti_hash, u->expires_at, NULL) : rc;
}

static enum rc
use_once(struct req *r, const struct json *claims, const char *client_id)
{
	struct use u = { .jti_hash = crypto_sha256_text(r->arena, arena_fmt(r->arena, "%s\n%s",
	    client_id, json_text(claims, "jti"))) };
	enum rc rc;

	(void)json_int(claims, "exp", &u.expires_at);
	rc = writer_run(r->writer, r->arena, use_run, &u);
	return rc == RC_CONFLICT ? RC_CREDENTIALS : rc;
}

enum rc
client_assertion(struct req *r, const struct client_proof *form, struct client_by_id *ret)
{
	const struct json *claims;
	struct jwks keys;
	const char *id;
	enum rc rc;

	if (form->assertion == NULL || form->assertion_type == NULL)
		return RC_INVALID;
	if (strcmp(form->assertion_type, jwt_bearer) != 0 ||
	    (claims = jwt_peek(r->arena, form->assertion)) == NULL ||
	    (id = json_text(claims, "sub")) == NULL ||
	    (form->client_id != NULL && strcmp(form->client_id, id) != 0))
		return RC_CREDENTIALS;
	rc = q_client_by_id(r->db, r->arena, id, ret);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_CREDENTIALS : rc;
	/* Keys are costly to read: only for claims that fit, and with a place among those who hash. */
	if (ret->jwks[0] == '\0' || !claims_fit(r, claims, ret->id))
		return RC_CREDENTIALS;
	if ((rc = gate_enter(&auth(r)->hashing, HASH_WAIT_MS)) != RC_OK)
		return rc;
	rc = jwks_parse(&keys, ret->jwks, strlen(ret->jwks), false);
	if (rc == RC_OK) {
		rc = jwt_by_keys(&keys, r->arena, form->assertion, &claims);
		jwks_free(&keys);
	}
	gate_leave(&auth(r)->hashing);
	if (rc != RC_OK)
		return RC_CREDENTIALS;
	return use_once(r, claims, ret->id);
}
