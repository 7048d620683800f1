#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* t_jwt.h - for tests of tokens: a verifier, two keys, tokens by hand. @K: our kid; @G: good claims. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "web/json.h"
#include "web/jwt.h"
#include "web/jwt_keys.h"

#define GOOD "\"iss\":\"http://auth.test\",\"aud\":\"chulcheck\",\"sub\":\"u1\",\"exp\":2000"
#define REST "\"typ\":\"at+jwt\",\"kid\":\"@K\""
#define RS "{\"alg\":\"RS256\","

struct fixture {
	char folder[32];
	const char *keys, *jwks, *kid, *n, *set;
	struct arena a;
	struct rsa *ours, *other;
	struct jwt_verifier *verifier;
	int refused, passed;
};

/* Header and claims, encoded. */
static const char *
unsigned_part(struct fixture *f, const char *header, const char *body)
{
	struct buf o[2] = { { .arena = &f->a }, { .arena = &f->a } };
	const char *text[] = { header, body }, *p;

	for (int i = 0; i < 2; i++)
		for (p = text[i]; *p != '\0'; p++)
			if (strncmp(p, "@K", 2) == 0 || strncmp(p, "@G", 2) == 0)
				buf_str(&o[i], *++p == 'K' ? f->kid : GOOD);
			else
				buf_mem(&o[i], p, 1);
	return arena_fmt(&f->a, "%s.%s", base64url_encode(&f->a, o[0].s, o[0].len),
	    base64url_encode(&f->a, o[1].s, o[1].len));
}

static const char *
token(struct fixture *f, const struct rsa *key, const char *header, const char *body)
{
	const char *text = unsigned_part(f, header, body);
	uint8_t *sig = NULL;
	size_t len = 0;

	CHECK(rsa_sign(key, &f->a, text, strlen(text), &sig, &len) == RC_OK && len == 256);
	return arena_fmt(&f->a, "%s.%s", text, base64url_encode(&f->a, sig, len));
}

/* Twice: the second time it could be in the cache. */
static void
expect(struct fixture *f, const char *name, const char *text, enum rc want)
{
	struct identity who;
	int i, before = t_failed;

	for (i = 0; i < 2; i++)
		CHECK(jwt_access(f->verifier, &f->a, text, 1000, &who) == want);
	if (t_failed > before)
		printf("# %s: %.200s\n", name, text);
	*(want == RC_OK ? &f->passed : &f->refused) += 1;
}
#define refuse(f, name, text) expect(f, name, text, RC_UNAUTH)

static void
open_all(struct fixture *f)
{
	struct jwt_keys k = { .n = 0 };
	struct json *set = NULL;

	arena_init(&f->a, 256 << 20);
	f->keys = mkdtemp(f->folder);
	f->jwks = arena_fmt(&f->a, "%s/jwks.json", f->keys);
	CHECK(jwt_keys_create(f->keys, f->jwks, NULL) == RC_OK);
	CHECK(jwt_verifier_open(&f->verifier, f->jwks, "http://auth.test", "chulcheck", NULL) == RC_OK);
	CHECK(jwt_keys_read(&k, f->keys, NULL) == RC_OK && k.n == 1);
	f->ours = k.key[0].rsa;
	f->kid = arena_str(&f->a, k.key[0].kid);
	f->set = jwt_keys_set(&k, &f->a);
	CHECK(json_parse(&f->a, f->set, strlen(f->set), &set) == RC_OK);
	f->n = json_text(&json_get(set, "keys")->items[0], "n");
	CHECK(rsa_create(&f->other) == RC_OK);
}

static void
close_all(struct fixture *f)
{
	CHECK(unlink(arena_fmt(&f->a, "%s/%s.pem", f->keys, f->kid)) == 0 && unlink(f->jwks) == 0 &&
	    unlink(arena_fmt(&f->a, "%s/.lock", f->keys)) == 0 && rmdir(f->keys) == 0);
	rsa_free(f->ours), rsa_free(f->other);
	jwt_verifier_close(f->verifier);
	arena_free(&f->a);
}
