/* SPDX-License-Identifier: Apache-2.0 */
/* t_crypto.c - published vectors, strict decoding, and RSA keys from making to verifying. */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "t.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
#define DD10 "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
#define CD10 "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"

static bool
is_hex(const uint8_t *p, size_t len, const char *hex)
{
	static const char digit[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++)
		if (hex[2 * i] != digit[p[i] >> 4] || hex[2 * i + 1] != digit[p[i] & 15])
			return false;
	return hex[2 * len] == '\0';
}

static void
digests(void)
{
	/* FIPS 180-4 examples, RFC 6234. */
	static const struct { const char *s, *hex; } sha[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	/* RFC 4231, cases 1, 2, 3, 4, 6, 7. A key of NULL: key_len bytes of key_byte. */
	static const char big[] = "This is a test using a larger than block-size key and a larger "
	    "than block-size data. The key needs to be hashed before being used by the HMAC "
	    "algorithm.";
	static const struct {
		const char *key;
		int key_byte;
		size_t key_len;
		const char *s, *hex;
	} mac[] = {
		{ NULL, 0x0b, 20, "Hi There",
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ "Jefe", 0, 4, "what do ya want for nothing?",
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ NULL, 0xaa, 20, DD10 DD10 DD10 DD10 DD10,
		  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
		{ "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12"
		  "\x13\x14\x15\x16\x17\x18\x19", 0, 25, CD10 CD10 CD10 CD10 CD10,
		  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
		{ NULL, 0xaa, 131, "Test Using Larger Than Block-Size Key - Hash Key First",
		  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
		{ NULL, 0xaa, 131, big,
		  "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
		{ "", 0, 0, "",
		  "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
	};
	uint8_t out[SHA256_LEN], key[131];
	size_t i;

	for (i = 0; i < COUNT(sha); i++) {
		crypto_sha256(sha[i].s, strlen(sha[i].s), out);
		CHECK(is_hex(out, sizeof(out), sha[i].hex));
	}
	for (i = 0; i < COUNT(mac); i++) {
		memset(key, mac[i].key_byte, sizeof(key));
		if (mac[i].key != NULL)
			memcpy(key, mac[i].key, mac[i].key_len);
		crypto_hmac(key, mac[i].key_len, mac[i].s, strlen(mac[i].s), out);
		CHECK(is_hex(out, sizeof(out), mac[i].hex));
	}
	crypto_hmac(NULL, 0, "", 0, out);
	CHECK(is_hex(out, sizeof(out), mac[COUNT(mac) - 1].hex));
}

/* Each byte at each place of a group, and of both short ends. */
static void
every_letter(struct arena *a)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static const size_t lens[] = { 4, 8, 6, 7 };
	size_t i, at, len;
	uint8_t *data;
	char text[8];
	bool valid;
	int c;

	for (i = 0; i < COUNT(lens); i++)
		for (at = 0; at < lens[i]; at++)
			for (c = 0; c < 256; c++) {
				memset(text, 'A', sizeof(text));
				text[at] = (char)c;
				valid = c != 0 && strchr(letters, c) != NULL;
				/* The last letter of a short end must leave no bit over. */
				if (valid && lens[i] % 4 != 0 && at == lens[i] - 1)
					valid = (strchr(letters, c) - letters) % (lens[i] % 4 == 2 ? 16 : 4) == 0;
				CHECK(base64url_decode(a, text, lens[i], &data, &len) == valid);
				if (valid)
					CHECK(memcmp(base64url_encode(a, data, len), text, lens[i]) == 0);
			}
}

static void
encodings(struct arena *a)
{
	/* RFC 4648 10, RFC 7515 C; and what "+" and "/" became. */
	static const struct { const char *data; size_t len; const char *text; } same[] = {
		{ "", 0, "" }, { "f", 1, "Zg" }, { "fo", 2, "Zm8" }, { "foo", 3, "Zm9v" },
		{ "foob", 4, "Zm9vYg" }, { "fooba", 5, "Zm9vYmE" }, { "foobar", 6, "Zm9vYmFy" },
		{ "\x03\xec\xff\xe0\xc1", 5, "A-z_4ME" }, { "\xff\xff\xff", 3, "____" },
		{ "\0\0\0\0", 4, "AAAAAA" },
	};
	static const char *const bad[] = {
		"Zg==", "Zg=", "Zm8=", "Zm9vYg==", "=", "A", "AAAAA", "A+z/", "A+zA", "A/zA", "Zh",
		"Zm9", "Zm9vYh", "AB", "AAB", "Zm 9", "Zm9v\n", " Zm9v", "Zm9v ", "Zm.v",
		"Zm\x80v", "Z*==",
	};
	static const struct { const char *data; size_t len; const char *text; } base32[] = {
		{ "", 0, "" }, { "\xff", 1, "ZW" }, { "\0\0\0\0\0", 5, "0000-0000" },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10, "ZZZZ-ZZZZ-ZZZZ-ZZZZ" },
		{ "\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf", 10, "0123-4567-89AB-CDEF" },
		{ "\x84\x65\x3a\x56\xd7\xc6\x75\xbe\x77\xdf", 10, "GHJK-MNPQ-RSTV-WXYZ" },
		{ "\x12\x34", 2, "28T0" }, { "\x12\x34\x56", 3, "28T5-C" },
	};
	size_t i, len;
	uint8_t *data, *none = (uint8_t *)1;

	for (i = 0; i < COUNT(same); i++) {
		CHECK(strcmp(base64url_encode(a, same[i].data, same[i].len), same[i].text) == 0);
		CHECK(base64url_decode(a, same[i].text, strlen(same[i].text), &data, &len));
		CHECK(len == same[i].len && memcmp(data, same[i].data, len) == 0 && data[len] == 0);
	}
	for (i = 0; i < COUNT(bad); i++) {
		data = none, len = 42;
		CHECK(!base64url_decode(a, bad[i], strlen(bad[i]), &data, &len));
		CHECK(data == none && len == 42);
	}
	every_letter(a);
	CHECK(!base64url_decode(a, "Zm\0v", 4, &data, &len));
	CHECK(base64url_decode(a, "Zm9v.rest", 4, &data, &len) && len == 3);
	for (i = 0; i < COUNT(base32); i++)
		CHECK(strcmp(base32_groups(a, (const uint8_t *)base32[i].data, base32[i].len),
		    base32[i].text) == 0);
	CHECK(strcmp(crypto_sha256_text(a, "abc"),
	    "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0") == 0);
}

static void
randoms(struct arena *a)
{
	const char *one = crypto_token(a), *two = crypto_token(a);
	uint8_t r[1024] = { 0 }, seen = 0;
	size_t i;

	CHECK(strlen(one) == 43 && strlen(two) == 43 && strcmp(one, two) != 0);
	crypto_random(r, sizeof(r));
	for (i = sizeof(r) - 16; i < sizeof(r); i++)
		seen |= r[i];
	CHECK(seen != 0);
	CHECK(crypto_equal("abc", "abd", 2) && !crypto_equal("abc", "abd", 3));
	CHECK(crypto_equal("", "x", 0));
	crypto_wipe(r, sizeof(r));
	for (seen = 0, i = 0; i < sizeof(r); i++)
		seen |= r[i];
	CHECK(seen == 0);
}

/* RFC 7515 A.2. */
static const char rfc_n[] =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4q"
    "PCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL"
    "-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9"
    "kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
static const char rfc_input[] =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog"
    "Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
static const char rfc_sig[] =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4B"
    "h-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xB"
    "ArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ"
    "1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

static void
published(struct arena *a)
{
	uint8_t *n, *sig, e[] = { 1, 0, 1 }, padded[257] = { 0 };
	size_t n_len, sig_len;
	struct rsa *key = NULL;

	CHECK(base64url_decode(a, rfc_n, strlen(rfc_n), &n, &n_len) && n_len == 256);
	CHECK(base64url_decode(a, rfc_sig, strlen(rfc_sig), &sig, &sig_len) && sig_len == 256);
	CHECK(rsa_public(&key, n, n_len, e, sizeof(e)) == RC_OK);
	CHECK(rsa_verify(key, rfc_input, strlen(rfc_input), sig, sig_len));
	CHECK(!rsa_verify(key, rfc_input, strlen(rfc_input) - 1, sig, sig_len));
	key = rsa_free(key);
	CHECK(key == NULL && rsa_free(NULL) == NULL);

	/* Not keys, or not good enough: no key is made. */
	CHECK(rsa_public(&key, n, 255, e, sizeof(e)) == RC_CONFIG);
	CHECK(rsa_public(&key, n + 1, 255, e, sizeof(e)) == RC_CONFIG);
	CHECK(rsa_public(&key, n, 0, e, sizeof(e)) == RC_CONFIG);
	CHECK(rsa_public(&key, n, n_len, e, 0) == RC_CONFIG);
	CHECK(rsa_public(&key, n, n_len, e, 1) == RC_CONFIG);                  /* e = 1 */
	CHECK(rsa_public(&key, n, n_len, (uint8_t []){ 0 }, 1) == RC_CONFIG);
	CHECK(rsa_public(&key, n, n_len, (uint8_t []){ 4 }, 1) == RC_CONFIG);
	memcpy(padded + 1, n, 256);                                   /* a leading zero is fine */
	CHECK(rsa_public(&key, padded, 257, e, sizeof(e)) == RC_OK);
	key = rsa_free(key);
	padded[1] &= 0x7f;                                                     /* 2047 bits */
	CHECK(rsa_public(&key, padded, 257, e, sizeof(e)) == RC_CONFIG);
	n[255] ^= 1;                                                           /* even */
	CHECK(rsa_public(&key, n, n_len, e, sizeof(e)) == RC_CONFIG);
	CHECK(key == NULL);
}

struct work { const struct rsa *key; const uint8_t *sig; size_t sig_len; bool ok; };

static void *
verify(void *arg)
{
	struct work *w = arg;
	uint8_t bad[512];
	int i;

	memcpy(bad, w->sig, w->sig_len);
	bad[9] ^= 4;
	w->ok = true;
	for (i = 0; i < 300; i++)
		w->ok = w->ok && rsa_verify(w->key, "message", 7, w->sig, w->sig_len) &&
		    !rsa_verify(w->key, "message", 7, bad, w->sig_len);
	return NULL;
}

static void
threads(const struct rsa *key, const uint8_t *sig, size_t sig_len)
{
	struct work work[4];
	pthread_t t[4];
	int i;

	for (i = 0; i < 4; i++) {
		work[i] = (struct work){ key, sig, sig_len, false };
		CHECK(pthread_create(&t[i], NULL, verify, &work[i]) == 0);
	}
	for (i = 0; i < 4; i++)
		CHECK(pthread_join(t[i], NULL) == 0 && work[i].ok);
}

static void
own_keys(struct arena *a)
{
	struct rsa *key = NULL, *public = NULL, *other = NULL;
	size_t n_len, e_len, sig_len = 0, len, i;
	uint8_t *n, *e, *sig = NULL, *again;

	CHECK(rsa_create(&key) == RC_OK && rsa_create(&other) == RC_OK);
	rsa_parts(key, a, &n, &n_len, &e, &e_len);
	CHECK(n_len == 256 && (n[0] & 0x80) && e_len == 3 && memcmp(e, "\1\0\1", 3) == 0);
	CHECK(rsa_public(&public, n, n_len, e, e_len) == RC_OK);
	CHECK(rsa_sign(key, a, "message", 7, &sig, &sig_len) == RC_OK && sig_len == 256);
	CHECK(rsa_sign(key, a, "message", 7, &again, &len) == RC_OK && len == sig_len &&
	    memcmp(sig, again, len) == 0);
	CHECK(rsa_sign(public, a, "message", 7, &again, &len) == RC_CONFIG);
	CHECK(rsa_verify(key, "message", 7, sig, sig_len));
	CHECK(rsa_verify(public, "message", 7, sig, sig_len));
	CHECK(!rsa_verify(other, "message", 7, sig, sig_len));
	CHECK(!rsa_verify(public, "messagf", 7, sig, sig_len));
	CHECK(!rsa_verify(public, "message", 6, sig, sig_len));
	CHECK(!rsa_verify(public, "message", 7, sig, sig_len - 1));
	CHECK(!rsa_verify(public, "message", 7, sig, 0));
	for (i = 0; i < sig_len; i += 17) {
		sig[i] ^= (uint8_t)(1 << i % 8);
		CHECK(!rsa_verify(public, "message", 7, sig, sig_len));
		sig[i] ^= (uint8_t)(1 << i % 8);
	}
	again = arena_grow(a, sig, sig_len, sig_len + 1);
	CHECK(!rsa_verify(public, "message", 7, again, sig_len + 1));
	memset(again, 0, sig_len);
	CHECK(!rsa_verify(public, "message", 7, again, sig_len));
	memset(again, 0xff, sig_len);
	CHECK(!rsa_verify(public, "message", 7, again, sig_len));
	CHECK(rsa_verify(public, "message", 7, sig, sig_len));
	threads(public, sig, sig_len);
	(void)rsa_free(key), (void)rsa_free(public), (void)rsa_free(other);
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void
files(struct arena *a)
{
	char folder[] = "/tmp/t_crypto.XXXXXX", head[28] = { 0 };
	struct rsa *key = NULL, *back = NULL, *public = NULL, *none = NULL;
	size_t n_len, m_len, e_len, sig_len;
	uint8_t *n, *m, *e, *sig;
	struct stat st;
	char *path;
	FILE *f;

	CHECK(mkdtemp(folder) != NULL);
	path = arena_fmt(a, "%s/key.pem", folder);
	CHECK(rsa_read(&none, path) == RC_NOTFOUND);
	CHECK(rsa_create(&key) == RC_OK);
	(void)umask(0);
	CHECK(rsa_write(key, path) == RC_OK);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK((f = fopen(path, "re")) != NULL && fread(head, 27, 1, f) == 1 && fclose(f) == 0);
	CHECK(strcmp(head, "-----BEGIN PRIVATE KEY-----") == 0);
	CHECK(rsa_write(key, path) == RC_CONFLICT);
	CHECK(rsa_read(&back, path) == RC_OK);
	rsa_parts(key, a, &n, &n_len, &e, &e_len);
	rsa_parts(back, a, &m, &m_len, &e, &e_len);
	CHECK(n_len == m_len && memcmp(n, m, n_len) == 0);
	CHECK(rsa_sign(back, a, "x", 1, &sig, &sig_len) == RC_OK);
	CHECK(rsa_verify(key, "x", 1, sig, sig_len));
	CHECK(rsa_public(&public, n, n_len, e, e_len) == RC_OK);
	CHECK(unlink(path) == 0);

	CHECK(rsa_write(public, path) == RC_IO && access(path, F_OK) != 0);
	CHECK(rsa_write(key, arena_fmt(a, "%s/none/key.pem", folder)) == RC_IO);
	put(path, "");
	CHECK(rsa_read(&none, path) == RC_CONFIG);
	put(path, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
	CHECK(rsa_read(&none, path) == RC_CONFIG);
	/* An Ed25519 key (RFC 8410 10.3). */
	put(path, "-----BEGIN PRIVATE KEY-----\n"
	    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
	    "-----END PRIVATE KEY-----\n");
	CHECK(rsa_read(&none, path) == RC_CONFIG);
	CHECK(none == NULL);
	CHECK(unlink(path) == 0 && rmdir(folder) == 0);
	(void)rsa_free(key), (void)rsa_free(back), (void)rsa_free(public);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Chi-square of 64 counts: 63 degrees of freedom, over 140 once in 10^7. */
static bool
is_even(const int64_t count[64], int64_t total)
{
	double want = (double)total / 64, sum = 0;
	int i;

	for (i = 0; i < 64; i++)
		sum += ((double)count[i] - want) * ((double)count[i] - want) / want;
	return sum < 140;
}

/* SEC-30: 10^5 tokens, no two the same, every character as often as any other at each place. The
 * last one has only four bits. */
static void
many_tokens(void)
{
	enum { TOKENS = 100000, LEN = 43 };
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static int64_t at[LEN - 1][64], all[64];
	static char tokens[TOKENS][LEN + 1];
	struct arena a;
	int i, j, c, same = 0, wrong = 0;

	arena_init(&a, 1 << 20);
	for (i = 0; i < TOKENS; i++) {
		memcpy(tokens[i], crypto_token(&a), LEN + 1);
		wrong += strspn(tokens[i], alphabet) != LEN || tokens[i][LEN] != '\0';
		for (j = 0; j < LEN - 1 && wrong == 0; j++) {
			c = (int)(strchr(alphabet, tokens[i][j]) - alphabet);
			at[j][c]++;
			all[c]++;
		}
		arena_reset(&a);
	}
	CHECK(wrong == 0);
	for (j = 0; j < LEN - 1; j++)
		CHECK(is_even(at[j], TOKENS));
	CHECK(is_even(all, (int64_t)TOKENS * (LEN - 1)));
	qsort(tokens, TOKENS, sizeof(tokens[0]), by_text);
	for (i = 1; i < TOKENS; i++)
		same += strcmp(tokens[i - 1], tokens[i]) == 0;
	CHECK(same == 0);
	arena_free(&a);
}

int
main(void)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	digests();
	encodings(&a);
	randoms(&a);
	published(&a);
	own_keys(&a);
	files(&a);
	arena_free(&a);
	many_tokens();
	return DONE();
}
