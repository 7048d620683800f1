#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* provider_fetch.h - discovery document (OpenID Connect Discovery 1.0, RFC 8414) and keys of an
 * identity provider of another make: fetched over https, checked, kept as two files
 *	FOLDER/openid-configuration.json    FOLDER/jwks.json
 * so that who needs them does not depend on the provider being there. */
#include <stdbool.h>

#include "base/rc.h"

struct arena;
struct conf;

/* What we need of the document; NULL: the provider has none. All are https. */
struct provider_meta {
	const char *authorization, *token, *jwks, *userinfo, *revocation, *end_session;
	bool sends_iss;                  /* answers of /authorize name the issuer (RFC 9207) */
	bool basic, post, none;          /* how clients may prove themselves at the token endpoint */
};

/* The folder of conf->issuer below conf->provider_cache, or, when that is empty, below the
 * folder "provider" beside the database db. Each issuer has its own: keys of one are never
 * taken for another's. */
const char *provider_folder(struct arena *, const struct conf *, const char *db);
const char *provider_jwks_path(struct arena *, const char *folder);

/* Checks a document: it is of this issuer, exactly, and has all that sign-in needs. RC_CONFIG:
 * *ret_why says what is wrong. */
[[nodiscard]] enum rc provider_meta_parse(struct arena *, const char *s, const char *issuer,
    struct provider_meta *ret, const char **ret_why);

/* Fetches both, checks both, and only then writes what has changed, each file by rename. *stop ends
 * it early. RC_IO or RC_CONFIG: nothing was written, *ret_why (in the arena) is a line for the log. */
[[nodiscard]] enum rc provider_fetch(struct arena *, const struct conf *, const char *folder,
    const _Atomic bool *stop, const char **ret_why);

/* What the files say. RC_NOTFOUND: they are not there, or not of this issuer. */
[[nodiscard]] enum rc provider_read(struct arena *, const struct conf *, const char *folder,
    struct provider_meta *ret);
