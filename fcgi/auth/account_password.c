/* SPDX-License-Identifier: Apache-2.0 */
/* account_password.c - somebody who is signed in changes his password.
 *
 *	GET  /account/password   the form
 *	POST /account/password   with the present password; ends all other sign-ins and tells him by
 *	                         mail */
#include "attempt.h"
#include "auth.h"
#include "auth_mail.h"
#include "base/conf.h"
#include "db/writer.h"
#include "page.h"
#include "password.h"
#include "query.h"
#include "session.h"

struct change_in {
	const char *password, *new_password;
};
static const struct param change_params[] = {
	PARAM_TEXT(struct change_in, password, 1, 1000),
	PARAM_TEXT(struct change_in, new_password, 1, 1000),
	PARAM_END
};

static enum rc
show(struct req *r, int status, bool wrong, enum password_fault fault)
{
	page_auth_password(&r->body_out, &(struct page_auth_password){
		.lang = r->lang, .v = session_view(r), .email = r->who->email, .wrong = wrong,
		.fault = (int)fault, .min = PASSWORD_MIN, .max = PASSWORD_MAX,
	});
	r->status = status;
	return RC_OK;
}

static enum rc
password_get(struct req *r)
{
	return show(r, 200, false, PASSWORD_GOOD);
}

struct change {
	struct req *r;
	const struct account_find *account;
	const char *stored, *session;
};

static enum rc
change_run(struct db *db, struct arena *a, void *arg)
{
	struct change *c = arg;
	const struct identity *who = c->r->who;
	enum rc rc;

	if ((rc = session_still(c->r, db, c->account, true)) != RC_OK ||
	    (rc = q_account_password(db, a, c->stored, who->account_id, NULL)) != RC_OK ||
	    (rc = session_end_others(db, a, who->account_id, "")) != RC_OK ||
	    (rc = attempt_forget(c->r, db, who->email, who->subject)) != RC_OK ||
	    (rc = auth_mail_notice(c->r, db, who->email, "비밀번호가 바뀌었습니다",
	    "Your password was changed")) != RC_OK)
		return rc;
	return session_start(c->r, db, who->account_id, who->strong, &c->session);
}

static enum rc
password_post(struct req *r)
{
	const struct change_in *in = r->in;
	struct account_find account;
	struct change c = { .r = r, .account = &account };
	enum password_fault fault = session_password_fault(r, in->new_password, r->who->email);
	enum rc rc;

	if (fault != PASSWORD_GOOD)
		return show(r, 422, false, fault);
	rc = session_prove(r, r->who->email, in->password, http_cookie(r, "device"), &account);
	if (rc == RC_CREDENTIALS)
		return show(r, 401, true, PASSWORD_GOOD);
	if (rc != RC_OK)
		return rc;
	if ((rc = session_hash(r, in->new_password, &c.stored)) == RC_OK)
		rc = writer_run(r->writer, r->arena, change_run, &c);
	if (rc != RC_OK)
		return rc;
	session_cookie(r, c.session);
	attempt_device_cookie(r, r->who->email, c.stored);
	return http_redirect(r, "/account?done=password");
}

const struct route account_password_routes[] = {
	ROUTE(GET, "/account/password", password_get, PAGE, CUSTOMER),
	ROUTE_IN(POST, "/account/password", password_post, PAGE, CUSTOMER, change_in, change_params),
	ROUTE_END
};
