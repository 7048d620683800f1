/* SPDX-License-Identifier: Apache-2.0 */
/* jwt.c - signing of tokens.
 *
 * A token is header "." claims "." signature, each base64url; the signature covers the first two
 * as they stand. Which of the keys signs is decided at each signature, by the clock; the folder is
 * looked at once a second and read again when it has changed, so keys come and go without a word
 * to the worker. A folder that cannot be read leaves the keys as they are. What the folder holds
 * is in jwt_keys.c, checking of tokens in jwt_verify.c. */
#include "web/jwt.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "web/json.h"
#include "web/jwt_keys.h"

/* The time stamp of a folder moves in steps: a change soon after the last one may leave it as it
 * was. So a folder is known for good only when its stamp was older than this as it was read. */
enum { SETTLED_S = 2 };

struct jwt_signer {
	char *folder;
	pthread_rwlock_t lock;           /* guards keys */
	struct jwt_keys keys;            /* one at least */
	pthread_mutex_t reload;          /* guards seen and settled */
	struct timespec seen;            /* the folder's stamp when keys were read */
	bool settled;
	_Atomic int64_t looked_s;        /* when the folder was last looked at */
};

/* Reads the folder; its stamp is taken before, so that what changes meanwhile is seen next time. */
static enum rc
load(struct jwt_signer *s, struct jwt_keys *ret, const char **ret_error)
{
	static const char none[] = "keys: no signing key; make one with: chulcheckctl keys create";
	int64_t now_s = clock_now_ms() / 1000;
	struct stat st = { 0 };
	enum rc rc;

	(void)stat(s->folder, &st);
	if ((rc = jwt_keys_read(ret, s->folder, ret_error)) != RC_OK)
		return rc;
	if (ret->n == 0) {
		if (ret_error != NULL)
			*ret_error = none;
		return RC_CONFIG;
	}
	s->seen = st.st_mtim;
	s->settled = st.st_mtim.tv_sec + SETTLED_S < now_s || st.st_mtim.tv_sec > now_s;
	return RC_OK;
}

enum rc
jwt_signer_open(struct jwt_signer **ret, const char *folder, const char **ret_error)
{
	struct jwt_signer *s = calloc(1, sizeof(*s));
	enum rc rc;

	if (s == NULL || (s->folder = strdup(folder)) == NULL)
		abort();
	pthread_rwlock_init(&s->lock, NULL);
	pthread_mutex_init(&s->reload, NULL);
	s->looked_s = clock_mono_ms() / 1000;
	rc = load(s, &s->keys, ret_error);
	if (rc != RC_OK)
		jwt_signer_close(s);
	else
		*ret = s;
	return rc;
}

struct jwt_signer *
jwt_signer_close(struct jwt_signer *s)
{
	if (s == NULL)
		return NULL;
	jwt_keys_free(&s->keys);
	pthread_mutex_destroy(&s->reload);
	pthread_rwlock_destroy(&s->lock);
	free(s->folder);
	free(s);
	return NULL;
}

/* Once a second: reads the keys again if the folder has changed. */
static void
look(struct jwt_signer *s)
{
	int64_t now_s = clock_mono_ms() / 1000;
	struct jwt_keys fresh, old;
	struct stat st;

	if (s->looked_s == now_s || atomic_exchange(&s->looked_s, now_s) == now_s)
		return;
	pthread_mutex_lock(&s->reload);
	if (stat(s->folder, &st) == 0 && (!s->settled || st.st_mtim.tv_sec != s->seen.tv_sec ||
	    st.st_mtim.tv_nsec != s->seen.tv_nsec) && load(s, &fresh, NULL) == RC_OK) {
		pthread_rwlock_wrlock(&s->lock);
		old = s->keys;
		s->keys = fresh;
		pthread_rwlock_unlock(&s->lock);
		jwt_keys_free(&old);
	}
	pthread_mutex_unlock(&s->reload);
}

/* header "." claims "." signature with one key. */
static enum rc
sign(const struct jwt_key *key, struct arena *a, const char *typ, const char *claims,
    const char **ret)
{
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

enum rc
jwt_sign(struct jwt_signer *s, struct arena *a, const char *typ, const char *claims,
    const char **ret)
{
	enum rc rc;

	look(s);
	pthread_rwlock_rdlock(&s->lock);
	rc = sign(&s->keys.key[jwt_keys_signing(&s->keys, clock_now_ms() / 1000)], a, typ, claims, ret);
	pthread_rwlock_unlock(&s->lock);
	return rc;
}

const char *
jwt_jwks(struct jwt_signer *s, struct arena *a)
{
	const char *set;

	look(s);
	pthread_rwlock_rdlock(&s->lock);
	set = jwt_keys_set(&s->keys, a);
	pthread_rwlock_unlock(&s->lock);
	return set;
}
