/* SPDX-License-Identifier: Apache-2.0 */
/* t_jwks.c - keys as text: a client's JWK set and the assertions that its keys must or must not
 * open; and ID tokens of ours as hints. */
#include "t.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "web/json.h"
#include "web/jwks.h"
#include "web/jwt.h"

#define CLAIMS "{\"iss\":\"c1\",\"sub\":\"c1\"}"

enum { KEYS = 2 };

struct fixture {
	struct arena a;
	struct rsa *rsa[KEYS];
	const char *n[KEYS], *e[KEYS];           /* of their public halves */
};

/* A JWK of a key: kid or NULL, and more members that begin with a comma. */
static const char *
jwk(struct fixture *f, int i, const char *kid, const char *more)
{
	return arena_fmt(&f->a, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s%s%s%s}", f->n[i], f->e[i],
	    kid != NULL ? ",\"kid\":\"" : "", kid != NULL ? kid : "", kid != NULL ? "\"" : "", more);
}

static const char *
set_of(struct fixture *f, const char *one, const char *two)
{
	return arena_fmt(&f->a, "{\"keys\":[%s%s%s]}", one, two != NULL ? "," : "",
	    two != NULL ? two : "");
}

static const char *
sign(struct fixture *f, int i, const char *header, const char *body)
{
	struct arena *a = &f->a;
	const char *text = arena_fmt(a, "%s.%s", base64url_encode(a, header, strlen(header)),
	    base64url_encode(a, body, strlen(body)));
	uint8_t *sig;
	size_t len;

	CHECK(rsa_sign(f->rsa[i], a, text, strlen(text), &sig, &len) == RC_OK);
	return arena_fmt(a, "%s.%s", text, base64url_encode(a, sig, len));
}

static enum rc
parse(struct jwks *ret, const char *text)
{
	return jwks_parse(ret, text, strlen(text), false);
}

static enum rc
opens(struct fixture *f, const char *set, int i, const char *header)
{
	const struct json *c;
	struct jwks keys;
	enum rc rc;

	if (parse(&keys, set) != RC_OK)
		return RC_CONFIG;
	rc = jwt_by_keys(&keys, &f->a, sign(f, i, header, CLAIMS), &c);
	jwks_free(&keys);
	CHECK(rc != RC_OK || strcmp(json_text(c, "sub"), "c1") == 0);
	return rc;
}

static void
sets(struct fixture *f)
{
	static const char *const none[] = {
		"", "x", "[]", "{}", "{\"keys\":[]}", "{\"keys\":{}}", "{\"keys\":[1,null,\"x\",{}]}",
		"{\"keys\":[{\"kty\":\"RSA\"}]}",
		"{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
		"{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\",\"alg\":\"HS256\"}]}",
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}",
	};
	const char *text;
	struct jwks keys;
	char *large = arena_alloc(&f->a, 1, (70 << 10) + 1);
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(parse(&keys, none[i]) == RC_CONFIG);
	CHECK(parse(&keys, set_of(f, jwk(f, 0, NULL, ",\"use\":\"enc\""), NULL)) == RC_CONFIG);
	CHECK(parse(&keys, set_of(f, jwk(f, 0, NULL, ",\"alg\":\"PS256\""), NULL)) == RC_CONFIG);
	memset(large, ' ', 70 << 10);
	CHECK(parse(&keys, large) == RC_CONFIG);
	CHECK(parse(&keys, set_of(f, jwk(f, 0, "a", ""), jwk(f, 1, "a", ""))) == RC_OK);
	CHECK(keys.n == 1);
	jwks_free(&keys);
	text = set_of(f, jwk(f, 0, NULL, ""), NULL);
	CHECK(jwks_parse(&keys, text, strlen(text), true) == RC_CONFIG);
	CHECK(keys.n == 0 && jwks_find(&keys, "a") == NULL);
}

static void
assertions(struct fixture *f)
{
	const char *pair = set_of(f, jwk(f, 0, "a", ",\"use\":\"sig\""), jwk(f, 1, "b", ""));
	const char *one = set_of(f, jwk(f, 0, "a", ""), NULL), *bare = set_of(f, jwk(f, 0, NULL, ""), NULL);

	CHECK(opens(f, pair, 0, "{\"alg\":\"RS256\",\"kid\":\"a\"}") == RC_OK);
	CHECK(opens(f, pair, 1, "{\"alg\":\"RS256\",\"kid\":\"b\",\"typ\":\"JWT\"}") == RC_OK);
	CHECK(opens(f, pair, 1, "{\"alg\":\"RS256\",\"kid\":\"a\"}") == RC_UNAUTH);
	CHECK(opens(f, pair, 0, "{\"alg\":\"RS256\",\"kid\":\"c\"}") == RC_UNAUTH);
	CHECK(opens(f, pair, 0, "{\"alg\":\"RS256\",\"kid\":\"\"}") == RC_UNAUTH);
	CHECK(opens(f, pair, 0, "{\"alg\":\"RS256\"}") == RC_UNAUTH);
	CHECK(opens(f, one, 0, "{\"alg\":\"RS256\"}") == RC_OK);
	CHECK(opens(f, one, 0, "{\"alg\":\"RS256\",\"kid\":\"b\"}") == RC_UNAUTH);
	CHECK(opens(f, one, 1, "{\"alg\":\"RS256\"}") == RC_UNAUTH);
	CHECK(opens(f, bare, 0, "{\"alg\":\"RS256\"}") == RC_OK);
	CHECK(opens(f, bare, 0, "{\"alg\":\"RS256\",\"kid\":\"any\"}") == RC_OK);
	CHECK(opens(f, bare, 1, "{\"alg\":\"RS256\",\"kid\":\"any\"}") == RC_UNAUTH);
	CHECK(opens(f, set_of(f, jwk(f, 0, NULL, ""), jwk(f, 1, "b", "")), 0,
	    "{\"alg\":\"RS256\",\"kid\":\"x\"}") == RC_UNAUTH);
	CHECK(opens(f, one, 0, "{\"alg\":\"none\",\"kid\":\"a\"}") == RC_UNAUTH);
	CHECK(opens(f, one, 0, "{\"alg\":\"HS256\",\"kid\":\"a\"}") == RC_UNAUTH);
	CHECK(opens(f, one, 0, "{\"alg\":\"RS512\",\"kid\":\"a\"}") == RC_UNAUTH);
	CHECK(opens(f, one, 0, "{\"kid\":\"a\"}") == RC_UNAUTH);
	CHECK(opens(f, one, 0, "{\"alg\":\"RS256\",\"kid\":\"a\",\"crit\":[]}") == RC_UNAUTH);
	CHECK(opens(f, one, 0, "{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"a\"}") == RC_UNAUTH);
	CHECK(opens(f, one, 1, arena_fmt(&f->a, "{\"alg\":\"RS256\",\"jwk\":%s}",
	    jwk(f, 1, "a", ""))) == RC_UNAUTH);
}

static void
peeks(struct fixture *f)
{
	static const char *const none[] = { "", ".", "..", "x", "x.y.z", "e30.e30", "e30.e30.A" };
	const char *header = "{\"alg\":\"none\"}", *s;
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(jwt_peek(&f->a, none[i]) == NULL);
	s = sign(f, 0, header, CLAIMS);
	CHECK(jwt_peek(&f->a, s) != NULL && strcmp(json_text(jwt_peek(&f->a, s), "sub"), "c1") == 0);
	CHECK(jwt_peek(&f->a, sign(f, 0, header, "[]")) == NULL);
	CHECK(jwt_peek(&f->a, sign(f, 0, header, "{\"sub\":\"a\",\"sub\":\"b\"}")) == NULL);
}

/* Columns: typ, claims, outcome as a hint. */
static const struct { const char *typ, *claims; enum rc rc; } hints[] = {
	{ "JWT", "{\"iss\":\"i\",\"sub\":\"u1\",\"aud\":\"c1\",\"exp\":2000}", RC_OK },
	{ "JWT", "{\"iss\":\"i\",\"sub\":\"u1\",\"aud\":\"c2\",\"exp\":1}", RC_OK },
	{ "JWT", "{\"iss\":\"i\",\"sub\":\"u1\"}", RC_OK },
	{ "JWT", "{\"iss\":\"j\",\"sub\":\"u1\",\"aud\":\"c1\",\"exp\":2000}", RC_UNAUTH },
	{ "JWT", "{\"sub\":\"u1\",\"aud\":\"c1\",\"exp\":2000}", RC_UNAUTH },
	{ "JWT", "{\"iss\":\"i\",\"aud\":\"c1\",\"exp\":2000}", RC_UNAUTH },
	{ "JWT", "{\"iss\":\"i\",\"sub\":7,\"aud\":\"c1\",\"exp\":2000}", RC_UNAUTH },
	{ "at+jwt", "{\"iss\":\"i\",\"sub\":\"u1\",\"aud\":\"c1\",\"exp\":2000}", RC_UNAUTH },
	{ "secevent+jwt", "{\"iss\":\"i\",\"sub\":\"u1\",\"aud\":\"c1\",\"exp\":2000}", RC_UNAUTH },
};

static void
id_hints(struct fixture *f)
{
	char folder[] = "/tmp/t_jwks.XXXXXX";
	const char *keys, *set, *error = "", *token, *claims = hints[0].claims;
	struct jwt_verifier *v;
	struct jwt_signer *s;
	const struct json *c;
	struct json *own;
	size_t i;

	CHECK(mkdtemp(folder) != NULL);
	keys = arena_fmt(&f->a, "%s/keys", folder);
	set = arena_fmt(&f->a, "%s/set", folder);
	CHECK(jwt_keys_create(keys, set, &error) == RC_OK);
	CHECK(jwt_signer_open(&s, keys, &error) == RC_OK);
	CHECK(jwt_verifier_open(&v, set, "i", "chulcheck", &error) == RC_OK);
	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		CHECK(jwt_sign(s, &f->a, hints[i].typ, hints[i].claims, &token) == RC_OK);
		CHECK(jwt_id_hint(v, &f->a, token, 1000, &c) == hints[i].rc);
	}
	CHECK(json_parse(&f->a, jwt_jwks(s, &f->a), strlen(jwt_jwks(s, &f->a)), &own) == RC_OK);
	token = json_text(&own->items[0].items[0], "kid");
	CHECK(jwt_id_hint(v, &f->a, sign(f, 0, arena_fmt(&f->a, "{\"alg\":\"RS256\",\"typ\":\"JWT\","
	    "\"kid\":\"%s\"}", token), claims), 1000, &c) == RC_UNAUTH);
	CHECK(unlink(arena_fmt(&f->a, "%s/%s.pem", keys, token)) == 0);
	CHECK(unlink(arena_fmt(&f->a, "%s/.lock", keys)) == 0);
	CHECK(unlink(set) == 0 && rmdir(keys) == 0 && rmdir(folder) == 0);
	jwt_signer_close(s);
	jwt_verifier_close(v);
}

int
main(void)
{
	struct fixture f;
	size_t n_len, e_len;
	uint8_t *n, *e;
	int i;

	arena_init(&f.a, 16 << 20);
	for (i = 0; i < KEYS; i++) {
		CHECK(rsa_create(&f.rsa[i]) == RC_OK);
		rsa_parts(f.rsa[i], &f.a, &n, &n_len, &e, &e_len);
		f.n[i] = base64url_encode(&f.a, n, n_len);
		f.e[i] = base64url_encode(&f.a, e, e_len);
	}
	sets(&f);
	assertions(&f);
	peeks(&f);
	id_hints(&f);
	for (i = 0; i < KEYS; i++)
		rsa_free(f.rsa[i]);
	arena_free(&f.a);
	return DONE();
}
