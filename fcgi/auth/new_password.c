/* SPDX-License-Identifier: Apache-2.0 */
/* new_password.c - a new password for somebody who has forgotten his, by a link in a mail.
 *
 *	GET  /forgot-password          asks for the address; ?sent=1 says that a mail is on its way
 *	POST /forgot-password          mails a link, valid for ten minutes
 *	GET  /reset-password?token=    the form that the link opens
 *	POST /reset-password           the new password, and the code where there is a second factor
 *
 * Answer and work are the same for addresses that have an account and for those that have none;
 * the mail then says so. How many mails may go to one mailbox is in attempt.h; further requests are
 * answered like the others and send none.
 * The new password ends all other sign-ins and all waiting for wrong passwords: nobody can be
 * locked out of an account whose mailbox he has. */
#include <string.h>

#include "attempt.h"
#include "auth.h"
#include "auth_mail.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/str.h"
#include "db/writer.h"
#include "page.h"
#include "password.h"
#include "query.h"
#include "second_factor.h"
#include "session.h"

struct forgot_form_in {
	bool sent;
};
static const struct param forgot_form_params[] = {
	PARAM_BOOL(struct forgot_form_in, sent),
	PARAM_END
};

struct forgot_in {
	const char *email;
};
static const struct param forgot_params[] = {
	PARAM_LINE(struct forgot_in, email, 1, 254),
	PARAM_END
};

struct reset_in {
	const char *token, *password, *code;
};
static const struct param reset_form_params[] = {
	PARAM_LINE(struct reset_in, token, 0, 100, .optional = true),
	PARAM_END
};
static const struct param reset_params[] = {
	PARAM_LINE(struct reset_in, token, 1, 100),
	PARAM_TEXT(struct reset_in, password, 1, 1000),
	PARAM_LINE(struct reset_in, code, 0, 40, .optional = true),
	PARAM_END
};

static enum rc
forgot_get(struct req *r)
{
	const struct forgot_form_in *in = r->in;

	page_auth_forgot(&r->body_out, &(struct page_auth_forgot){
		.lang = r->lang, .v = session_view(r), .email = "", .sent = in->sent,
		.minutes = AUTH_MAIL_LINK_S / 60,
	});
	return RC_OK;
}

struct forgot {
	struct req *r;
	const char *email;
};

static enum rc
queue_link(struct req *r, struct db *db, const char *email, const char *key, const char *token)
{
	struct buf body = { .arena = r->arena };

	if (token == NULL)
		text_auth_unknown(&body, &(struct text_auth_unknown){
			.lang = r->lang, .site = r->conf->site_name, .url = r->conf->auth_url,
		});
	else
		text_auth_reset(&body, &(struct text_auth_reset){
			.lang = r->lang, .site = r->conf->site_name, .url = r->conf->auth_url,
			.token = token, .minutes = AUTH_MAIL_LINK_S / 60,
		});
	return auth_mail_queue(r, db, "reset", key, email, r->lang == LANG_KO ?
	    "비밀번호 재설정" : "A new password", body.s, AUTH_MAIL_LINK_S);
}

static enum rc
forgot_run(struct db *db, struct arena *a, void *arg)
{
	const struct forgot *f = arg;
	const char *token = crypto_token(a), *hash = crypto_sha256_text(a, token);
	struct account_find account = { 0 };
	int64_t now = auth_now();
	enum rc rc;

	rc = q_account_find(db, a, 0, f->email, &account);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	if ((rc = q_reset_clean(db, a, now, NULL)) != RC_OK)
		return rc;
	rc = q_reset_add(db, a, hash, f->email, account.id, now + AUTH_MAIL_LINK_S, NULL);
	return rc == RC_OK ? queue_link(f->r, db, f->email, hash, account.id != 0 ? token : NULL) : rc;
}

static enum rc
forgot_post(struct req *r)
{
	const struct forgot_in *in = r->in;
	struct forgot f = { .r = r, .email = str_lower(r->arena, in->email) };
	bool allowed;
	enum rc rc;

	if (!str_email(in->email)) {
		page_auth_forgot(&r->body_out, &(struct page_auth_forgot){
			.lang = r->lang, .v = session_view(r), .email = in->email, .bad_email = true,
		});
		r->status = 422;
		return RC_OK;
	}
	if ((rc = auth_mail_allowed(r, f.email, &allowed)) != RC_OK)
		return rc;
	if (allowed)
		rc = writer_run(r->writer, r->arena, forgot_run, &f);
	return rc == RC_OK ? http_redirect(r, "/forgot-password?sent=1") : rc;
}

/* The account that a link belongs to. RC_NOTFOUND: never one of ours, used, or too old. */
static enum rc
find(struct req *r, const char *token, struct account_find *ret)
{
	struct reset_by_hash row;
	enum rc rc = q_reset_by_hash(r->db, r->arena,
	    crypto_sha256_text(r->arena, token != NULL ? token : ""), auth_now(), &row);

	return rc == RC_OK ? q_account_find(r->db, r->arena, row.account_id, "", ret) : rc;
}

static enum rc
show_gone(struct req *r)
{
	page_auth_reset_gone(&r->body_out, &(struct page_auth_reset_gone){
		.lang = r->lang, .v = session_view(r),
	});
	r->status = 404;
	return RC_OK;
}

static enum rc
show_form(struct req *r, const struct account_find *account, const char *token,
    enum password_fault fault, bool wrong_code)
{
	page_auth_reset(&r->body_out, &(struct page_auth_reset){
		.lang = r->lang, .v = session_view(r), .token = token, .email = account->email,
		.ask_code = second_factor_set(account), .wrong_code = wrong_code,
		.fault = (int)fault, .min = PASSWORD_MIN, .max = PASSWORD_MAX,
	});
	r->status = wrong_code ? 401 : fault != PASSWORD_GOOD ? 422 : 200;
	return RC_OK;
}

static enum rc
reset_get(struct req *r)
{
	const struct reset_in *in = r->in;
	struct account_find account;
	enum rc rc = find(r, in->token, &account);

	if (rc == RC_NOTFOUND)
		return show_gone(r);
	return rc == RC_OK ? show_form(r, &account, in->token, PASSWORD_GOOD, false) : rc;
}

struct reset {
	struct req *r;
	const struct account_find *account;
	const char *hash, *stored, *session;
};

/* RC_NOTFOUND: the link was used a moment ago. */
static enum rc
reset_run(struct db *db, struct arena *a, void *arg)
{
	struct reset *s = arg;
	const struct account_find *account = s->account;
	int64_t now = auth_now(), changes;
	enum rc rc;

	/* A second factor that was set up a moment ago was not asked for. */
	if ((rc = session_still(s->r, db, account, false)) != RC_OK ||
	    (rc = q_reset_use(db, a, now, s->hash, &changes)) != RC_OK)
		return rc;
	if (changes == 0)
		return RC_NOTFOUND;
	if ((rc = q_reset_end(db, a, now, account->id, NULL)) != RC_OK ||
	    (rc = q_account_password(db, a, s->stored, account->id, NULL)) != RC_OK ||
	    (rc = session_end_others(db, a, account->id, "")) != RC_OK ||
	    (rc = attempt_forget(s->r, db, account->email, account->subject)) != RC_OK ||
	    (rc = auth_mail_notice(s->r, db, account->email, "비밀번호가 바뀌었습니다",
	    "Your password was changed")) != RC_OK)
		return rc;
	return session_start(s->r, db, account->id, second_factor_set(account), &s->session);
}

static enum rc
reset_post(struct req *r)
{
	const struct reset_in *in = r->in;
	struct account_find account;
	struct reset s = { .r = r, .account = &account, .hash = crypto_sha256_text(r->arena, in->token) };
	enum password_fault fault;
	enum rc rc = find(r, in->token, &account);

	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? show_gone(r) : rc;
	fault = session_password_fault(r, in->password, account.email);
	if (fault != PASSWORD_GOOD)
		return show_form(r, &account, in->token, fault, false);
	if (second_factor_set(&account)) {
		rc = second_factor_check(r, &account, AT_RESET, NULL,
		    in->code != NULL ? in->code : "");
		if (rc != RC_OK)
			return rc == RC_CODE ? show_form(r, &account, in->token, PASSWORD_GOOD, true) : rc;
	}
	if ((rc = session_hash(r, in->password, &s.stored)) == RC_OK)
		rc = writer_run(r->writer, r->arena, reset_run, &s);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? show_gone(r) : rc;
	session_cookie(r, s.session);
	attempt_device_cookie(r, account.email, s.stored);
	return http_redirect(r, "/account");
}

const struct route new_password_routes[] = {
	ROUTE_IN(GET, "/forgot-password", forgot_get, PAGE, ANYONE, forgot_form_in, forgot_form_params),
	ROUTE_IN(POST, "/forgot-password", forgot_post, PAGE, ANYONE, forgot_in, forgot_params),
	ROUTE_IN(GET, "/reset-password", reset_get, PAGE, ANYONE, reset_in, reset_form_params),
	ROUTE_IN(POST, "/reset-password", reset_post, PAGE, ANYONE, reset_in, reset_params),
	ROUTE_END
};
