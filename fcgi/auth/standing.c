/* SPDX-License-Identifier: Apache-2.0 */
/* standing.c - what the shop says of the bearer of a customer's token, for the event host of a shop
 * whose customers sign in with another identity provider.
 *
 *	GET /v1/standing  bearer: an access token of the settings' issuer
 *	200 {"standing": "verified" | "no_purchase" | "not_registered", "name", "email"}
 *
 * Such a token is good for this one question and for nothing else on this host. When it has no
 * e-mail, the provider is asked for it (userinfo), and only a proven one of the same subject
 * counts; a provider that cannot be asked is 502, a shop 503: neither looks like an answer. */
#include <string.h>
#include <strings.h>

#include "auth.h"
#include "base/conf.h"
#include "base/str.h"
#include "shop.h"
#include "web/issuer.h"
#include "web/json.h"
#include "web/jwt.h"
#include "web/jwt_claims.h"

static const char *
bearer(const struct req *r)
{
	static const char scheme[] = "Bearer ";
	const char *s = r->authorization;

	if (s == NULL || strncasecmp(s, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	s += sizeof(scheme) - 1;
	return s + strspn(s, " ");
}

/* Name and e-mail from the provider itself. */
static enum rc
complete(struct req *r, const char *token, struct identity *who)
{
	const struct conf *conf = r->conf;
	struct json *info;
	const char *sub;
	enum rc rc;

	if ((rc = issuer_userinfo(auth(r)->issuer, r->arena, token, &info)) != RC_OK)
		return rc;
	sub = json_text(info, "sub");
	if (sub == NULL || strcmp(sub, who->subject) != 0)
		return RC_IO;
	if (jwt_says_yes(json_get(info, "email_verified")))
		who->email = jwt_claim_text(r->arena, info, conf->claim_email);
	if (who->name == NULL)
		who->name = jwt_claim_text(r->arena, info, conf->claim_name);
	return RC_OK;
}

static enum rc
standing_get(struct req *r)
{
	struct jwt_verifier *verifier = auth(r)->issuer != NULL ?
	    issuer_verifier(auth(r)->issuer) : auth(r)->verifier;
	enum standing standing = STANDING_NOT_REGISTERED;
	const char *token = bearer(r);
	struct buf *o = &r->body_out;
	struct identity who;
	enum rc rc;

	if (token == NULL)
		return RC_UNAUTH;
	if ((rc = jwt_access(verifier, r->arena, token, auth_now(), &who)) != RC_OK)
		return rc;
	if (who.role == ROLE_CLIENT)
		return RC_DENIED;
	if (who.email == NULL && auth(r)->issuer != NULL &&
	    (rc = complete(r, token, &who)) != RC_OK)
		return rc;
	/* Without a proven address nobody is known to the shop. */
	if (who.email != NULL && !str_email(who.email))
		who.email = NULL;
	if (who.email != NULL)
		who.email = str_lower(r->arena, who.email);
	if (who.email != NULL &&
	    (rc = shop_standing(auth(r)->shop, r->arena, who.email, &standing)) != RC_OK)
		return rc;
	r->type_out = "application/json";
	json_open(o, NULL, '{');
	json_put_text(o, "standing", standing_word(standing));
	json_put_text(o, "name", who.name);
	json_put_text(o, "email", who.email);
	json_close(o, '}');
	return RC_OK;
}

/* ANYONE: who it is, is found out here, by rules that hold for this route alone. */
const struct route standing_routes[] = {
	ROUTE(GET, "/v1/standing", standing_get, API, ANYONE),
	ROUTE_END
};
