/* SPDX-License-Identifier: Apache-2.0 */
/* t_jwt_forgery.c - tokens that say what a good one says, signed or spelled otherwise: with the
 * public key as a secret, by another key, with numbers that are equal modulo n, with base64url that
 * is not the one spelling; and sets with keys on which signatures can be forged. */
#include "base/encode.h"
#include "t.h"
#include "t_jwt.h"
#include "web/jwks.h"

/* Signs a text and returns the 256 bytes. */
static uint8_t *
signature(struct fixture *f, const struct rsa *key, const char *text)
{
	uint8_t *sig = NULL;
	size_t len = 0;

	CHECK(rsa_sign(key, &f->a, text, strlen(text), &sig, &len) == RC_OK && len == 256);
	return sig;
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* HMAC with what everybody can know: the public key in any of its forms. */
static void
symmetric(struct fixture *f)
{
	static const char *const algs[] = { "HS256", "HS384", "HS512", "RS256", "none" };
	const char *secrets[] = { f->n, f->set, f->kid, "", "AQAB", "secret" };
	uint8_t *raw, mac[SHA256_LEN];
	size_t i, j, len;
	const char *text;

	CHECK(base64url_decode(&f->a, f->n, strlen(f->n), &raw, &len) && len == 256);
	for (i = 0; i < sizeof(algs) / sizeof(algs[0]); i++) {
		text = unsigned_part(f, arena_fmt(&f->a, "{\"alg\":\"%s\"," REST "}", algs[i]), "{@G}");
		for (j = 0; j < sizeof(secrets) / sizeof(secrets[0]); j++) {
			crypto_hmac((const uint8_t *)secrets[j], strlen(secrets[j]), text, strlen(text), mac);
			refuse(f, "HMAC", arena_fmt(&f->a, "%s.%s", text, base64url_encode(&f->a, mac, sizeof(mac))));
		}
		crypto_hmac(raw, len, text, strlen(text), mac);
		refuse(f, "HMAC with n", arena_fmt(&f->a, "%s.%s", text,
		    base64url_encode(&f->a, mac, sizeof(mac))));
		refuse(f, "no signature", arena_fmt(&f->a, "%s.", text));
		refuse(f, "two parts", text);
	}
}

/* s + n, as long as it fits into 256 bytes or one more: the same number modulo n. */
static void
malleated(struct fixture *f, const char *text, const uint8_t *sig)
{
	uint8_t *n, sum[257];
	unsigned carry = 0;
	size_t len;
	int i;

	CHECK(base64url_decode(&f->a, f->n, strlen(f->n), &n, &len) && len == 256);
	for (i = 255; i >= 0; i--) {
		carry += (unsigned)sig[i] + n[i];
		sum[i + 1] = (uint8_t)carry;
		carry >>= 8;
	}
	sum[0] = (uint8_t)carry;
	refuse(f, "s + n", arena_fmt(&f->a, "%s.%s", text, base64url_encode(&f->a, sum + 1, 256)));
	refuse(f, "s + n in 257 bytes", arena_fmt(&f->a, "%s.%s", text, base64url_encode(&f->a, sum, 257)));
	sum[0] = 0;
	memcpy(sum + 1, sig, 256);
	refuse(f, "a zero before s", arena_fmt(&f->a, "%s.%s", text, base64url_encode(&f->a, sum, 257)));
	memcpy(sum, sig, 256);
	sum[256] = 0;
	refuse(f, "a zero after s", arena_fmt(&f->a, "%s.%s", text, base64url_encode(&f->a, sum, 257)));
}

static void
signatures(struct fixture *f)
{
	const char *text = unsigned_part(f, RS REST "}", "{@G}");
	const char *other = unsigned_part(f, RS REST "}", "{@G,\"role\":\"owner\"}"), *attacker;
	static const size_t lengths[] = { 0, 1, 32, 64, 128, 255, 257, 384, 512 };
	uint8_t *sig = signature(f, f->ours, text), bent[512] = { 0 };
	size_t i, e_len, n_len;
	uint8_t *e, *n;

#define REFUSE(name, bytes, size) refuse(f, name, arena_fmt(&f->a, "%s.%s", text, \
	base64url_encode(&f->a, bytes, size)))
	expect(f, "good", arena_fmt(&f->a, "%s.%s", text, base64url_encode(&f->a, sig, 256)), RC_OK);
	REFUSE("of another token", signature(f, f->ours, other), 256);
	REFUSE("of another key", signature(f, f->other, text), 256);
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memset(bent, 0, sizeof(bent));
		REFUSE("zeros", bent, lengths[i]);
		memset(bent, 0xff, sizeof(bent));
		REFUSE("ones", bent, lengths[i]);
		memset(bent, 0, sizeof(bent));
		memcpy(bent, sig, lengths[i] < 256 ? lengths[i] : 256);
		REFUSE("cut or longer", bent, lengths[i]);
	}
	memset(bent, 0, 256);
	bent[255] = 1;
	REFUSE("s = 1", bent, 256);
	CHECK(base64url_decode(&f->a, f->n, strlen(f->n), &n, &n_len));
	REFUSE("s = n", n, 256);
	n[255]--;
	REFUSE("s = n - 1", n, 256);
	for (i = 0; i < 256; i += 15) {
		memcpy(bent, sig, 256);
		bent[i] ^= 1;
		REFUSE("one bit", bent, 256);
	}
	malleated(f, text, sig);
#undef REFUSE
	/* The attacker's key comes along in the header. */
	rsa_parts(f->other, &f->a, &n, &n_len, &e, &e_len);
	attacker = arena_fmt(&f->a, "{\"kty\":\"RSA\",\"alg\":\"RS256\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"AQAB\"}",
	    f->kid, base64url_encode(&f->a, n, n_len));
	refuse(f, "jwk", token(f, f->other, arena_fmt(&f->a, RS REST ",\"jwk\":%s}", attacker), "{@G}"));
	refuse(f, "jwk, no kid", token(f, f->other, arena_fmt(&f->a, RS "\"typ\":\"at+jwt\",\"jwk\":%s}",
	    attacker), "{@G}"));
	refuse(f, "x5c", token(f, f->other, RS REST ",\"x5c\":[\"MIIB\"]}", "{@G}"));
	refuse(f, "jku", token(f, f->other, RS REST ",\"jku\":\"http://127.0.0.1:9/j\"}", "{@G}"));
	refuse(f, "x5u", token(f, f->other, RS REST ",\"x5u\":\"http://127.0.0.1:9/x\"}", "{@G}"));
}

/* The same bytes spelled otherwise. Parts are made to need a last character with unused bits. */
static void
spelling(struct fixture *f)
{
	static const char *const odd[] = { " ", "\n", "\r\n", "\t", "=", "==", "%3D", "%20", ".", "+", "/",
	    "\xc2\xa0", "\"", ",", "\xef\xbb\xbf" };
	const char *pad[] = { "", " ", "  " }, *t, *dots[4];
	struct arena *a = &f->a;
	size_t i, j, k;
	char *bent, *c;

	/* One to three lengths of header and claims reach 0, 2 and 4 unused bits in each. */
	for (i = 0; i < 3; i++) {
		t = token(f, f->ours, arena_fmt(a, RS REST "%s}", pad[i]), arena_fmt(a, "{@G%s}", pad[i]));
		expect(f, "good with spaces", t, RC_OK);
		for (j = 0; t[j] != '\0'; j++) {
			if (t[j + 1] != '.' && t[j + 1] != '\0')
				continue;
			for (k = 0; k < 64; k++) {
				bent = arena_str(a, t);
				bent[j] = alphabet[k];
				if (bent[j] != t[j])
					refuse(f, "last character of a part", bent);
			}
		}
	}
	t = token(f, f->ours, RS REST "}", "{@G}");
	dots[0] = t;
	dots[1] = strchr(t, '.');
	dots[2] = strrchr(t, '.');
	dots[3] = t + strlen(t);
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		for (j = 0; j < 4; j++) {
			k = (size_t)(dots[j] - t);
			refuse(f, "odd before", arena_fmt(a, "%.*s%s%s", (int)k, t, odd[i], t + k));
			if (j < 3)
				refuse(f, "odd inside", arena_fmt(a, "%.*s%s%s", (int)k + 5, t, odd[i], t + k + 5));
			if (j == 1 || j == 2)
				refuse(f, "odd after the dot", arena_fmt(a, "%.*s.%s%s", (int)k, t, odd[i], t + k + 1));
		}
	bent = arena_str(a, t);
	for (i = 0, c = bent; *c != '\0'; c++)
		if (*c == '-' || *c == '_') {
			*c = *c == '-' ? '+' : '/';
			i++;
		}
	CHECK(i > 0);
	refuse(f, "+ and / for - and _", bent);
	for (i = 0; t[i] != '\0'; i++) {
		bent = arena_str(a, t);
		bent[i] = bent[i] == 'A' ? 'B' : 'A';
		refuse(f, "one character", bent);
	}
}

/* Keys that no set may bring: a low exponent, on which padding can be forged, or a short modulus. */
static void
weak_keys(struct fixture *f)
{
	static const char *const exponents[] = { "AQ", "Ag", "Aw", "BQ", "EQ", "AQE", "AQAA", "AQAC", "AA", "",
	    "AQABAQABAQABAQAB" };
	const char *path = arena_fmt(&f->a, "%s/weak.json", f->keys);
	struct jwks k = { .n = 0 };
	uint8_t *n;
	size_t i, len;
	FILE *file;

	CHECK(base64url_decode(&f->a, f->n, strlen(f->n), &n, &len));
	for (i = 0; i < sizeof(exponents) / sizeof(exponents[0]) + 3; i++) {
		bool low = i < sizeof(exponents) / sizeof(exponents[0]);
		size_t odd = i - sizeof(exponents) / sizeof(exponents[0]);

		file = fopen(path, "w");
		CHECK(file != NULL);
		/* 1024 and 2040 bits; and one that is even. */
		fprintf(file, "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"kid\":\"w\",\"n\":\"%s\",\"e\":\"%s\"}]}",
		    low ? f->n : odd == 0 ? base64url_encode(&f->a, n + 128, 128) : odd == 1 ?
		    base64url_encode(&f->a, n + 1, 255) : base64url_encode(&f->a, n, 257),
		    low ? exponents[i] : "AQAB");
		CHECK(fclose(file) == 0);
		CHECK(jwks_read(&k, path) == RC_CONFIG);
		if (k.n > 0)
			printf("# taken: %s\n", low ? exponents[i] : "a short modulus");
		jwks_free(&k);
		f->refused++;
	}
	file = fopen(path, "w");
	CHECK(file != NULL && fprintf(file, "%s", f->set) > 0 && fclose(file) == 0);
	CHECK(jwks_read(&k, path) == RC_OK);
	jwks_free(&k);
	unlink(path);
}

int
main(void)
{
	struct fixture f = { .folder = "/tmp/t_jwt.XXXXXX" };

	open_all(&f);
	if (t_failed > 0)
		return DONE();
	symmetric(&f);
	signatures(&f);
	spelling(&f);
	weak_keys(&f);
	expect(&f, "good, after all", token(&f, f.ours, RS REST "}", "{@G}"), RC_OK);
	printf("# %d refused, %d good\n", f.refused, f.passed);
	CHECK(f.refused > 1000 && f.passed > 4);
	close_all(&f);
	return DONE();
}
