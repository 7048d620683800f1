/* SPDX-License-Identifier: Apache-2.0 */
/* account_delete.c - somebody leaves.
 *
 *	GET  /account/delete   says what will be gone, and asks for the password
 *	POST /account/delete   erases the account and all that hangs on it, at once
 *
 * The event host learns of it by a security event token (RFC 8417): "account-purged" of OpenID RISC
 * with issuer and subject, signed with our key. It is stored in the same transaction, and
 * chulcheck-notify deliver pushes it (RFC 8935) until the event host has taken it. */
#include "attempt.h"
#include "auth.h"
#include "auth_mail.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/log.h"
#include "db/writer.h"
#include "page.h"
#include "password.h"
#include "query.h"
#include "second_factor.h"
#include "session.h"
#include "web/json.h"
#include "web/jwt.h"

#define EVENT_PURGED "https://schemas.openid.net/secevent/risc/event-type/account-purged"

struct delete_in {
	const char *password, *code;
	bool sure;
};
static const struct param delete_params[] = {
	PARAM_TEXT(struct delete_in, password, 1, 1000),
	PARAM_LINE(struct delete_in, code, 0, 40, .optional = true),
	PARAM_BOOL(struct delete_in, sure),
	PARAM_END
};

enum wrong { NOTHING, PASSWORD, CODE, UNSURE };

static enum rc
show(struct req *r, enum wrong wrong)
{
	page_auth_delete(&r->body_out, &(struct page_auth_delete){
		.lang = r->lang, .v = session_view(r), .email = r->who->email,
		.ask_code = r->who->has_totp, .wrong_password = wrong == PASSWORD,
		.wrong_code = wrong == CODE, .unsure = wrong == UNSURE,
	});
	r->status = wrong == NOTHING ? 200 : wrong == UNSURE ? 422 : 401;
	return RC_OK;
}

static enum rc
delete_get(struct req *r)
{
	return show(r, NOTHING);
}

static enum rc
event_token(struct req *r, const char *subject, const char **ret)
{
	struct buf o = { .arena = r->arena };

	json_open(&o, NULL, '{');
	json_put_text(&o, "iss", r->conf->auth_url);
	json_put_text(&o, "jti", crypto_token(r->arena));
	json_put_int(&o, "iat", auth_now());
	json_put_text(&o, "aud", r->conf->event_url);
	json_open(&o, "sub_id", '{');
	json_put_text(&o, "format", "iss_sub");
	json_put_text(&o, "iss", r->conf->auth_url);
	json_put_text(&o, "sub", subject);
	json_close(&o, '}');
	json_open(&o, "events", '{');
	json_open(&o, EVENT_PURGED, '{');
	json_close(&o, '}');
	json_close(&o, '}');
	json_close(&o, '}');
	return jwt_sign(auth(r)->signer, r->arena, "secevent+jwt", o.s, ret);
}

struct removal {
	struct req *r;
	const struct account_find *account;
	const char *event;
	bool last_owner;
};

/* The subject stays in the audit: by then it names nobody. */
static enum rc
delete_run(struct db *db, struct arena *a, void *arg)
{
	struct removal *d = arg;
	const struct account_find *account = d->account;
	struct staff_owners owners;
	int64_t now = auth_now();
	enum rc rc;

	if ((rc = session_still(d->r, db, account, true)) != RC_OK ||
	    (rc = q_staff_owners(db, a, &owners)) != RC_OK)
		return rc;
	d->last_owner = role_parse(account->role) == ROLE_OWNER && owners.n <= 1;
	if (d->last_owner)
		return RC_OK;
	if ((rc = attempt_forget(d->r, db, account->email, account->subject)) != RC_OK ||
	    (rc = q_account_remove(db, a, account->id, NULL)) != RC_OK ||
	    (rc = auth_mail_notice(d->r, db, account->email, "계정이 삭제되었습니다",
	    "Your account was deleted")) != RC_OK ||
	    (rc = q_account_last_mails(db, a, account->email, NULL)) != RC_OK ||
	    (rc = q_account_sent_notices(db, a, account->email, NULL)) != RC_OK ||
	    (rc = q_account_remove_mails(db, a, account->email, NULL)) != RC_OK ||
	    (rc = q_account_remove_sign_ups(db, a, account->email, NULL)) != RC_OK ||
	    (rc = q_account_remove_resets(db, a, account->email, NULL)) != RC_OK ||
	    (rc = q_auth_audit_add(db, a, now, account->subject, "account deleted", account->subject,
	    "", NULL)) != RC_OK)
		return rc;
	return q_security_event_add(db, a, d->event, now, now, NULL);
}

static enum rc
delete_post(struct req *r)
{
	const struct delete_in *in = r->in;
	struct account_find account;
	struct removal d = { .r = r, .account = &account };
	enum rc rc;

	if (!in->sure)
		return show(r, UNSURE);
	rc = session_prove(r, r->who->email, in->password, http_cookie(r, "device"), &account);
	if (rc != RC_OK)
		return rc == RC_CREDENTIALS ? show(r, PASSWORD) : rc;
	if (second_factor_set(&account)) {
		rc = second_factor_check(r, &account, AT_ACCOUNT, NULL,
		    in->code != NULL ? in->code : "");
		if (rc != RC_OK)
			return rc == RC_CODE ? show(r, CODE) : rc;
	}
	if ((rc = event_token(r, account.subject, &d.event)) != RC_OK ||
	    (rc = writer_run(r->writer, r->arena, delete_run, &d)) != RC_OK)
		return rc;
	if (d.last_owner) {
		r->detail = r->lang == LANG_KO ? "마지막 소유자입니다. 먼저 다른 사람을 소유자로 지정해 주세요." :
		    "You are the last owner. Make somebody else an owner first.";
		return RC_CONFLICT;
	}
	log_info("account %s deleted by its owner", account.subject);
	session_cookie(r, "");
	http_cookie_set(r, "device", "", 0);
	return http_redirect(r, "/goodbye");
}

static enum rc
goodbye_get(struct req *r)
{
	page_auth_goodbye(&r->body_out, &(struct page_auth_goodbye){
		.lang = r->lang, .v = session_view(r),
	});
	return RC_OK;
}

const struct route account_delete_routes[] = {
	ROUTE(GET, "/account/delete", delete_get, PAGE, CUSTOMER),
	ROUTE_IN(POST, "/account/delete", delete_post, PAGE, CUSTOMER, delete_in, delete_params),
	ROUTE(GET, "/goodbye", goodbye_get, PAGE, ANYONE),
	ROUTE_END
};
