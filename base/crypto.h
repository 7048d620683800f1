#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.h - digests, random numbers, sealing and RSA: the only file that knows OpenSSL.
 *
 * Keys and secrets stay with the caller; nothing here logs. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct arena;
struct rsa;                                  /* an RSA key, private or public */

enum { SHA256_LEN = 32, SHA1_LEN = 20, SECRET_LEN = 32 };

void crypto_random(void *ret, size_t len);   /* getrandom; aborts if the system has none */
char *crypto_token(struct arena *);          /* 32 random bytes as base64url, 43 characters */
void crypto_sha256(const void *data, size_t len, uint8_t ret[SHA256_LEN]);
char *crypto_sha256_text(struct arena *, const char *s);   /* base64url of SHA-256 of a string */
void crypto_hmac(const uint8_t *key, size_t key_len, const void *data, size_t len,
    uint8_t ret[SHA256_LEN]);                /* HMAC-SHA256, RFC 2104 */
void crypto_hmac_sha1(const uint8_t *key, size_t key_len, const void *data, size_t len,
    uint8_t ret[SHA1_LEN]);                  /* for RFC 4226 only */

/* AES-256-GCM (NIST SP 800-38D) under a secret of at least 32 bytes, as base64url of nonce, data
 * and tag. context says whose it is: what was sealed for one does not open for another. */
char *crypto_seal(struct arena *, const char *secret, const char *context, const void *data,
    size_t len);
bool crypto_open(struct arena *, const char *secret, const char *context, const char *sealed,
    uint8_t **ret, size_t *ret_len);         /* false: not sealed with these; one NUL is added */

bool crypto_equal(const void *, const void *, size_t len); /* in constant time */
void crypto_wipe(void *, size_t len);

/* RSA-2048 keys. PEM files are PKCS#8, written 0600. rsa_free takes NULL and returns NULL. */
[[nodiscard]] enum rc rsa_create(struct rsa **ret);
[[nodiscard]] enum rc rsa_read(struct rsa **ret, const char *pem_path);
[[nodiscard]] enum rc rsa_write(const struct rsa *, const char *pem_path);   /* fails if it exists */
[[nodiscard]] enum rc rsa_public(struct rsa **ret, const uint8_t *n, size_t n_len,
    const uint8_t *e, size_t e_len);         /* big-endian; under 2048 bits or e < 65537: RC_CONFIG */
void rsa_parts(const struct rsa *, struct arena *, uint8_t **ret_n, size_t *ret_n_len,
    uint8_t **ret_e, size_t *ret_e_len);
struct rsa *rsa_free(struct rsa *);

/* RSASSA-PKCS1-v1_5 with SHA-256 (RS256, RFC 7518 3.3). Safe from many threads at once. */
[[nodiscard]] enum rc rsa_sign(const struct rsa *, struct arena *, const void *, size_t len,
    uint8_t **ret, size_t *ret_len);
bool rsa_verify(const struct rsa *, const void *, size_t len, const uint8_t *sig, size_t sig_len);
