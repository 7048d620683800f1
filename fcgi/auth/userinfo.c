/* SPDX-License-Identifier: Apache-2.0 */
/* userinfo.c - GET and POST /userinfo: whom an access token speaks of (OpenID Connect Core 5.3).
 *
 * The token comes in the Authorization header and nowhere else (RFC 6750 2.1); a body is not
 * read. What is told is what the token's scope allows, as it is now and not as it was when the
 * token was signed. Errors are those of RFC 6750 3.1; a request without a token is told the
 * scheme and nothing more. */
#include "auth.h"
#include "oauth_client.h"
#include "query.h"
#include "scope.h"
#include "web/json.h"
#include "web/jwt.h"

static enum rc
refuse(struct req *r, int status, const char *error, const char *why)
{
	http_header(r, "WWW-Authenticate", arena_fmt(r->arena,
	    "Bearer realm=\"userinfo\", error=\"%s\", error_description=\"%s\"", error, why));
	return oauth_error(r, status, error, why);
}

static enum rc
put_person(struct req *r, const struct identity *who, const struct userinfo_by_subject *person)
{
	struct buf *o = &r->body_out;

	r->type_out = "application/json";
	json_open(o, NULL, '{');
	json_put_text(o, "sub", who->subject);
	if (list_has(who->scope, SCOPE_PROFILE))
		json_put_text(o, "name", person->name);
	if (list_has(who->scope, SCOPE_EMAIL)) {
		json_put_text(o, "email", person->email);
		json_put_bool(o, "email_verified", true);
	}
	json_close(o, '}');
	return RC_OK;
}

static enum rc
userinfo(struct req *r)
{
	const char *token = identity_bearer(r->authorization);
	struct userinfo_by_subject person;
	struct identity who;
	enum rc rc;

	if (token == NULL) {
		http_header(r, "WWW-Authenticate", "Bearer realm=\"userinfo\"");
		return oauth_error(r, 401, "invalid_request", "no bearer token");
	}
	if (jwt_access(auth(r)->verifier, r->arena, token, auth_now(), &who) != RC_OK)
		return refuse(r, 401, "invalid_token", "not a token of ours, or run out");
	if (who.role == ROLE_CLIENT || who.scope == NULL || !list_has(who.scope, SCOPE_OPENID))
		return refuse(r, 403, "insufficient_scope", "the token has not the scope openid");
	rc = q_userinfo_by_subject(r->db, r->arena, who.subject, &person);
	if (rc == RC_NOTFOUND)
		return refuse(r, 401, "invalid_token", "there is no such account any more");
	return rc == RC_OK ? put_person(r, &who, &person) : rc;
}

const struct route userinfo_routes[] = {
	ROUTE(GET, "/userinfo", userinfo, OPEN, ANYONE),
	ROUTE(POST, "/userinfo", userinfo, OPEN, ANYONE),
	ROUTE_END
};
