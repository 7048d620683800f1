/* SPDX-License-Identifier: Apache-2.0 */
/* crypto.c - OpenSSL 3 behind a few plain functions: EVP only, nothing deprecated.
 *
 * What cannot fail but for lack of memory aborts. What OpenSSL leaves in the thread's error
 * queue after a refusal is removed, because libcurl's TLS looks at the same queue. */
#include "base/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/encode.h"

enum { RSA_BITS = 2048, SEAL_NONCE = 12, SEAL_TAG = 16 };

/* The two contexts are made once and only ever copied: a copy costs less than looking up the
 * algorithms again, and reading them from many threads needs no lock. */
struct rsa {
	EVP_PKEY *key;
	EVP_PKEY_CTX *verify;
};

static void
must(bool ok)
{
	if (!ok)
		abort();
}

void
crypto_random(void *ret, size_t len)
{
	uint8_t *p = ret;
	ssize_t n;

	while (len > 0) {
		n = getrandom(p, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		must(n > 0);
		p += n;
		len -= (size_t)n;
	}
}

char *
crypto_token(struct arena *a)
{
	uint8_t secret[SECRET_LEN];
	char *token;

	crypto_random(secret, sizeof(secret));
	token = base64url_encode(a, secret, sizeof(secret));
	crypto_wipe(secret, sizeof(secret));
	return token;
}

/* Looked up once: each search in OpenSSL's tables takes a lock that all threads share. */
static struct {
	EVP_MD *sha256;
	EVP_MAC_CTX *hmac_sha256;        /* without a key; only ever copied */
} known;

static void
look_up(void)
{
	OSSL_PARAM digest[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char []){ "SHA256" }, 0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	known.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	must(hmac != NULL && known.sha256 != NULL);
	known.hmac_sha256 = EVP_MAC_CTX_new(hmac);
	must(known.hmac_sha256 != NULL && EVP_MAC_CTX_set_params(known.hmac_sha256, digest) == 1);
	EVP_MAC_free(hmac);
}

static void
know(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, look_up);
}

void
crypto_sha256(const void *data, size_t len, uint8_t ret[SHA256_LEN])
{
	know();
	must(EVP_Digest(data, len, ret, NULL, known.sha256, NULL) == 1);
}

char *
crypto_sha256_text(struct arena *a, const char *s)
{
	uint8_t digest[SHA256_LEN];

	crypto_sha256(s, strlen(s), digest);
	return base64url_encode(a, digest, sizeof(digest));
}

void
crypto_hmac(const uint8_t *key, size_t key_len, const void *data, size_t len,
    uint8_t ret[SHA256_LEN])
{
	EVP_MAC_CTX *ctx;
	size_t n = 0;

	know();
	must((ctx = EVP_MAC_CTX_dup(known.hmac_sha256)) != NULL);
	must(EVP_MAC_init(ctx, key_len > 0 ? key : (const uint8_t *)"", key_len, NULL) == 1 &&
	    EVP_MAC_update(ctx, data, len) == 1 && EVP_MAC_final(ctx, ret, &n, SHA256_LEN) == 1 &&
	    n == SHA256_LEN);
	EVP_MAC_CTX_free(ctx);
}

void
crypto_hmac_sha1(const uint8_t *key, size_t key_len, const void *data, size_t len,
    uint8_t ret[SHA1_LEN])
{
	size_t n = 0;

	must(EVP_Q_mac(NULL, "HMAC", NULL, "SHA1", NULL, key, key_len, data, len, ret, SHA1_LEN,
	    &n) != NULL && n == SHA1_LEN);
}

/* The key of AES-256 is a hash of the secret, under a name of its own. */
static EVP_CIPHER_CTX *
seal_context(const char *secret, const uint8_t nonce[SEAL_NONCE], const char *context, int seal)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t key[SHA256_LEN];
	int n;

	must(ctx != NULL);
	crypto_hmac((const uint8_t *)secret, strlen(secret), "seal", strlen("seal"), key);
	must(EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), key, nonce, seal, NULL) == 1 &&
	    EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)context, (int)strlen(context)) == 1);
	crypto_wipe(key, sizeof(key));
	return ctx;
}

char *
crypto_seal(struct arena *a, const char *secret, const char *context, const void *data, size_t len)
{
	uint8_t *box = arena_alloc(a, SEAL_NONCE + len + SEAL_TAG, 1);
	EVP_CIPHER_CTX *ctx;
	int n, last;

	crypto_random(box, SEAL_NONCE);
	ctx = seal_context(secret, box, context, 1);
	must(EVP_CipherUpdate(ctx, box + SEAL_NONCE, &n, data, (int)len) == 1 && n == (int)len &&
	    EVP_CipherFinal_ex(ctx, box + SEAL_NONCE + len, &last) == 1 && last == 0 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG, box + SEAL_NONCE + len) == 1);
	EVP_CIPHER_CTX_free(ctx);
	return base64url_encode(a, box, SEAL_NONCE + len + SEAL_TAG);
}

bool
crypto_open(struct arena *a, const char *secret, const char *context, const char *sealed,
    uint8_t **ret, size_t *ret_len)
{
	uint8_t *box, *data;
	EVP_CIPHER_CTX *ctx;
	size_t len;
	int n, last;
	bool ok;

	if (!base64url_decode(a, sealed, strlen(sealed), &box, &len) || len < SEAL_NONCE + SEAL_TAG)
		return false;
	len -= SEAL_NONCE + SEAL_TAG;
	data = arena_alloc(a, len + 1, 1);
	ctx = seal_context(secret, box, context, 0);
	ok = EVP_CipherUpdate(ctx, data, &n, box + SEAL_NONCE, (int)len) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG, box + SEAL_NONCE + len) == 1 &&
	    EVP_CipherFinal_ex(ctx, data + n, &last) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!ok) {
		ERR_clear_error();
		return false;
	}
	*ret = data;
	*ret_len = len;
	return true;
}

bool
crypto_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void
crypto_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

/* At least 65537 (FIPS 186-5 A.1.1): on a low exponent careless padding can be forged. */
static bool
has_safe_exponent(const EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	bool safe;

	safe = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 && BN_num_bits(e) > 16;
	BN_free(e);
	return safe;
}

/* Takes the key over. Refuses what is not RSA or too weak. */
static enum rc
rsa_wrap(struct rsa **ret, EVP_PKEY *key)
{
	struct rsa *r;

	if (key == NULL || !EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_get_bits(key) < RSA_BITS ||
	    !has_safe_exponent(key)) {
		ERR_clear_error();
		EVP_PKEY_free(key);
		return RC_CONFIG;
	}
	must((r = calloc(1, sizeof(*r))) != NULL);
	r->key = key;
	know();
	must((r->verify = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL)) != NULL);
	must(EVP_PKEY_verify_init(r->verify) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(r->verify, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(r->verify, known.sha256) == 1);
	*ret = r;
	return RC_OK;
}

enum rc
rsa_create(struct rsa **ret)
{
	return rsa_wrap(ret, EVP_RSA_gen(RSA_BITS));
}

/* Keys are kept without a passphrase: a file that has one is refused, nobody is asked. */
static int
no_passphrase(char *buf, int size, int writing, void *data)
{
	(void)buf, (void)size, (void)writing, (void)data;
	return -1;
}

/* In few calls (OpenSSL itself would read a file byte by byte), and wiped afterwards. */
enum rc
rsa_read(struct rsa **ret, const char *pem_path)
{
	int fd = open(pem_path, O_RDONLY | O_CLOEXEC);
	char text[16384];
	EVP_PKEY *key = NULL;
	size_t len = 0;
	ssize_t n = 1;
	BIO *bio;

	if (fd < 0)
		return errno == ENOENT ? RC_NOTFOUND : RC_IO;
	while (n > 0 && len < sizeof(text))
		if ((n = read(fd, text + len, sizeof(text) - len)) > 0)
			len += (size_t)n;
	(void)close(fd);
	if (n == 0) {
		must((bio = BIO_new_mem_buf(text, (int)len)) != NULL);
		key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
		BIO_free(bio);
	}
	crypto_wipe(text, len);
	return rsa_wrap(ret, key);
}

/* A new file is safe on disk only with its folder's entry. */
static bool
sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
	int fd = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	free(folder);
	return ok;
}

enum rc
rsa_write(const struct rsa *r, const char *pem_path)
{
	int fd = open(pem_path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool ok;
	BIO *bio;

	if (fd < 0)
		return errno == EEXIST ? RC_CONFLICT : RC_IO;
	must((bio = BIO_new_fd(fd, BIO_NOCLOSE)) != NULL);
	ok = PEM_write_bio_PKCS8PrivateKey(bio, r->key, NULL, NULL, 0, NULL, NULL) == 1 &&
	    fsync(fd) == 0;
	BIO_free(bio);
	ok = close(fd) == 0 && ok && sync_folder(pem_path);
	if (ok)
		return RC_OK;
	ERR_clear_error();
	(void)unlink(pem_path);
	return RC_IO;
}

/* NULL if the numbers are no RSA key. */
static EVP_PKEY *
key_of(BIGNUM *n, BIGNUM *e)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL), *check;
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	must(build != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(build)) != NULL);
	if (EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1) {
		/* SP 800-89 5.3.3: both odd, e > 1, n neither prime nor with a small factor. */
		must((check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL)) != NULL);
		if (EVP_PKEY_public_check(check) != 1) {
			EVP_PKEY_free(key);
			key = NULL;
		}
		EVP_PKEY_CTX_free(check);
	}
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

enum rc
rsa_public(struct rsa **ret, const uint8_t *n, size_t n_len, const uint8_t *e, size_t e_len)
{
	BIGNUM *bn_n, *bn_e;
	EVP_PKEY *key = NULL;

	/* An exponent is small, and no modulus is over 16,384 bits (OpenSSL's own limit). */
	if (n_len < RSA_BITS / 8 || n_len > 16384 / 8 + 1 || e_len < 1 || e_len > 8)
		return RC_CONFIG;
	must((bn_n = BN_bin2bn(n, (int)n_len, NULL)) != NULL);
	must((bn_e = BN_bin2bn(e, (int)e_len, NULL)) != NULL);
	if (BN_num_bits(bn_n) >= RSA_BITS)
		key = key_of(bn_n, bn_e);
	BN_free(bn_n);
	BN_free(bn_e);
	return rsa_wrap(ret, key);
}

static uint8_t *
part(const struct rsa *r, struct arena *a, const char *name, size_t *ret_len)
{
	BIGNUM *bn = NULL;
	uint8_t *data;

	must(EVP_PKEY_get_bn_param(r->key, name, &bn) == 1);
	*ret_len = (size_t)BN_num_bytes(bn);
	data = arena_alloc(a, *ret_len, 1);
	(void)BN_bn2bin(bn, data);
	BN_free(bn);
	return data;
}

void
rsa_parts(const struct rsa *r, struct arena *a, uint8_t **ret_n, size_t *ret_n_len,
    uint8_t **ret_e, size_t *ret_e_len)
{
	*ret_n = part(r, a, OSSL_PKEY_PARAM_RSA_N, ret_n_len);
	*ret_e = part(r, a, OSSL_PKEY_PARAM_RSA_E, ret_e_len);
}

struct rsa *
rsa_free(struct rsa *r)
{
	if (r != NULL) {
		EVP_PKEY_CTX_free(r->verify);
		EVP_PKEY_free(r->key);
		free(r);
	}
	return NULL;
}

enum rc
rsa_sign(const struct rsa *r, struct arena *a, const void *data, size_t len, uint8_t **ret,
    size_t *ret_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t sig_len = (size_t)EVP_PKEY_get_size(r->key);
	uint8_t *sig = arena_alloc(a, sig_len, 1);
	bool ok;

	ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, known.sha256, NULL, r->key) == 1 &&
	    EVP_DigestSign(ctx, sig, &sig_len, data, len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok) {
		ERR_clear_error();
		return RC_CONFIG;    /* a public key cannot sign */
	}
	*ret = sig;
	*ret_len = sig_len;
	return RC_OK;
}

bool
rsa_verify(const struct rsa *r, const void *data, size_t len, const uint8_t *sig, size_t sig_len)
{
	uint8_t digest[SHA256_LEN];
	EVP_PKEY_CTX *ctx;
	bool ok;

	crypto_sha256(data, len, digest);
	must((ctx = EVP_PKEY_CTX_dup(r->verify)) != NULL);
	ok = EVP_PKEY_verify(ctx, sig, sig_len, digest, sizeof(digest)) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!ok)
		ERR_clear_error();
	return ok;
}
