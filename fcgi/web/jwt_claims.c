/* SPDX-License-Identifier: Apache-2.0 */
/* jwt_claims.c - the claims of a token whose signature is good: is it meant for us, and who is it?
 *
 * Our own provider has fixed names. Of another one the settings say where things stand; what
 * must hold of every token (issuer, audience, times, a subject) is the same for all. */
#include "web/jwt_claims.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/conf.h"
#include "web/json.h"

enum { AUDIENCES_MAX = 8, SUBJECT_MAX = 255, LEEWAY_S = 60, ROLES_MAX = 1000 };

enum rc
jwt_rules_read(struct jwt_rules *ret, const struct conf *c, const char **ret_error)
{
	const char *eq = strchr(c->claim_use, '=');

	*ret = (struct jwt_rules){
		.issuer = c->issuer, .audience = c->audience, .foreign = true,
		.typ = c->token_typ, .in_audience = c->claim_audience, .use = c->claim_use,
		.name = c->claim_name, .email = c->claim_email,
		.email_trusted = strcmp(c->email_trusted, "yes") == 0, .session = c->claim_session,
		.role = c->claim_role, .standing = c->claim_standing,
		.viewer = c->role_viewer, .operator = c->role_operator, .owner = c->role_owner,
	};
	if (*c->claim_use != '\0' && (eq == NULL || eq == c->claim_use || eq[1] == '\0'))
		*ret_error = "claim_use: write CLAIM=TEXT, such as token_use=access";
	else if (strcasecmp(c->token_typ, "at+jwt") != 0 && strcasecmp(c->token_typ, "JWT") != 0 &&
	    strcmp(c->token_typ, "any") != 0)
		*ret_error = "token_typ: write at+jwt, JWT or any";
	else if (*c->claim_audience == '\0' || *c->audience == '\0')
		*ret_error = "audience, claim_audience: access tokens must name us; say where and how";
	else if (strcasecmp(c->token_typ, "at+jwt") != 0 && *c->claim_use == '\0' &&
	    (strcmp(c->claim_audience, "aud") != 0 || strcmp(c->audience, c->client_id) == 0))
		*ret_error = "claim_use: without it, and with this token_typ, claim_audience and "
		    "audience, ID tokens would pass as access tokens; set it, such as "
		    "token_use=access (Cognito) or typ=Bearer (Keycloak)";
	else
		return RC_OK;
	return RC_CONFIG;
}

/* RFC 7515 4.1.9: "application/" may stand before it; letters compare without case. */
static bool
is_type(const char *typ, const char *want)
{
	static const char prefix[] = "application/";

	if (typ != NULL && strncasecmp(typ, prefix, sizeof(prefix) - 1) == 0)
		typ += sizeof(prefix) - 1;
	return typ != NULL && strcasecmp(typ, want) == 0;
}

bool
jwt_typ_is_access(const struct jwt_rules *rules, const char *typ)
{
	if (!rules->foreign)
		return is_type(typ, "at+jwt");
	if (strcmp(rules->typ, "any") == 0)
		return typ == NULL || is_type(typ, "JWT") || is_type(typ, "at+jwt");
	return is_type(typ, rules->typ);
}

bool
jwt_typ_is_id(const struct jwt_rules *rules, const char *typ)
{
	return is_type(typ, "JWT") || (rules->foreign && typ == NULL);
}

bool
jwt_typ_is_event(const struct jwt_rules *rules, const char *typ)
{
	(void)rules;
	return is_type(typ, "secevent+jwt");
}

const struct json *
jwt_claim(struct arena *a, const struct json *claims, const char *path)
{
	const struct json *found;
	const char *dot;

	for (; claims != NULL && *path != '\0'; path = dot + 1) {
		if ((found = json_get(claims, path)) != NULL || (dot = strchr(path, '.')) == NULL)
			return found;
		claims = json_get(claims, arena_strn(a, path, (size_t)(dot - path)));
	}
	return NULL;
}

const char *
jwt_claim_text(struct arena *a, const struct json *claims, const char *path)
{
	const struct json *found = jwt_claim(a, claims, path);

	return found != NULL && found->type == JSON_STRING && *found->s != '\0' ? found->s : NULL;
}

bool
jwt_says_yes(const struct json *v)
{
	return v != NULL && ((v->type == JSON_BOOL && v->i != 0) ||
	    (v->type == JSON_STRING && strcmp(v->s, "true") == 0));
}

/* One text, or an array of texts that has ours in it. */
static bool
is_audience(const struct json *aud, const char *want)
{
	bool found = false;
	size_t i;

	if (aud == NULL)
		return false;
	if (aud->type == JSON_STRING)
		return strcmp(aud->s, want) == 0;
	if (aud->type != JSON_ARRAY || aud->n > AUDIENCES_MAX)
		return false;
	for (i = 0; i < aud->n; i++) {
		if (aud->items[i].type != JSON_STRING)
			return false;
		found = found || strcmp(aud->items[i].s, want) == 0;
	}
	return found;
}

/* An optional time that must not lie ahead. */
static bool
is_past(const struct json *claims, const char *name, int64_t now_s)
{
	int64_t at;

	return json_get(claims, name) == NULL ||
	    (json_int(claims, name, &at) && at <= now_s + LEEWAY_S);
}

bool
jwt_claims_fit(const struct jwt_rules *rules, struct arena *a, const struct json *claims,
    const char *in_audience, const char *audience, int64_t now_s)
{
	const char *iss = json_text(claims, "iss"), *sub = json_text(claims, "sub");
	int64_t exp;

	return iss != NULL && strcmp(iss, rules->issuer) == 0 &&
	    is_audience(jwt_claim(a, claims, in_audience), audience) &&
	    json_int(claims, "exp", &exp) && now_s < exp &&
	    is_past(claims, "nbf", now_s) && is_past(claims, "iat", now_s) &&
	    sub != NULL && *sub != '\0' && strlen(sub) <= SUBJECT_MAX;
}

bool
jwt_event_fits(const struct jwt_rules *rules, struct arena *a, const struct json *claims,
    const char *audience, int64_t now_s)
{
	const char *iss = json_text(claims, "iss");

	return iss != NULL && strcmp(iss, rules->issuer) == 0 &&
	    is_audience(jwt_claim(a, claims, "aud"), audience) &&
	    json_get(claims, "iat") != NULL && is_past(claims, "iat", now_s) &&
	    json_get(claims, "events") != NULL;
}

bool
jwt_use_fits(const struct jwt_rules *rules, struct arena *a, const struct json *claims)
{
	const char *eq, *got;

	if (!rules->foreign || *rules->use == '\0')
		return true;
	eq = strchr(rules->use, '=');
	got = jwt_claim_text(a, claims, arena_strn(a, rules->use, (size_t)(eq - rules->use)));
	return got != NULL && strcmp(got, eq + 1) == 0;
}

static enum role
role_of_word(const struct jwt_rules *rules, const char *word)
{
	if (*word == '\0')
		return ROLE_CUSTOMER;
	return strcmp(word, rules->owner) == 0 ? ROLE_OWNER :
	    strcmp(word, rules->operator) == 0 ? ROLE_OPERATOR :
	    strcmp(word, rules->viewer) == 0 ? ROLE_VIEWER : ROLE_CUSTOMER;
}

/* One word or a list of them, of which the greatest counts. Never ROLE_CLIENT. */
static enum role
role_of(const struct jwt_rules *rules, struct arena *a, const struct json *claims)
{
	const struct json *role = jwt_claim(a, claims, rules->role);
	enum role best = ROLE_CUSTOMER, one;
	size_t i;

	if (role == NULL)
		return ROLE_CUSTOMER;
	if (role->type == JSON_STRING)
		return role_of_word(rules, role->s);
	for (i = 0; role->type == JSON_ARRAY && i < role->n && i < ROLES_MAX; i++) {
		if (role->items[i].type != JSON_STRING)
			continue;
		one = role_of_word(rules, role->items[i].s);
		best = one > best ? one : best;
	}
	return best;
}

/* Another provider's. A name that it does not tell stays NULL: a subject is no name. */
static struct identity
foreign_identity(const struct jwt_rules *rules, struct arena *a, const struct json *claims)
{
	const struct json *proven = json_get(claims, "email_verified");
	struct identity who = {
		.issuer = rules->issuer,
		.subject = json_text(claims, "sub"),
		.name = jwt_claim_text(a, claims, rules->name),
		.email = jwt_claim_text(a, claims, rules->email),
		.client_id = json_text(claims, "client_id"),
		.scope = json_text(claims, "scope"),
		.session = jwt_claim_text(a, claims, rules->session),
		.role = role_of(rules, a, claims),
		.standing = standing_parse(jwt_claim_text(a, claims, rules->standing)),
	};

	/* Where anybody can write any address into his profile, only a proven one says who he is. */
	if (proven != NULL ? !jwt_says_yes(proven) : !rules->email_trusted)
		who.email = NULL;
	if (who.client_id == NULL)
		who.client_id = json_text(claims, "azp");
	return who;
}

static struct identity
own_identity(const struct jwt_rules *rules, const struct json *claims)
{
	const struct json *proven = json_get(claims, "email_verified");
	struct identity who = {
		.issuer = rules->issuer,
		.subject = json_text(claims, "sub"),
		.name = json_text(claims, "name"),
		.email = json_text(claims, "email"),
		.client_id = json_text(claims, "client_id"),
		.scope = json_text(claims, "scope"),
		.session = json_text(claims, "sid"),
		.role = role_parse(json_text(claims, "role")),
		.standing = standing_parse(json_text(claims, "standing")),
	};

	if (who.email != NULL && (*who.email == '\0' ||
	    (proven != NULL && (proven->type != JSON_BOOL || proven->i == 0))))
		who.email = NULL;
	if (who.name == NULL || *who.name == '\0')
		who.name = who.email != NULL ? who.email : who.subject;
	return who;
}

struct identity
jwt_identity(const struct jwt_rules *rules, struct arena *a, const struct json *claims)
{
	struct identity who = rules->foreign ? foreign_identity(rules, a, claims) :
	    own_identity(rules, claims);

	(void)json_int(claims, "exp", &who.expires_at);
	return who;
}
