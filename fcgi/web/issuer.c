/* SPDX-License-Identifier: Apache-2.0 */
/* issuer.c - keeps what we know of another identity provider fresh.
 *
 * A thread fetches discovery and keys at the start, every ten minutes, and when a token names a
 * key that we do not hold (then at most once in ten seconds, or strangers could have us ask all
 * day). After a failure it tries again, slower each time, at moments that differ among
 * processes. What was fetched before stays good meanwhile: tokens are checked without the
 * provider for as long as they last. */
#include "web/issuer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/gate.h"
#include "base/log.h"
#include "base/net.h"
#include "base/str.h"
#include "web/json.h"
#include "web/jwt.h"
#include "web/jwt_claims.h"

enum {
	FRESH_MS = 600000, RETRY_MS = 1000, RETRY_MAX_MS = 60000,
	POKE_MS = 10000,                 /* between two fetches for unknown keys */
	POKE_WAIT_MS = 2000, POKE_WAIT = 4,      /* how long, and how many threads, wait for one */
	USERINFO_MS = 4000, USERINFO_WAIT_MS = 1000, USERINFO_MAX = 64 << 10,
	FOLDER_NAME_MAX = 255, FETCH_MEMORY = 16 << 20, WHY_MAX = 500
};

struct issuer {
	const struct conf *conf;
	const char *folder;
	struct jwt_verifier *verifier;
	struct gate waiting, asking;
	pthread_t thread;
	pthread_mutex_t mutex;           /* guards what follows */
	pthread_cond_t changed;
	bool fetching, poked;
	uint64_t rounds;                 /* fetches that have ended */
	int64_t ended_ms;                /* when the last one has */
	_Atomic bool stop;
	struct arena arena;              /* holds all of this */
};

/* Sleeps till then, or until something changes. The mutex is held. */
static bool
sleep_till(struct issuer *is, int64_t till_ms)
{
	struct timespec at = { .tv_sec = till_ms / 1000, .tv_nsec = till_ms % 1000 * 1000000 };

	return pthread_cond_clockwait(&is->changed, &is->mutex, CLOCK_MONOTONIC, &at) == 0;
}

/* Between a half and the whole of it. */
static int64_t
jitter(int64_t ms)
{
	uint32_t random;

	crypto_random(&random, sizeof(random));
	return ms / 2 + (int64_t)(random % (uint32_t)(ms / 2 + 1));
}

/* Equal but for the numbers in them: milliseconds, bytes. */
static bool
is_same_fault(const char *a, const char *b)
{
	static const char digits[] = "0123456789";

	for (;; a++, b++) {
		a += strspn(a, digits);
		b += strspn(b, digits);
		if (*a != *b || *a == '\0')
			return *a == *b;
	}
}

/* Tells of each fault once, and of its end. */
static void
tell(const struct issuer *is, enum rc rc, const char *why, char told[WHY_MAX])
{
	char line[WHY_MAX];

	if (rc == RC_OK) {
		if (*told != '\0')
			log_info("provider %s: its document and keys were fetched again",
			    is->conf->issuer);
		*told = '\0';
	} else {
		(void)snprintf(line, WHY_MAX, "%s", why);
		if (is->stop || is_same_fault(line, told))
			return;
		log_warn("provider %s: not taken: %s", is->conf->issuer, line);
		memcpy(told, line, WHY_MAX);
	}
}

/* When to fetch next, if nothing asks for it before. */
static int64_t
due(const struct issuer *is, int64_t till)
{
	return is->poked && is->ended_ms + POKE_MS < till ? is->ended_ms + POKE_MS : till;
}

static void *
keep_fresh(void *arg)
{
	struct issuer *is = arg;
	int64_t retry_ms = RETRY_MS, till, next;
	char told[WHY_MAX] = "";
	const char *why = "";
	struct arena a;
	enum rc rc;

	arena_init(&a, FETCH_MEMORY);
	pthread_mutex_lock(&is->mutex);
	while (!is->stop) {
		is->poked = false;
		is->fetching = true;
		pthread_mutex_unlock(&is->mutex);
		rc = provider_fetch(&a, is->conf, is->folder, &is->stop, &why);
		tell(is, rc, why, told);
		arena_reset(&a);
		pthread_mutex_lock(&is->mutex);
		is->fetching = false;
		is->rounds++;
		is->ended_ms = clock_mono_ms();
		pthread_cond_broadcast(&is->changed);
		till = is->ended_ms + jitter(rc == RC_OK ? FRESH_MS : retry_ms);
		retry_ms = rc == RC_OK ? RETRY_MS : retry_ms * 2 < RETRY_MAX_MS ? retry_ms * 2 :
		    RETRY_MAX_MS;
		while (!is->stop && clock_mono_ms() < (next = due(is, till)))
			(void)sleep_till(is, next);
	}
	pthread_mutex_unlock(&is->mutex);
	arena_free(&a);
	return NULL;
}

/* A token names a key that we do not hold: has the thread look for new ones, and waits a little.
 * A key that the provider began to use a moment ago is thus no reason to refuse anybody. */
static bool
unknown_kid(void *arg)
{
	struct issuer *is = arg;
	int64_t now = clock_mono_ms(), till = now + POKE_WAIT_MS;
	uint64_t rounds;
	bool fetched;

	if (gate_enter(&is->waiting, 0) != RC_OK)
		return false;
	pthread_mutex_lock(&is->mutex);
	rounds = is->rounds;
	if (!is->fetching && !is->poked) {
		is->poked = true;
		pthread_cond_broadcast(&is->changed);
	}
	while ((is->fetching || now - is->ended_ms >= POKE_MS) && is->rounds == rounds &&
	    clock_mono_ms() < till)
		(void)sleep_till(is, till);
	fetched = is->rounds != rounds;
	pthread_mutex_unlock(&is->mutex);
	gate_leave(&is->waiting);
	return fetched;
}

bool
issuer_is_foreign(const struct conf *conf)
{
	return *conf->issuer != '\0' && strcmp(conf->issuer, conf->auth_url) != 0;
}

static enum rc
check(const struct issuer *is, const char **ret_error)
{
	const char *s = is->conf->issuer;

	if (!str_prefix(s, "https://"))
		*ret_error = "issuer: another provider's must begin with https://";
	else if (s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "-._~:/[]%!$&'()*+,;=")] != '\0')
		*ret_error = "issuer: this is no address of a provider (no spaces, no '?', '#', '@')";
	else if (strlen(strrchr(is->folder, '/') + 1) > FOLDER_NAME_MAX)
		*ret_error = "issuer: it is too long";
	else
		return RC_OK;
	return RC_CONFIG;
}

enum rc
issuer_open(struct issuer **ret, const struct conf *conf, const char *db,
    const char **ret_error)
{
	struct jwt_rules rules;
	struct issuer *is;
	struct arena arena;
	enum rc rc;

	arena_init(&arena, 64 << 10);
	is = arena_new(&arena, struct issuer, 1);
	is->conf = conf;
	is->folder = provider_folder(&arena, conf, db);
	if ((rc = check(is, ret_error)) != RC_OK ||
	    (rc = jwt_rules_read(&rules, conf, ret_error)) != RC_OK) {
		arena_free(&arena);
		return rc;
	}
	rules.jwks = provider_jwks_path(&arena, is->folder);
	rules.unknown_kid = unknown_kid;
	rules.arg = is;
	if ((rc = jwt_verifier_open_rules(&is->verifier, &rules, ret_error)) != RC_OK) {
		arena_free(&arena);
		return rc;
	}
	gate_init(&is->waiting, POKE_WAIT < conf->threads / 4 ? POKE_WAIT : (conf->threads + 3) / 4, 0);
	gate_init(&is->asking, (conf->threads + 3) / 4, conf->threads / 4);
	pthread_mutex_init(&is->mutex, NULL);
	pthread_cond_init(&is->changed, NULL);
	is->arena = arena;
	*ret = is;
	is->fetching = true;             /* it begins with that */
	if (pthread_create(&is->thread, NULL, keep_fresh, is) != 0)
		abort();
	return RC_OK;
}

struct issuer *
issuer_close(struct issuer *is)
{
	struct arena arena;

	if (is == NULL)
		return NULL;
	pthread_mutex_lock(&is->mutex);
	is->stop = true;
	pthread_cond_broadcast(&is->changed);
	pthread_mutex_unlock(&is->mutex);
	pthread_join(is->thread, NULL);
	pthread_cond_destroy(&is->changed);
	pthread_mutex_destroy(&is->mutex);
	gate_destroy(&is->waiting);
	gate_destroy(&is->asking);
	jwt_verifier_close(is->verifier);
	arena = is->arena;
	arena_free(&arena);
	return NULL;
}

struct jwt_verifier *
issuer_verifier(const struct issuer *is)
{
	return is->verifier;
}

enum rc
issuer_meta(const struct issuer *is, struct arena *a, struct provider_meta *ret)
{
	return provider_read(a, is->conf, is->folder, ret);
}

enum rc
issuer_userinfo(struct issuer *is, struct arena *a, const char *token, struct json **ret)
{
	struct provider_meta m;
	struct net_reply reply;
	enum rc rc;

	if (issuer_meta(is, a, &m) != RC_OK || m.userinfo == NULL)
		return RC_IO;
	if ((rc = gate_enter(&is->asking, USERINFO_WAIT_MS)) != RC_OK)
		return rc;
	rc = net_get(a, &(struct net_get){ .url = m.userinfo, .ca = is->conf->provider_ca,
	    .bearer = token, .timeout_ms = USERINFO_MS, .max = USERINFO_MAX }, &reply);
	gate_leave(&is->asking);
	if (rc != RC_OK)
		return RC_IO;
	if (reply.status == 401 || reply.status == 403)
		return RC_UNAUTH;
	/* A signed answer (application/jwt) is no JSON object and thus no usable one. */
	return reply.status == 200 && json_parse(a, reply.body, strlen(reply.body), ret) == RC_OK &&
	    (*ret)->type == JSON_OBJECT ? RC_OK : RC_IO;
}
