/* SPDX-License-Identifier: Apache-2.0 */
/* jwks.c - a JWK set from a file: the public keys of the identity provider.
 *
 * A provider may publish keys for other uses and algorithms beside, so what is not an RSA key
 * that signs with RS256 is passed over, and so is a second key of one kid. */
#include "web/jwks.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/file.h"
#include "web/json.h"

enum { KID_MAX = 128, MEMORY = 8 << 20 };

void
jwks_free(struct jwks *k)
{
	while (k->n > 0) {
		k->n--;
		free(k->key[k->n].kid);
		rsa_free(k->key[k->n].rsa);
	}
}

const struct rsa *
jwks_find(const struct jwks *k, const char *kid)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (strcmp(k->key[i].kid, kid) == 0)
			return k->key[i].rsa;
	return NULL;
}

/* Adds a JWK if it is one that signs with RS256: a provider may publish others beside. named: a
 * key without a kid is none of use. */
static void
add(struct jwks *k, struct arena *a, const struct json *jwk, bool named)
{
	const char *kty = json_text(jwk, "kty"), *kid = json_text(jwk, "kid");
	const char *use = json_text(jwk, "use"), *alg = json_text(jwk, "alg");
	const char *n = json_text(jwk, "n"), *e = json_text(jwk, "e");
	size_t n_len, e_len;
	uint8_t *n_raw, *e_raw;

	if (kty == NULL || strcmp(kty, "RSA") != 0 || (use != NULL && strcmp(use, "sig") != 0) ||
	    (alg != NULL && strcmp(alg, "RS256") != 0))
		return;
	if (kid == NULL && !named)
		kid = "";
	if (kid == NULL || (*kid == '\0' && named) || strlen(kid) > KID_MAX ||
	    jwks_find(k, kid) != NULL || n == NULL || e == NULL || k->n == JWKS_MAX)
		return;
	if (!base64url_decode(a, n, strlen(n), &n_raw, &n_len) ||
	    !base64url_decode(a, e, strlen(e), &e_raw, &e_len) ||
	    rsa_public(&k->key[k->n].rsa, n_raw, n_len, e_raw, e_len) != RC_OK)
		return;
	if ((k->key[k->n].kid = strdup(kid)) == NULL)
		abort();
	k->n++;
}

enum rc
jwks_parse(struct jwks *ret, const char *s, size_t len, bool named)
{
	const struct json *list = NULL;
	struct jwks k = { .n = 0 };
	struct json *set;
	struct arena a;
	size_t i;

	if (len > JWKS_TEXT_MAX)
		return RC_CONFIG;
	arena_init(&a, MEMORY);
	if (json_parse(&a, s, len, &set) == RC_OK)
		list = json_get(set, "keys");
	if (list != NULL && list->type == JSON_ARRAY)
		for (i = 0; i < list->n; i++)
			add(&k, &a, &list->items[i], named);
	arena_free(&a);
	if (k.n == 0)
		return RC_CONFIG;
	*ret = k;
	return RC_OK;
}

enum rc
jwks_read(struct jwks *ret, const char *path)
{
	enum rc rc = RC_CONFIG;
	const char *s;
	struct arena a;

	arena_init(&a, MEMORY);
	if ((s = file_read(&a, path, JWKS_TEXT_MAX)) != NULL)
		rc = jwks_parse(ret, s, strlen(s), true);
	arena_free(&a);
	return rc;
}
