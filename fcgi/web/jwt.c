/* SPDX-License-Identifier: Apache-2.0 */
/* jwt.c - signing of tokens, and the files that keys are kept in.
 *
 * A token is header "." claims "." signature, each base64url; the signature covers the first two
 * as they stand. The private keys of the auth host are KID.pem in one folder, where only that
 * host can read them; the public halves are a JWK set in a file that both hosts read. A kid is
 * "YYYYMMDDhhmmss-" and 8 random characters, in UTC, so that the newest is the last by name.
 * To change keys: create one, reload the auth host, and after the life of a token remove the
 * old one. Checking of tokens is in jwt_verify.c. */
#include "web/jwt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/str.h"
#include "web/json.h"

enum { KEYS_MAX = 16, KID_MAX = 128, MEMORY = 1 << 20 };

struct key {
	char kid[KID_MAX + 1];
	struct rsa *rsa;
};

struct jwt_signer {
	struct key key[KEYS_MAX];        /* by name: the last one signs */
	size_t n;
};

static enum rc
config(const char **ret_error, const char *text)
{
	if (ret_error != NULL)
		*ret_error = text;
	return RC_CONFIG;
}

static int
is_pem(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 4 && len - 4 <= KID_MAX && strcmp(d->d_name + len - 4, ".pem") == 0;
}

/* folder/name.pem as the signer's last key. */
static enum rc
read_key(struct jwt_signer *s, const char *folder, const char *name)
{
	struct key *key = &s->key[s->n];
	char path[PATH_MAX];
	size_t len = strlen(name) - strlen(".pem");

	if (!str_utf8(name, len) ||
	    snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return RC_CONFIG;
	memcpy(key->kid, name, len);
	key->kid[len] = '\0';
	if (rsa_read(&key->rsa, path) != RC_OK)
		return RC_CONFIG;
	s->n++;
	return RC_OK;
}

enum rc
jwt_signer_open(struct jwt_signer **ret, const char *folder, const char **ret_error)
{
	struct jwt_signer *s;
	struct dirent **list;
	enum rc rc = RC_OK;
	int i, n;

	n = scandir(folder, &list, is_pem, alphasort);
	if (n < 0)
		return config(ret_error, "keys: the folder of signing keys cannot be read; make it "
		    "with: chulcheckctl keys create");
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		abort();
	for (i = 0; i < n; i++) {
		if (i >= n - KEYS_MAX && rc == RC_OK)
			rc = read_key(s, folder, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	if (rc == RC_OK && s->n > 0) {
		*ret = s;
		return RC_OK;
	}
	jwt_signer_close(s);
	return config(ret_error, rc != RC_OK ? "keys: a .pem file is not a readable RSA key of at "
	    "least 2048 bits" : "keys: no signing key; make one with: chulcheckctl keys create");
}

struct jwt_signer *
jwt_signer_close(struct jwt_signer *s)
{
	while (s != NULL && s->n > 0)
		rsa_free(s->key[--s->n].rsa);
	free(s);
	return NULL;
}

enum rc
jwt_sign(const struct jwt_signer *s, struct arena *a, const char *typ, const char *claims,
    const char **ret)
{
	const struct key *key = &s->key[s->n - 1];
	struct buf header = { .arena = a };
	size_t sig_len;
	const char *text;
	uint8_t *sig;
	enum rc rc;

	json_open(&header, NULL, '{');
	json_put_text(&header, "alg", "RS256");
	json_put_text(&header, "typ", typ);
	json_put_text(&header, "kid", key->kid);
	json_close(&header, '}');
	text = arena_fmt(a, "%s.%s", base64url_encode(a, header.s, header.len),
	    base64url_encode(a, claims, strlen(claims)));
	rc = rsa_sign(key->rsa, a, text, strlen(text), &sig, &sig_len);
	if (rc == RC_OK)
		*ret = arena_fmt(a, "%s.%s", text, base64url_encode(a, sig, sig_len));
	return rc;
}

static void
put_jwk(struct buf *o, const struct key *key)
{
	size_t n_len, e_len;
	uint8_t *n, *e;

	rsa_parts(key->rsa, o->arena, &n, &n_len, &e, &e_len);
	json_open(o, NULL, '{');
	json_put_text(o, "kty", "RSA");
	json_put_text(o, "use", "sig");
	json_put_text(o, "alg", "RS256");
	json_put_text(o, "kid", key->kid);
	json_put_text(o, "n", base64url_encode(o->arena, n, n_len));
	json_put_text(o, "e", base64url_encode(o->arena, e, e_len));
	json_close(o, '}');
}

const char *
jwt_jwks(const struct jwt_signer *s, struct arena *a)
{
	struct buf o = { .arena = a };
	size_t i;

	json_open(&o, NULL, '{');
	json_open(&o, "keys", '[');
	for (i = 0; i < s->n; i++)
		put_jwk(&o, &s->key[i]);
	json_close(&o, ']');
	json_close(&o, '}');
	return o.s;
}

static bool
write_all(int fd, const char *s, size_t len)
{
	ssize_t n;

	for (; len > 0; s += n, len -= (size_t)n) {
		n = write(fd, s, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return false;
	}
	return true;
}

static bool
sync_folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *folder = slash == NULL ? "." : arena_strn(a, path, (size_t)(slash - path) + 1);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

/* A reader sees the old file or the new one, whole. */
static bool
replace_file(struct arena *a, const char *path, const char *text)
{
	char *temporary = arena_fmt(a, "%s.XXXXXX", path);
	int fd = mkostemp(temporary, O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = write_all(fd, text, strlen(text)) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	ok = close(fd) == 0 && ok && rename(temporary, path) == 0;
	if (!ok)
		unlink(temporary);
	return ok && sync_folder_of(a, path);
}

static const char *
new_kid(struct arena *a)
{
	enum { DAY_S = 86400, HOUR_S = 3600, MINUTE_S = 60 };
	int64_t now_s = clock_now_ms() / 1000;
	int s = (int)(now_s % DAY_S), year, month, mday;
	uint8_t random[6];

	day_split(now_s / DAY_S, &year, &month, &mday);
	crypto_random(random, sizeof(random));
	return arena_fmt(a, "%04d%02d%02d%02d%02d%02d-%s", year, month, mday, s / HOUR_S,
	    s / MINUTE_S % 60, s % 60, base64url_encode(a, random, sizeof(random)));
}

static enum rc
create(struct arena *a, const char *folder, const char *jwks_path, const char **ret_error)
{
	struct jwt_signer *s;
	struct rsa *rsa;
	enum rc rc;
	bool ok;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return config(ret_error, "keys: the folder cannot be made; does its parent exist?");
	rc = rsa_create(&rsa);
	if (rc == RC_OK) {
		rc = rsa_write(rsa, arena_fmt(a, "%s/%s.pem", folder, new_kid(a)));
		rsa_free(rsa);
	}
	if (rc != RC_OK)
		return config(ret_error, "keys: the new key cannot be written into the folder");
	rc = jwt_signer_open(&s, folder, ret_error);
	if (rc != RC_OK)
		return rc;
	ok = replace_file(a, jwks_path, arena_fmt(a, "%s\n", jwt_jwks(s, a)));
	jwt_signer_close(s);
	return ok ? RC_OK : config(ret_error, "jwks: the file with the public keys cannot be written");
}

enum rc
jwt_keys_create(const char *folder, const char *jwks_path, const char **ret_error)
{
	struct arena a;
	enum rc rc;

	arena_init(&a, MEMORY);
	rc = create(&a, folder, jwks_path, ret_error);
	arena_free(&a);
	return rc;
}
