/* SPDX-License-Identifier: Apache-2.0 */
/* jwt_verify.c - checking of tokens, from many threads, with a cache of those already checked.
 *
 * A token's header names alg (RS256, always), typ and kid; the kid chooses among the keys that
 * we hold, and no other member of the header is followed. Claims are parsed only once the
 * signature is good.
 *
 * The keys come from a JWK set (jwks.c). Its file is looked at when the second changes, and
 * when a kid is unknown; a set that has changed also empties the cache, so that a removed key
 * ends at once. A file that cannot be read leaves the keys as they are.
 *
 * The cache maps SHA-256(token) to its identity: a direct-mapped table, each entry one block, a
 * newcomer evicts whoever is in its place. */
#include "web/jwt.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "web/json.h"
#include "web/jwks.h"
#include "web/jwt_claims.h"

enum {
	TOKEN_MAX = 8192,
	SLOTS = 4096,
	LOCKS = 64,
	HEADER_MAX = 256
};

/* Whether a header's "typ" is what is asked for. */
typedef bool typ_fn(const struct jwt_rules *, const char *typ);

/* A header that was good, as it stood in the token. All tokens of a key have the same, so most
 * are compared and not parsed. */
struct header {
	char text[HEADER_MAX];
	size_t len;              /* 0: none yet */
	typ_fn *typ_fits;
	char kid[HEADER_MAX];
};

struct entry {
	uint8_t digest[SHA256_LEN];
	uint64_t generation;     /* of the keys that verified it */
	struct identity who;
	char text[];             /* what who points to */
};

struct jwt_verifier {
	struct jwt_rules rules;
	pthread_rwlock_t lock;           /* guards keys and header */
	struct jwks keys;
	struct header header;            /* the last good one */
	_Atomic uint64_t generation;     /* one more with each change of keys */
	pthread_mutex_t reload;          /* guards seen and failed_s */
	struct stat seen;                /* the file that keys came from */
	int64_t failed_s;                /* when it could last not be read */
	_Atomic int64_t looked_s;        /* when it was last looked at */
	pthread_mutex_t locks[LOCKS];    /* slots[i] by locks[i % LOCKS] */
	struct entry *slots[SLOTS];
};

/* A token taken apart. */
struct token {
	const char *text;
	size_t signed_len;               /* header and claims with the dot between */
	size_t header_len;               /* encoded */
	const char *claims;              /* encoded */
	size_t claims_len;
	uint8_t *sig;
	size_t sig_len;
};

/* The texts of an identity, but for the issuer: that one is the verifier's. */
static const size_t texts[] = {
	offsetof(struct identity, subject), offsetof(struct identity, name),
	offsetof(struct identity, email), offsetof(struct identity, client_id),
	offsetof(struct identity, session), offsetof(struct identity, scope),
};
enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };

static const char **
text_of(struct identity *who, size_t i)
{
	return (const char **)(void *)((char *)who + texts[i]);
}

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Reads the keys again if the file is another one. */
static void
look(struct jwt_verifier *v, int64_t now_s)
{
	struct jwks fresh, old;
	struct stat now;

	pthread_mutex_lock(&v->reload);
	if (stat(v->rules.jwks, &now) == 0 && !is_same_file(&now, &v->seen) && v->failed_s != now_s) {
		if (jwks_read(&fresh, v->rules.jwks) == RC_OK) {
			pthread_rwlock_wrlock(&v->lock);
			old = v->keys;
			v->keys = fresh;
			v->generation++;
			pthread_rwlock_unlock(&v->lock);
			v->seen = now;
			jwks_free(&old);
		} else
			v->failed_s = now_s;
	}
	pthread_mutex_unlock(&v->reload);
}

enum rc
jwt_verifier_open_rules(struct jwt_verifier **ret, const struct jwt_rules *rules,
    const char **ret_error)
{
	struct jwt_verifier *v = must(calloc(1, sizeof(*v)));
	size_t i;

	if (stat(rules->jwks, &v->seen) != 0 || jwks_read(&v->keys, rules->jwks) != RC_OK) {
		if (rules->unknown_kid == NULL) {
			free(v);
			if (ret_error != NULL)
				*ret_error = "jwks: the file with the identity provider's public keys "
				    "cannot be read or has no RS256 key; chulcheckctl keys create "
				    "makes one";
			return RC_CONFIG;
		}
		v->seen = (struct stat){ 0 };
	}
	v->rules = *rules;
	v->failed_s = -1;
	pthread_rwlock_init(&v->lock, NULL);
	pthread_mutex_init(&v->reload, NULL);
	for (i = 0; i < LOCKS; i++)
		pthread_mutex_init(&v->locks[i], NULL);
	*ret = v;
	return RC_OK;
}

enum rc
jwt_verifier_open(struct jwt_verifier **ret, const char *jwks_path, const char *issuer,
    const char *audience, const char **ret_error)
{
	struct jwt_rules rules = { .jwks = jwks_path, .issuer = issuer, .audience = audience,
		.in_audience = "aud" };

	return jwt_verifier_open_rules(ret, &rules, ret_error);
}

struct jwt_verifier *
jwt_verifier_close(struct jwt_verifier *v)
{
	size_t i;

	if (v == NULL)
		return NULL;
	for (i = 0; i < SLOTS; i++)
		free(v->slots[i]);
	for (i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&v->locks[i]);
	pthread_mutex_destroy(&v->reload);
	pthread_rwlock_destroy(&v->lock);
	jwks_free(&v->keys);
	free(v);
	return NULL;
}

static size_t
slot_of(const uint8_t digest[SHA256_LEN])
{
	return (size_t)(digest[0] << 8 | digest[1]) % SLOTS;
}

static bool
cache_get(struct jwt_verifier *v, struct arena *a, const uint8_t digest[SHA256_LEN],
    struct identity *ret)
{
	size_t slot = slot_of(digest), i;
	const struct entry *e;
	bool hit;

	pthread_mutex_lock(&v->locks[slot % LOCKS]);
	e = v->slots[slot];
	hit = e != NULL && e->generation == v->generation &&
	    memcmp(e->digest, digest, SHA256_LEN) == 0;
	if (hit) {
		*ret = e->who;
		for (i = 0; i < TEXTS; i++)
			*text_of(ret, i) = arena_str(a, *text_of(ret, i));
	}
	pthread_mutex_unlock(&v->locks[slot % LOCKS]);
	return hit;
}

static void
cache_put(struct jwt_verifier *v, const uint8_t digest[SHA256_LEN], uint64_t generation,
    const struct identity *who)
{
	struct identity copy = *who;
	size_t slot = slot_of(digest), len = 0, n, i;
	struct entry *e, *old;

	for (i = 0; i < TEXTS; i++)
		len += *text_of(&copy, i) == NULL ? 0 : strlen(*text_of(&copy, i)) + 1;
	e = must(malloc(sizeof(*e) + len));
	memcpy(e->digest, digest, SHA256_LEN);
	e->generation = generation;
	for (i = len = 0; i < TEXTS; i++) {
		if (*text_of(&copy, i) == NULL)
			continue;
		n = strlen(*text_of(&copy, i)) + 1;
		*text_of(&copy, i) = memcpy(e->text + len, *text_of(&copy, i), n);
		len += n;
	}
	e->who = copy;
	pthread_mutex_lock(&v->locks[slot % LOCKS]);
	old = v->slots[slot];
	v->slots[slot] = e;
	pthread_mutex_unlock(&v->locks[slot % LOCKS]);
	free(old);
}

static struct json *
decode(struct arena *a, const char *s, size_t len)
{
	struct json *ret;
	uint8_t *raw;
	size_t raw_len;

	return base64url_decode(a, s, len, &raw, &raw_len) &&
	    json_parse(a, (const char *)raw, raw_len, &ret) == RC_OK && ret->type == JSON_OBJECT ?
	    ret : NULL;
}

static bool
split(struct arena *a, const char *s, struct token *ret)
{
	size_t len = strnlen(s, TOKEN_MAX + 1);
	const char *dot, *last;

	if (len > TOKEN_MAX || (dot = strchr(s, '.')) == NULL ||
	    (last = strchr(dot + 1, '.')) == NULL || strchr(last + 1, '.') != NULL)
		return false;
	*ret = (struct token){ .text = s, .signed_len = (size_t)(last - s),
	    .header_len = (size_t)(dot - s), .claims = dot + 1, .claims_len = (size_t)(last - dot - 1) };
	return base64url_decode(a, last + 1, len - (size_t)(last - s) - 1, &ret->sig, &ret->sig_len);
}

/* Under the lock. */
static bool
is_remembered(const struct header *h, const struct token *t, typ_fn *typ_fits)
{
	return h->len == t->header_len && h->typ_fits == typ_fits && memcmp(h->text, t->text, h->len) == 0;
}

/* The kid of a header that we take; NULL for any other. */
static const char *
check_header(struct jwt_verifier *v, struct arena *a, const struct token *t, typ_fn *typ_fits)
{
	const struct json *header, *typ;
	const char *alg, *kid = NULL;

	pthread_rwlock_rdlock(&v->lock);
	if (is_remembered(&v->header, t, typ_fits))
		kid = arena_str(a, v->header.kid);
	pthread_rwlock_unlock(&v->lock);
	if (kid != NULL || (header = decode(a, t->text, t->header_len)) == NULL)
		return kid;
	alg = json_text(header, "alg");
	typ = json_get(header, "typ");
	if (alg == NULL || strcmp(alg, "RS256") != 0 || (typ != NULL && typ->type != JSON_STRING) ||
	    !typ_fits(&v->rules, json_text(header, "typ")) || json_get(header, "crit") != NULL)
		return NULL;
	return json_text(header, "kid");
}

static void
remember_header(struct jwt_verifier *v, const struct token *t, typ_fn *typ_fits, const char *kid)
{
	struct header *h = &v->header;
	bool same;

	pthread_rwlock_rdlock(&v->lock);
	same = is_remembered(h, t, typ_fits);
	pthread_rwlock_unlock(&v->lock);
	if (same || t->header_len > HEADER_MAX || strlen(kid) >= HEADER_MAX)
		return;
	pthread_rwlock_wrlock(&v->lock);
	memcpy(h->text, t->text, t->header_len);
	h->len = t->header_len;
	h->typ_fits = typ_fits;
	memcpy(h->kid, kid, strlen(kid) + 1);
	pthread_rwlock_unlock(&v->lock);
}

/* 1: by one of our keys; 0: not; -1: we hold no such key. */
static int
check_signature(struct jwt_verifier *v, const struct token *t, const char *kid,
    uint64_t *ret_generation)
{
	const struct rsa *rsa;
	int ret = -1;

	pthread_rwlock_rdlock(&v->lock);
	*ret_generation = v->generation;
	rsa = jwks_find(&v->keys, kid);
	if (rsa != NULL)
		ret = rsa_verify(rsa, t->text, t->signed_len, t->sig, t->sig_len);
	pthread_rwlock_unlock(&v->lock);
	return ret;
}

/* Header and signature; the claims are those of our issuer then, and nothing more is known. */
static const struct json *
open_token(struct jwt_verifier *v, struct arena *a, const char *token, typ_fn *typ_fits,
    int64_t now_s, uint64_t *ret_generation)
{
	const char *kid;
	struct token t;
	int good;

	if (!split(a, token, &t) || (kid = check_header(v, a, &t, typ_fits)) == NULL)
		return NULL;
	good = check_signature(v, &t, kid, ret_generation);
	if (good < 0) {
		look(v, now_s);
		good = check_signature(v, &t, kid, ret_generation);
	}
	if (good < 0 && v->rules.unknown_kid != NULL && v->rules.unknown_kid(v->rules.arg)) {
		look(v, now_s);
		good = check_signature(v, &t, kid, ret_generation);
	}
	if (good <= 0)
		return NULL;
	remember_header(v, &t, typ_fits, kid);
	return decode(a, t.claims, t.claims_len);
}

enum rc
jwt_access(struct jwt_verifier *v, struct arena *a, const char *token, int64_t now_s,
    struct identity *ret)
{
	size_t len = strnlen(token, TOKEN_MAX + 1);
	uint8_t digest[SHA256_LEN];
	const struct json *claims;
	uint64_t generation;

	if (len > TOKEN_MAX)
		return RC_UNAUTH;
	if (v->looked_s != now_s && atomic_exchange(&v->looked_s, now_s) != now_s)
		look(v, now_s);
	crypto_sha256(token, len, digest);
	if (cache_get(v, a, digest, ret))
		return now_s < ret->expires_at ? RC_OK : RC_UNAUTH;
	claims = open_token(v, a, token, jwt_typ_is_access, now_s, &generation);
	if (claims == NULL || !jwt_claims_fit(&v->rules, a, claims, v->rules.in_audience,
	    v->rules.audience, now_s) || !jwt_use_fits(&v->rules, a, claims))
		return RC_UNAUTH;
	*ret = jwt_identity(&v->rules, a, claims);
	cache_put(v, digest, generation, ret);
	return RC_OK;
}

enum rc
jwt_id_token(struct jwt_verifier *v, struct arena *a, const char *token, const char *client_id,
    const char *nonce, int64_t now_s, const struct json **ret)
{
	const struct json *claims;
	const char *got, *azp;
	uint64_t generation;

	claims = open_token(v, a, token, jwt_typ_is_id, now_s, &generation);
	if (claims == NULL || !jwt_claims_fit(&v->rules, a, claims, "aud", client_id, now_s))
		return RC_UNAUTH;
	/* OpenID Connect Core 3.1.3.7: a token for several audiences names the one it went to. */
	azp = json_text(claims, "azp");
	if (azp != NULL ? strcmp(azp, client_id) != 0 : json_get(claims, "aud")->type == JSON_ARRAY &&
	    json_get(claims, "aud")->n > 1)
		return RC_UNAUTH;
	got = json_text(claims, "nonce");
	if (got == NULL || nonce == NULL || strcmp(got, nonce) != 0)
		return RC_UNAUTH;
	*ret = claims;
	return RC_OK;
}

enum rc
jwt_event(struct jwt_verifier *v, struct arena *a, const char *token, const char *audience,
    int64_t now_s, const struct json **ret)
{
	const struct json *claims;
	uint64_t generation;

	claims = open_token(v, a, token, jwt_typ_is_event, now_s, &generation);
	if (claims == NULL || !jwt_event_fits(&v->rules, a, claims, audience, now_s))
		return RC_UNAUTH;
	*ret = claims;
	return RC_OK;
}

enum rc
jwt_id_hint(struct jwt_verifier *v, struct arena *a, const char *token, int64_t now_s,
    const struct json **ret)
{
	const struct json *claims;
	const char *iss;
	uint64_t generation;

	claims = open_token(v, a, token, jwt_typ_is_id, now_s, &generation);
	if (claims == NULL || (iss = json_text(claims, "iss")) == NULL ||
	    strcmp(iss, v->rules.issuer) != 0 || json_text(claims, "sub") == NULL)
		return RC_UNAUTH;
	*ret = claims;
	return RC_OK;
}

const struct json *
jwt_peek(struct arena *a, const char *token)
{
	struct token t;

	return split(a, token, &t) ? decode(a, t.claims, t.claims_len) : NULL;
}

enum rc
jwt_by_keys(const struct jwks *keys, struct arena *a, const char *token, const struct json **ret)
{
	const struct json *header;
	const struct rsa *rsa = NULL;
	const char *alg, *kid;
	struct token t;

	if (!split(a, token, &t) || (header = decode(a, token, t.header_len)) == NULL)
		return RC_UNAUTH;
	alg = json_text(header, "alg");
	kid = json_text(header, "kid");
	if (alg == NULL || strcmp(alg, "RS256") != 0 || json_get(header, "crit") != NULL)
		return RC_UNAUTH;
	if (kid != NULL)
		rsa = jwks_find(keys, kid);
	if (keys->n == 1 && (kid == NULL || keys->key[0].kid[0] == '\0'))
		rsa = keys->key[0].rsa;
	if (rsa == NULL || !rsa_verify(rsa, t.text, t.signed_len, t.sig, t.sig_len))
		return RC_UNAUTH;
	*ret = decode(a, t.claims, t.claims_len);
	return *ret != NULL ? RC_OK : RC_UNAUTH;
}
