/* SPDX-License-Identifier: Apache-2.0 */
/* second_factor.c - codes against the database: each works once, wrong ones are counted.
 *
 * The cookie is ACCOUNT.EXPIRES.MAC; the MAC also covers the stored password, so it ends with it,
 * and nothing is kept of people who stop half-way. */
#include "second_factor.h"

#include <string.h>

#include "attempt.h"
#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/str.h"
#include "db/writer.h"
#include "query.h"
#include "totp.h"

enum { ASK_S = 300 };

bool
second_factor_set(const struct account_find *account)
{
	return account->totp[0] != '\0';
}

struct use {
	int64_t account_id, step;
	bool used_before;
};

static enum rc
use_run(struct db *db, struct arena *a, void *arg)
{
	struct use *u = arg;
	int64_t changes;
	enum rc rc = q_account_totp_use(db, a, u->step, u->account_id, &changes);

	u->used_before = changes == 0;
	return rc;
}

/* Whose wrong codes these are. */
static const char *
whom(struct req *r, const struct account_find *account, enum second_factor_at at,
    const char *device)
{
	static const char *const places[] = {
		[AT_SIGN_IN] = "sign-in", [AT_RESET] = "reset", [AT_ACCOUNT] = "account",
	};

	if (attempt_sign_in(r, account->email, device, account->password).device != NULL)
		return device;
	return arena_fmt(r->arena, "%s %s", places[at], account->subject);
}

enum rc
second_factor_check(struct req *r, const struct account_find *account, enum second_factor_at at,
    const char *device, const char *code)
{
	struct attempt t = { .key = { { ATTEMPT_CODE, whom(r, account, at, device) } }, .n = 1 };
	struct use u = { .account_id = account->id };
	const char *secret;
	enum rc rc;

	rc = totp_open(r->arena, r->conf->totp_key, account->subject, account->totp, &secret);
	if (rc != RC_OK) {
		log_error("account %s: its second factor does not open; was totp_key changed?",
		    account->subject);
		return rc;
	}
	if ((rc = attempt_check(r, &t)) != RC_OK || (rc = attempt_begin(r, &t)) != RC_OK)
		return rc;
	u.step = totp_step(r->arena, secret, code, auth_now(), account->totp_step);
	if (u.step > 0 && (rc = writer_run(r->writer, r->arena, use_run, &u)) != RC_OK)
		return rc;
	if (u.step == 0 || u.used_before) {
		log_info("second factor refused: account %s, from %s", account->subject, r->remote_addr);
		return RC_CODE;
	}
	return attempt_good(r, &t);
}

static const char *
mac_of(struct req *r, const char *text, const char *stored)
{
	const char *all = arena_fmt(r->arena, "second:%s:%s", text, stored);
	uint8_t mac[SHA256_LEN];

	crypto_hmac((const uint8_t *)r->conf->cookie_key, strlen(r->conf->cookie_key), all,
	    strlen(all), mac);
	return base64url_encode(r->arena, mac, sizeof(mac));
}

void
second_factor_ask(struct req *r, const struct account_find *account)
{
	const char *text = arena_fmt(r->arena, "%jd.%jd", (intmax_t)account->id,
	    (intmax_t)(auth_now() + ASK_S));

	http_cookie_set(r, "second", arena_fmt(r->arena, "%s.%s", text,
	    mac_of(r, text, account->password)), ASK_S);
}

enum rc
second_factor_who(struct req *r, struct account_find *ret)
{
	const char *cookie = http_cookie(r, "second"), *mac = cookie != NULL ? strrchr(cookie, '.') : NULL,
	    *text, *dot, *want;
	int64_t id, expires;
	enum rc rc;

	if (mac == NULL)
		return RC_UNAUTH;
	text = arena_strn(r->arena, cookie, (size_t)(mac++ - cookie));
	if ((dot = strchr(text, '.')) == NULL || !str_int(dot + 1, &expires) || expires <= auth_now() ||
	    !str_int(arena_strn(r->arena, text, (size_t)(dot - text)), &id) || id <= 0)
		return RC_UNAUTH;
	rc = q_account_find(r->db, r->arena, id, "", ret);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_UNAUTH : rc;
	want = mac_of(r, text, ret->password);
	return strlen(want) == strlen(mac) && crypto_equal(want, mac, strlen(want)) &&
	    second_factor_set(ret) ? RC_OK : RC_UNAUTH;
}

void
second_factor_forget(struct req *r)
{
	http_cookie_set(r, "second", "", 0);
}
