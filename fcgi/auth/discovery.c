/* SPDX-License-Identifier: Apache-2.0 */
/* discovery.c - what clients may know of us: OpenID Connect Discovery 1.0 (also RFC 8414), and
 * the public keys (RFC 7517). Nothing is listed that is not there. */
#include "auth.h"
#include "base/conf.h"
#include "scope.h"
#include "web/json.h"
#include "web/jwt.h"

static void
put_list(struct buf *o, const char *name, const char *const *words)
{
	json_open(o, name, '[');
	for (; *words != NULL; words++)
		json_put_text(o, NULL, *words);
	json_close(o, ']');
}
#define LIST(o, name, ...) put_list(o, name, (const char *const []){ __VA_ARGS__, NULL })

static void
put_url(struct req *r, const char *name, const char *path)
{
	json_put_text(&r->body_out, name, arena_fmt(r->arena, "%s%s", r->conf->auth_url, path));
}

static enum rc
configuration_get(struct req *r)
{
	struct buf *o = &r->body_out;

	r->type_out = "application/json";
	json_open(o, NULL, '{');
	put_url(r, "issuer", "");
	put_url(r, "authorization_endpoint", "/authorize");
	put_url(r, "token_endpoint", "/token");
	put_url(r, "userinfo_endpoint", "/userinfo");
	put_url(r, "revocation_endpoint", "/revoke");
	put_url(r, "end_session_endpoint", "/sign-out");
	put_url(r, "jwks_uri", "/jwks.json");
	LIST(o, "response_types_supported", "code");
	LIST(o, "response_modes_supported", "query");
	LIST(o, "grant_types_supported", "authorization_code", "refresh_token",
	    "client_credentials");
	LIST(o, "scopes_supported", SCOPE_OPENID, SCOPE_PROFILE, SCOPE_EMAIL, SCOPE_VERIFICATIONS);
	LIST(o, "subject_types_supported", "public");
	LIST(o, "id_token_signing_alg_values_supported", "RS256");
	LIST(o, "token_endpoint_auth_methods_supported", "client_secret_basic",
	    "client_secret_post", "private_key_jwt", "none");
	LIST(o, "token_endpoint_auth_signing_alg_values_supported", "RS256");
	LIST(o, "revocation_endpoint_auth_methods_supported", "client_secret_basic",
	    "client_secret_post", "private_key_jwt", "none");
	LIST(o, "revocation_endpoint_auth_signing_alg_values_supported", "RS256");
	LIST(o, "code_challenge_methods_supported", "S256");
	LIST(o, "prompt_values_supported", "none", "login", "select_account");
	LIST(o, "claim_types_supported", "normal");
	LIST(o, "claims_supported", "iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "sid", "amr",
	    "name", "email", "email_verified");
	LIST(o, "ui_locales_supported", "ko", "en");
	json_put_bool(o, "authorization_response_iss_parameter_supported", true);
	json_put_bool(o, "claims_parameter_supported", false);
	json_put_bool(o, "request_parameter_supported", false);
	json_put_bool(o, "request_uri_parameter_supported", false);
	json_close(o, '}');
	return RC_OK;
}

static enum rc
jwks_get(struct req *r)
{
	r->type_out = "application/json";
	buf_str(&r->body_out, jwt_jwks(auth(r)->signer, r->arena));
	return RC_OK;
}

const struct route discovery_routes[] = {
	ROUTE(GET, "/.well-known/openid-configuration", configuration_get, OPEN, ANYONE),
	ROUTE(GET, "/jwks.json", jwks_get, OPEN, ANYONE),
	ROUTE_END
};
