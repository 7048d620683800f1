#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* jwt_claims.h - what a token must say, and where it says who somebody is: the part of checking
 * that differs from one identity provider to another. */
#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "web/identity.h"

struct arena;
struct conf;
struct json;

/* Texts must outlive the verifier. A claim is named by a path: dots lead inward, but a member whose
 * whole name is the path goes first; "" names none. */
struct jwt_rules {
	const char *jwks;                /* file with the JWK set */
	const char *issuer, *audience;
	bool email_trusted;      /* an address counts unless email_verified is false */
	bool foreign;                    /* a provider of another make: all that follows counts */
	const char *typ;                 /* of access tokens: "at+jwt", "JWT" or "any" (none too) */
	const char *in_audience;         /* claim that holds the audience */
	const char *use;                 /* "CLAIM=TEXT" that access tokens have, or "" */
	const char *name, *email, *session, *role, *standing;    /* claims */
	const char *viewer, *operator, *owner;   /* words in the claim role */
	/* Called by a request thread, holding no lock, when a kid is unknown: true once there may be
	 * other keys. NULL: none. A verifier with it opens without a file of keys too. */
	bool (*unknown_kid)(void *);
	void *arg;
};

/* The rules for conf->issuer. RC_CONFIG: they would let ID tokens pass as access tokens, or
 * cannot be read; *ret_error says which setting and what to do. */
[[nodiscard]] enum rc jwt_rules_read(struct jwt_rules *ret, const struct conf *,
    const char **ret_error);

/* Whether the typ of a header (NULL: none) is that of an access token, or of an ID token. */
bool jwt_typ_is_access(const struct jwt_rules *, const char *typ);
bool jwt_typ_is_id(const struct jwt_rules *, const char *typ);
bool jwt_typ_is_event(const struct jwt_rules *, const char *typ);     /* RFC 8417 2.3 */

/* iss, audience and iat: all that a security event token has of these. */
bool jwt_event_fits(const struct jwt_rules *, struct arena *, const struct json *claims,
    const char *audience, int64_t now_s);

/* iss, exp, nbf, iat, sub, and the audience in the claim in_audience. */
bool jwt_claims_fit(const struct jwt_rules *, struct arena *, const struct json *claims,
    const char *in_audience, const char *audience, int64_t now_s);

/* The claim that tells access tokens from others has the right text. */
bool jwt_use_fits(const struct jwt_rules *, struct arena *, const struct json *claims);

/* Who it is; the texts are those of the claims. */
struct identity jwt_identity(const struct jwt_rules *, struct arena *, const struct json *claims);

/* A claim by its path, or NULL. */
const struct json *jwt_claim(struct arena *, const struct json *claims, const char *path);
const char *jwt_claim_text(struct arena *, const struct json *claims, const char *path);

/* Whether the value of email_verified says yes: true, or "true" as Cognito spells it. */
bool jwt_says_yes(const struct json *);
