/* SPDX-License-Identifier: Apache-2.0 */
/* token.c - issuing, refreshing and revoking; signing itself is web/jwt.c. */
#include "token.h"

#include <string.h>

#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/encode.h"
#include "db/writer.h"
#include "query.h"
#include "scope.h"
#include "shop.h"
#include "web/json.h"
#include "web/jwt.h"

static const char *
scope_of(const struct token_owner *o)
{
	return o->scope != NULL ? o->scope : SCOPE_ALL;
}

enum rc
token_refresh_start(struct req *r, struct db *db, const struct token_owner *o, const char *family,
    const char **ret)
{
	const char *token = crypto_token(r->arena);
	int64_t now = auth_now();
	enum rc rc;

	if ((rc = q_refresh_clean(db, r->arena, now, NULL)) != RC_OK)
		return rc;
	rc = q_refresh_add(db, r->arena, crypto_sha256_text(r->arena, token), family, o->client_id,
	    o->account_id, o->sid, scope_of(o), o->strong, now, now + r->conf->refresh_ttl_s,
	    NULL);
	if (rc == RC_OK)
		*ret = token;
	return rc;
}

static const char *
successor(const struct req *r, const char *token)
{
	const char *key = r->conf->refresh_key;
	uint8_t mac[SHA256_LEN];

	crypto_hmac((const uint8_t *)key, strlen(key), token, strlen(token), mac);
	return base64url_encode(r->arena, mac, sizeof(mac));
}

struct refresh {
	struct req *r;
	const char *client_id, *old, *next;
	struct refresh_by_hash row;
	bool good;
};

/* Decides about a token that was used before: its answer may have been lost, unless its successor
 * was used, too. A refusal is written down as well, so it is no rc. */
static enum rc
refresh_again(struct refresh *f, struct db *db, struct arena *a, int64_t now)
{
	struct refresh_by_hash next;
	enum rc rc = q_refresh_by_hash(db, a, crypto_sha256_text(a, f->next), &next);

	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	if (now - f->row.used_at <= REFRESH_GRACE_S && rc == RC_OK && next.used_at == 0) {
		f->good = true;
		return RC_OK;
	}
	log_warn("refresh token used again: account %s, client %s, all of this sign-in is revoked",
	    f->row.subject, f->row.client_id);
	return q_refresh_revoke_family(db, a, now, f->row.family, NULL);
}

static enum rc
refresh_run(struct db *db, struct arena *a, void *arg)
{
	struct refresh *f = arg;
	const char *hash = crypto_sha256_text(a, f->old);
	const struct refresh_by_hash *row = &f->row;
	int64_t now = auth_now();
	enum rc rc;

	f->good = false;
	rc = q_refresh_by_hash(db, a, hash, &f->row);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	if (strcmp(row->client_id, f->client_id) != 0 || row->revoked_at != 0 ||
	    row->expires_at <= now)
		return RC_OK;
	if (row->used_at != 0)
		return refresh_again(f, db, a, now);
	if ((rc = q_refresh_use(db, a, now, hash, NULL)) != RC_OK ||
	    (rc = q_refresh_add(db, a, crypto_sha256_text(a, f->next), row->family, row->client_id,
	    row->account_id, row->sid, row->scope, row->strong, now, row->expires_at,
	    NULL)) != RC_OK)
		return rc;
	f->good = true;
	return RC_OK;
}

enum rc
token_refresh(struct req *r, const char *client_id, const char *old, struct token_owner *ret_owner,
    const char **ret)
{
	struct refresh f = {
		.r = r, .client_id = client_id, .old = old, .next = successor(r, old),
	};
	enum rc rc;

	if ((rc = writer_run(r->writer, r->arena, refresh_run, &f)) != RC_OK)
		return rc;
	if (!f.good)
		return RC_UNAUTH;
	*ret_owner = (struct token_owner){
		.account_id = f.row.account_id, .subject = f.row.subject, .name = f.row.name,
		.email = f.row.email, .role = f.row.role, .client_id = client_id, .sid = f.row.sid,
		.scope = f.row.scope, .strong = f.row.strong != 0,
	};
	*ret = f.next;
	return RC_OK;
}

static enum rc
revoke_run(struct db *db, struct arena *a, void *arg)
{
	const struct refresh *f = arg;
	struct refresh_by_hash row;
	enum rc rc;

	rc = q_refresh_by_hash(db, a, crypto_sha256_text(a, f->old), &row);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	if (strcmp(row.client_id, f->client_id) != 0)
		return RC_OK;
	return q_refresh_revoke_family(db, a, auth_now(), row.family, NULL);
}

enum rc
token_revoke(struct req *r, const char *client_id, const char *token)
{
	struct refresh f = { .r = r, .client_id = client_id, .old = token };

	return writer_run(r->writer, r->arena, revoke_run, &f);
}

/* The claims that every token begins with; the object stays open. */
static void
claims_open(struct req *r, struct buf *o, const char *subject, const char *audience)
{
	int64_t now = auth_now();

	json_open(o, NULL, '{');
	json_put_text(o, "iss", r->conf->auth_url);
	json_put_text(o, "sub", subject);
	json_put_text(o, "aud", audience);
	json_put_int(o, "iat", now);
	json_put_int(o, "exp", now + r->conf->access_ttl_s);
}

/* What the scope allows to tell of a person (OpenID Connect Core 5.4). */
static void
claims_person(struct buf *o, const struct token_owner *w)
{
	if (list_has(scope_of(w), SCOPE_PROFILE))
		json_put_text(o, "name", w->name);
	if (!list_has(scope_of(w), SCOPE_EMAIL))
		return;
	json_put_text(o, "email", w->email);
	json_put_bool(o, "email_verified", true);        /* there is no account without */
}

static enum rc
claims_sign(struct req *r, struct buf *o, const char *typ, const char **ret)
{
	json_close(o, '}');
	return jwt_sign(auth(r)->signer, r->arena, typ, o->s, ret);
}

enum rc
token_access(struct req *r, const struct token_owner *w, const char **ret)
{
	struct buf o = { .arena = r->arena };
	enum standing standing;

	if (shop_standing(auth(r)->shop, r->arena, w->email, &standing) != RC_OK)
		standing = STANDING_UNKNOWN;
	claims_open(r, &o, w->subject, r->conf->audience);
	json_put_text(&o, "client_id", w->client_id);
	json_put_text(&o, "jti", crypto_token(r->arena));
	json_put_text(&o, "sid", w->sid);
	json_put_text(&o, "scope", scope_of(w));
	claims_person(&o, w);
	json_put_text(&o, "role", w->strong ? w->role : role_word(ROLE_CUSTOMER));
	json_put_text(&o, "standing", standing_word(standing));
	return claims_sign(r, &o, "at+jwt", ret);
}

enum rc
token_id(struct req *r, const struct token_owner *w, const char *nonce, int64_t signed_in_at,
    const char **ret)
{
	struct buf o = { .arena = r->arena };

	claims_open(r, &o, w->subject, w->client_id);
	json_put_int(&o, "auth_time", signed_in_at);
	if (*nonce != '\0')
		json_put_text(&o, "nonce", nonce);
	json_put_text(&o, "sid", w->sid);
	json_open(&o, "amr", '[');       /* RFC 8176 */
	json_put_text(&o, NULL, "pwd");
	if (w->strong)
		json_put_text(&o, NULL, "otp");
	json_close(&o, ']');
	claims_person(&o, w);
	return claims_sign(r, &o, "JWT", ret);
}

enum rc
token_client(struct req *r, const char *client_id, const char *scope, const char **ret)
{
	struct buf o = { .arena = r->arena };

	claims_open(r, &o, client_id, r->conf->audience);
	json_put_text(&o, "client_id", client_id);
	json_put_text(&o, "jti", crypto_token(r->arena));
	json_put_text(&o, "scope", scope);
	json_put_text(&o, "role", role_word(ROLE_CLIENT));
	return claims_sign(r, &o, "at+jwt", ret);
}

void
token_put(struct req *r, const char *access)
{
	json_put_text(&r->body_out, "access_token", access);
	json_put_text(&r->body_out, "token_type", "Bearer");
	json_put_int(&r->body_out, "expires_in", r->conf->access_ttl_s);
}
