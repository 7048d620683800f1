/* SPDX-License-Identifier: Apache-2.0 */
/* account_factor.c - the second factor of who is signed in.
 *
 *	GET  /account/second-factor?next=     what there is; without one, a new secret to scan
 *	POST /account/second-factor           with the password and the first code: from now on; all
 *	                                      other sign-ins end
 *	POST /account/second-factor/remove    with password and code; not for staff, who need one
 *
 * A secret that is being set up is in the form, sealed for this account, and nowhere else. */
#include "attempt.h"
#include "auth.h"
#include "auth_mail.h"
#include "base/conf.h"
#include "db/writer.h"
#include "page.h"
#include "password.h"
#include "qr.h"
#include "query.h"
#include "second_factor.h"
#include "session.h"
#include "totp.h"

struct form_in {
	const char *next;
};
static const struct param form_params[] = {
	PARAM_TEXT(struct form_in, next, 0, 8000, .optional = true),
	PARAM_END
};

struct set_in {
	const char *next, *sealed, *code, *password;
};
static const struct param set_params[] = {
	PARAM_TEXT(struct set_in, next, 0, 8000, .optional = true),
	PARAM_LINE(struct set_in, sealed, 1, 200),
	PARAM_LINE(struct set_in, code, 1, 40),
	PARAM_TEXT(struct set_in, password, 1, 1000),
	PARAM_END
};

struct remove_in {
	const char *code, *password;
};
static const struct param remove_params[] = {
	PARAM_LINE(struct remove_in, code, 1, 40),
	PARAM_TEXT(struct remove_in, password, 1, 1000),
	PARAM_END
};

enum wrong { NOTHING, PASSWORD, CODE };

/* While a secret is set up it is sealed under another name than one that counts. */
static const char *
draft_of(struct req *r)
{
	return arena_fmt(r->arena, "draft:%s", r->who->subject);
}

static enum rc
show(struct req *r, const char *next, const char *secret, enum wrong wrong)
{
	struct page_auth_factor page = {
		.lang = r->lang, .v = session_view(r), .email = r->who->email,
		.next = session_next(next), .set = r->who->has_totp,
		.must = r->who->duty != NULL || r->who->role != ROLE_CUSTOMER,
		.wrong_password = wrong == PASSWORD, .wrong_code = wrong == CODE,
	};

	if (!page.set) {
		page.secret = secret != NULL ? secret : totp_create(r->arena);
		page.sealed = totp_seal(r->arena, r->conf->totp_key, draft_of(r), page.secret);
		page.qr = qr_svg(r->arena, totp_uri(r->arena, page.secret, r->conf->site_name,
		    r->who->email));
	}
	page_auth_factor(&r->body_out, &page);
	r->status = wrong != NOTHING ? 401 : 200;
	return RC_OK;
}

static enum rc
factor_get(struct req *r)
{
	const struct form_in *in = r->in;

	return show(r, in->next, NULL, NOTHING);
}

struct change {
	struct req *r;
	const struct account_find *account;
	const char *stored;      /* "" removes it */
	int64_t step;
	const char *session;
};

static enum rc
change_run(struct db *db, struct arena *a, void *arg)
{
	struct change *c = arg;
	const struct identity *who = c->r->who;
	bool on = *c->stored != '\0';
	enum rc rc;

	if ((rc = session_still(c->r, db, c->account, true)) != RC_OK ||
	    (rc = q_account_totp(db, a, c->stored, c->step, who->account_id, NULL)) != RC_OK ||
	    (rc = q_auth_audit_add(db, a, auth_now(), who->subject, on ? "second factor set" :
	    "second factor removed", who->subject, "", NULL)) != RC_OK ||
	    (rc = session_end_others(db, a, who->account_id, "")) != RC_OK ||
	    (rc = auth_mail_notice(c->r, db, who->email, on ? "2단계 인증이 설정되었습니다" :
	    "2단계 인증이 해제되었습니다", on ? "A second factor was set up" :
	    "The second factor was removed")) != RC_OK)
		return rc;
	return session_start(c->r, db, who->account_id, on, &c->session);
}

static enum rc
change(struct req *r, struct change *c, const char *next)
{
	enum rc rc = writer_run(r->writer, r->arena, change_run, c);

	if (rc != RC_OK)
		return rc;
	session_cookie(r, c->session);
	attempt_device_cookie(r, r->who->email, c->account->password);
	return http_redirect(r, next);
}

static enum rc
factor_post(struct req *r)
{
	const struct set_in *in = r->in;
	struct account_find account;
	struct change c = { .r = r, .account = &account };
	const char *secret;
	enum rc rc;

	if (r->who->has_totp)
		return RC_CONFLICT;
	if (totp_open(r->arena, r->conf->totp_key, draft_of(r), in->sealed, &secret) != RC_OK) {
		r->bad = "sealed";
		return RC_INVALID;
	}
	rc = session_prove(r, r->who->email, in->password, http_cookie(r, "device"), &account);
	if (rc != RC_OK)
		return rc == RC_CREDENTIALS ? show(r, in->next, secret, PASSWORD) : rc;
	if ((c.step = totp_step(r->arena, secret, in->code, auth_now(), 0)) == 0)
		return show(r, in->next, secret, CODE);
	c.stored = totp_seal(r->arena, r->conf->totp_key, r->who->subject, secret);
	return change(r, &c, session_next(in->next));
}

static enum rc
remove_post(struct req *r)
{
	const struct remove_in *in = r->in;
	struct account_find account;
	struct change c = { .r = r, .account = &account, .stored = "" };
	enum rc rc;

	rc = session_prove(r, r->who->email, in->password, http_cookie(r, "device"), &account);
	if (rc != RC_OK)
		return rc == RC_CREDENTIALS ? show(r, NULL, NULL, PASSWORD) : rc;
	if (!second_factor_set(&account))
		return http_redirect(r, "/account/second-factor");
	if (role_parse(account.role) != ROLE_CUSTOMER)
		return RC_DENIED;
	rc = second_factor_check(r, &account, AT_ACCOUNT, NULL, in->code);
	if (rc != RC_OK)
		return rc == RC_CODE ? show(r, NULL, NULL, CODE) : rc;
	return change(r, &c, "/account/second-factor");
}

const struct route account_factor_routes[] = {
	ROUTE_IN(GET, "/account/second-factor", factor_get, PAGE, CUSTOMER, form_in, form_params),
	ROUTE_IN(POST, "/account/second-factor", factor_post, PAGE, CUSTOMER, set_in, set_params),
	ROUTE_IN(POST, "/account/second-factor/remove", remove_post, PAGE, CUSTOMER, remove_in,
	    remove_params),
	ROUTE_END
};
