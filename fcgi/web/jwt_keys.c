/* SPDX-License-Identifier: Apache-2.0 */
/* jwt_keys.c - signing keys as they are on disk: FOLDER/KID.pem, each a private key in PKCS#8.
 *
 * A kid is "YYYYMMDDhhmmss-" in UTC and 8 random characters. Its time decides when the key signs,
 * so that every worker, each by itself, comes to the same answer. A file with another name is an
 * old key. Keys are made and removed in jwt_keys_change.c; readers take no lock. */
#include "web/jwt_keys.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/str.h"
#include "web/json.h"

enum { KID_TIME = 14, DAY_S = 86400 };       /* digits; seconds */

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

static int
digits(const char *s, int n)
{
	int value = 0;

	for (; n > 0; n--)
		value = value * 10 + *s++ - '0';
	return value;
}

/* The time in a kid, 0 if it has none. */
static int64_t
made_s(const char *kid)
{
	char day[DAY_TEXT];
	int64_t days;

	if (strspn(kid, "0123456789") != KID_TIME || kid[KID_TIME] != '-')
		return 0;
	(void)snprintf(day, sizeof(day), "%.4s-%.2s-%.2s", kid, kid + 4, kid + 6);
	if (!day_parse(day, &days))
		return 0;
	return days * DAY_S + digits(kid + 8, 2) * 3600 + digits(kid + 10, 2) * 60 +
	    digits(kid + 12, 2);
}

static int
by_age(const void *a, const void *b)
{
	const struct jwt_key *x = a, *y = b;

	return x->made_s != y->made_s ? (x->made_s > y->made_s) - (x->made_s < y->made_s) :
	    strcmp(x->kid, y->kid);
}

/* folder/name as one more key. A file that has just been removed is none. */
static enum rc
read_key(struct jwt_keys *k, const char *folder, const char *name)
{
	size_t len = strlen(name) - strlen(".pem");
	struct jwt_key *key = &k->key[k->n];
	char path[PATH_MAX];
	enum rc rc;

	if (!str_utf8(name, len) || k->n == KEYS_MAX ||
	    snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return RC_CONFIG;
	if ((rc = rsa_read(&key->rsa, path)) != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : RC_CONFIG;
	memcpy(key->kid, name, len);
	key->kid[len] = '\0';
	key->made_s = made_s(key->kid);
	k->n++;
	return RC_OK;
}

enum rc
jwt_keys_read(struct jwt_keys *ret, const char *folder, const char **ret_error)
{
	struct jwt_keys k = { .n = 0 };
	struct dirent **list;
	enum rc rc = RC_OK;
	int i, n;

	n = scandir(folder, &list, is_pem, alphasort);
	if (n < 0)
		return config(ret_error, "keys: the folder of signing keys cannot be read; make it "
		    "with: chulcheckctl keys create");
	for (i = 0; i < n; i++) {
		if (rc == RC_OK)
			rc = read_key(&k, folder, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	if (rc != RC_OK) {
		jwt_keys_free(&k);
		return config(ret_error, "keys: a .pem file is not a readable RSA key of at least "
		    "2048 bits, or there are more than 16");
	}
	qsort(k.key, k.n, sizeof(k.key[0]), by_age);
	*ret = k;
	return RC_OK;
}

void
jwt_keys_free(struct jwt_keys *k)
{
	while (k->n > 0)
		rsa_free(k->key[--k->n].rsa);
}

size_t
jwt_keys_signing(const struct jwt_keys *k, int64_t now_s)
{
	size_t i = k->n;

	while (i > 0)
		if (k->key[--i].made_s + PUBLISH_S <= now_s)
			return i;
	return 0;
}

static void
put_key(struct buf *o, const struct jwt_key *key)
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
jwt_keys_set(const struct jwt_keys *k, struct arena *a)
{
	struct buf o = { .arena = a };
	size_t i;

	json_open(&o, NULL, '{');
	json_open(&o, "keys", '[');
	for (i = 0; i < k->n; i++)
		put_key(&o, &k->key[i]);
	json_close(&o, ']');
	json_close(&o, '}');
	return o.s;
}
