/* SPDX-License-Identifier: Apache-2.0 */
/* attempt.c - counting failed attempts. The scheme of a proof for known devices is that of the
 * "device cookies" of OWASP. Rows are keyed by an HMAC, so unknown addresses are counted like
 * known ones without being kept. */
#include "attempt.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/str.h"
#include "db/writer.h"
#include "query.h"

enum {
	KEPT_S = 7 * 86400, DEVICE_S = 365 * 86400, HOUR_S = 3600, DAY_S = 86400,
	STOP = 100               /* NIST SP 800-63B-4 3.2.2: no more failures in a row than this */
};

/* Columns: name in the key; failures without waiting; longest wait; a day's wait from STOP on;
 * seconds in which one failure is forgotten, 0: only all of them, by success. */
static const struct {
	const char *name;
	int64_t without, longest_s;
	bool stops;
	int64_t decay_s;
	bool flat;               /* always the longest wait */
} rules[] = {
	[ATTEMPT_ACCOUNT] = { "account", 10, HOUR_S, true, 0 },
	[ATTEMPT_DEVICE] = { "device", 10, HOUR_S, true, 0 },
	[ATTEMPT_CODE] = { "code", 5, HOUR_S, true, 0 },
	[ATTEMPT_ADDRESS] = { "address", 100, 60, false, 3 },
	[ATTEMPT_MAIL] = { "mail", 100, 60, false, 10 },
	[ATTEMPT_MAIL_TO] = { "mail to", 3, 200, false, 200, true },
	[ATTEMPT_MAIL_DAY] = { "mail a day", 30, 2880, false, 2880, true },
};

int64_t
attempt_wait(enum attempt_rule rule, int64_t fails)
{
	int64_t over = fails - rules[rule].without, wait_s;

	if (over < 0)
		return 0;
	if (rules[rule].stops && fails >= STOP)
		return DAY_S;
	if (rules[rule].flat)
		return rules[rule].longest_s;
	wait_s = over < 12 ? INT64_C(1) << over : HOUR_S;
	return wait_s < rules[rule].longest_s ? wait_s : rules[rule].longest_s;
}

int64_t
attempt_decay(enum attempt_rule rule, int64_t fails, int64_t now, int64_t *last_at)
{
	int64_t decay_s = rules[rule].decay_s, steps;

	if (now - *last_at >= KEPT_S)
		fails = 0;
	if (decay_s > 0 && now > *last_at) {
		steps = (now - *last_at) / decay_s;
		fails = steps < fails ? fails - steps : 0;
		*last_at += steps * decay_s;
	}
	if (decay_s == 0 || fails == 0)
		*last_at = now;
	return fails;
}

static const char *
mac_of(struct req *r, struct arena *a, const char *text)
{
	uint8_t mac[SHA256_LEN];

	crypto_hmac((const uint8_t *)r->conf->cookie_key, strlen(r->conf->cookie_key), text,
	    strlen(text), mac);
	return base64url_encode(a, mac, sizeof(mac));
}

static const char *
key_of(struct req *r, struct arena *a, enum attempt_rule rule, const char *whom)
{
	return mac_of(r, a, arena_fmt(a, "attempt:%s:%s", rules[rule].name, whom));
}

const char *
attempt_network(struct arena *a, const char *address)
{
	struct in6_addr six;
	char text[INET6_ADDRSTRLEN];

	if (address == NULL || inet_pton(AF_INET6, address, &six) != 1)
		return address != NULL ? address : "";
	memset(&six.s6_addr[8], 0, 8);
	return inet_ntop(AF_INET6, &six, text, sizeof(text)) != NULL ? arena_str(a, text) : address;
}

/* ID.EXPIRES.MAC, the MAC over both, the e-mail that was signed in and its stored password. */
static const char *
device_proof(struct req *r, const char *email, const char *stored, const char *id, int64_t expires)
{
	return arena_fmt(r->arena, "%s.%jd.%s", id, (intmax_t)expires, mac_of(r, r->arena,
	    arena_fmt(r->arena, "device:%s:%jd:%s:%s", id, (intmax_t)expires, email, stored)));
}

const char *
attempt_device(struct req *r, const char *email, const char *stored)
{
	return device_proof(r, email, stored, crypto_token(r->arena), auth_now() + DEVICE_S);
}

void
attempt_device_cookie(struct req *r, const char *email, const char *stored)
{
	http_cookie_set(r, "device", attempt_device(r, email, stored), DEVICE_S);
}

struct attempt
attempt_sign_in(struct req *r, const char *email, const char *device, const char *stored)
{
	char *rest = device != NULL ? arena_str(r->arena, device) : NULL;
	const char *id = strsep(&rest, "."), *until = strsep(&rest, "."), *want;
	int64_t expires;

	if (device != NULL && until != NULL && *stored != '\0' && str_int(until, &expires) && expires > auth_now()) {
		want = device_proof(r, email, stored, id, expires);
		if (strlen(want) == strlen(device) && crypto_equal(want, device, strlen(want)))
			return (struct attempt){ .key = { { ATTEMPT_DEVICE, id } }, .n = 1,
			    .device = device };
	}
	return (struct attempt){ .key = { { ATTEMPT_ACCOUNT, email },
	    { ATTEMPT_ADDRESS, attempt_network(r->arena, r->remote_addr) } }, .n = 2 };
}

static enum rc
too_many(struct req *r, int64_t wait_s)
{
	r->retry_after_s = wait_s > 0 ? wait_s : 1;
	r->detail = arena_fmt(r->arena, r->lang == LANG_KO ?
	    "시도가 너무 많았습니다. %jd초 뒤에 다시 시도해 주세요." :
	    "There were too many attempts. Please try again in %jd seconds.",
	    (intmax_t)r->retry_after_s);
	return RC_TOO_MANY;
}

/* What is known of a key: its row as of now, and for how long it must wait. */
static enum rc
look(struct req *r, struct db *db, struct arena *a, const struct attempt *t, size_t i, int64_t now,
    struct attempt_get *ret, int64_t *ret_wait)
{
	enum rc rc;

	*ret = (struct attempt_get){ 0 };
	rc = q_attempt_get(db, a, key_of(r, a, t->key[i].rule, t->key[i].whom), ret);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	/* A clock that was set back must not make anybody wait for longer. */
	*ret_wait = ret->free_at > now && ret->last_at <= now ? ret->free_at - now : 0;
	ret->fails = attempt_decay(t->key[i].rule, ret->fails, now, &ret->last_at);
	return RC_OK;
}

enum rc
attempt_check(struct req *r, const struct attempt *t)
{
	struct attempt_get row;
	int64_t wait_s;
	size_t i;
	enum rc rc;

	for (i = 0; i < t->n; i++) {
		rc = look(r, r->db, r->arena, t, i, auth_now(), &row, &wait_s);
		if (rc != RC_OK)
			return rc;
		if (wait_s > 0)
			return too_many(r, wait_s);
	}
	return RC_OK;
}

struct count {
	struct req *r;
	const struct attempt *t;
	int64_t by;              /* 1: one failure more; -1: it was none */
	int64_t wait_s;          /* of the longest that must wait; then nothing was counted */
};

static enum rc
put(struct count *c, struct db *db, struct arena *a, size_t i, const struct attempt_get *row,
    int64_t now)
{
	enum attempt_rule rule = c->t->key[i].rule;
	const char *key = key_of(c->r, a, rule, c->t->key[i].whom);
	int64_t fails = row->fails + c->by, wait_s = attempt_wait(rule, fails), free_at;

	if (fails <= 0 || (c->by < 0 && rules[rule].decay_s == 0))
		return q_attempt_clear(db, a, key, NULL);
	free_at = wait_s == 0 ? 0 : c->by > 0 ? now + wait_s : row->free_at;
	return q_attempt_put(db, a, key, fails, row->last_at, free_at, NULL);
}

static enum rc
count_run(struct db *db, struct arena *a, void *arg)
{
	struct count *c = arg;
	struct attempt_get row[2];
	int64_t now = auth_now(), wait_s;
	size_t i;
	enum rc rc;

	c->wait_s = 0;
	for (i = 0; i < c->t->n; i++) {
		if ((rc = look(c->r, db, a, c->t, i, now, &row[i], &wait_s)) != RC_OK)
			return rc;
		c->wait_s = wait_s > c->wait_s ? wait_s : c->wait_s;
	}
	if (c->by > 0 && c->wait_s > 0)
		return RC_OK;
	if ((rc = q_attempt_clean(db, a, now - KEPT_S, NULL)) != RC_OK)
		return rc;
	for (i = 0; i < c->t->n; i++)
		if ((rc = put(c, db, a, i, &row[i], now)) != RC_OK)
			return rc;
	return RC_OK;
}

enum rc
attempt_begin(struct req *r, const struct attempt *t)
{
	struct count c = { .r = r, .t = t, .by = 1 };
	enum rc rc = writer_run(r->writer, r->arena, count_run, &c);

	if (rc != RC_OK)
		return rc;
	return c.wait_s > 0 ? too_many(r, c.wait_s) : RC_OK;
}

enum rc
attempt_good(struct req *r, const struct attempt *t)
{
	struct count c = { .r = r, .t = t, .by = -1 };

	return writer_run(r->writer, r->arena, count_run, &c);
}

enum rc
attempt_forget(struct req *r, struct db *db, const char *email, const char *subject)
{
	const char *code = arena_fmt(r->arena, "sign-in %s", subject);
	enum rc rc = q_attempt_clear(db, r->arena, key_of(r, r->arena, ATTEMPT_ACCOUNT, email), NULL);

	return rc != RC_OK ? rc :
	    q_attempt_clear(db, r->arena, key_of(r, r->arena, ATTEMPT_CODE, code), NULL);
}
