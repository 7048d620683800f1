/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in_page.c - a person signs in, in a browser: e-mail and password, then, with a second factor,
 * the code of the authenticator app.
 *
 *	GET  /sign-in?next=PATH&email=       the form; email fills it in
 *	POST /sign-in                        a new session, or on to the code
 *	GET  /sign-in/code?next=PATH         asks for the code
 *	POST /sign-in/code                   a new session; then on to PATH of this host
 *
 * What is wrong is said in one sentence for unknown addresses and wrong passwords alike. */
#include "attempt.h"
#include "auth.h"
#include "base/net.h"
#include "base/str.h"
#include "db/writer.h"
#include "page.h"
#include "password.h"
#include "query.h"
#include "second_factor.h"
#include "session.h"

struct form_in {
	const char *next, *email;
};
static const struct param form_params[] = {
	PARAM_TEXT(struct form_in, next, 0, 8000, .optional = true),
	PARAM_TEXT(struct form_in, email, 0, 254, .optional = true),
	PARAM_END
};

struct submit_in {
	const char *email, *password, *next;
};
static const struct param submit_params[] = {
	PARAM_LINE(struct submit_in, email, 1, 254),
	PARAM_TEXT(struct submit_in, password, 1, 1000),  /* too long is wrong, not malformed */
	PARAM_TEXT(struct submit_in, next, 0, 8000, .optional = true),
	PARAM_END
};

struct code_in {
	const char *code, *next;
};
static const struct param code_params[] = {
	PARAM_LINE(struct code_in, code, 1, 40),
	PARAM_TEXT(struct code_in, next, 0, 8000, .optional = true),
	PARAM_END
};

static void
show(struct req *r, const char *email, const char *next, bool wrong)
{
	page_auth_sign_in(&r->body_out, &(struct page_auth_sign_in){
		.lang = r->lang, .v = session_view(r), .email = email, .next = session_next(next),
		.wrong = wrong,
	});
}

static enum rc
form_get(struct req *r)
{
	const struct form_in *in = r->in;

	show(r, in->email != NULL && str_email(in->email) ? in->email : "", in->next, false);
	return RC_OK;
}

struct start {
	struct req *r;
	const struct account_find *account;
	bool strong;
	const char *session;
};

static enum rc
start_run(struct db *db, struct arena *a, void *arg)
{
	struct start *s = arg;
	enum rc rc = session_still(s->r, db, s->account, false);

	(void)a;
	return rc == RC_OK ? session_start(s->r, db, s->account->id, s->strong, &s->session) : rc;
}

static enum rc
sign_in(struct req *r, const struct account_find *account, bool strong, const char *next)
{
	struct start s = { .r = r, .account = account, .strong = strong };
	enum rc rc = writer_run(r->writer, r->arena, start_run, &s);

	if (rc != RC_OK)
		return rc;
	session_cookie(r, s.session);
	attempt_device_cookie(r, account->email, account->password);
	return http_redirect(r, session_next(next));
}

static enum rc
form_post(struct req *r)
{
	const struct submit_in *in = r->in;
	struct account_find account;
	enum rc rc;

	rc = session_prove(r, in->email, in->password, http_cookie(r, "device"), &account);
	if (rc == RC_CREDENTIALS) {
		show(r, in->email, in->next, true);
		r->status = 401;
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	if (!second_factor_set(&account))
		return sign_in(r, &account, false, in->next);
	second_factor_ask(r, &account);
	return http_redirect(r, arena_fmt(r->arena, "/sign-in/code?next=%s",
	    net_escape(r->arena, session_next(in->next))));
}

static void
show_code(struct req *r, const char *next, bool wrong)
{
	page_auth_sign_in_code(&r->body_out, &(struct page_auth_sign_in_code){
		.lang = r->lang, .v = session_view(r), .next = session_next(next), .wrong = wrong,
	});
}

/* Nobody's password was right lately: from the start. */
static enum rc
again(struct req *r, enum rc rc, const char *next)
{
	return rc != RC_UNAUTH ? rc : http_redirect(r, arena_fmt(r->arena, "/sign-in?next=%s",
	    net_escape(r->arena, session_next(next))));
}

static enum rc
code_get(struct req *r)
{
	const struct form_in *in = r->in;
	struct account_find account;
	enum rc rc;

	if ((rc = second_factor_who(r, &account)) != RC_OK)
		return again(r, rc, in->next);
	show_code(r, in->next, false);
	return RC_OK;
}

static enum rc
code_post(struct req *r)
{
	const struct code_in *in = r->in;
	struct account_find account;
	enum rc rc;

	if ((rc = second_factor_who(r, &account)) != RC_OK)
		return again(r, rc, in->next);
	rc = second_factor_check(r, &account, AT_SIGN_IN, http_cookie(r, "device"), in->code);
	if (rc == RC_CODE) {
		show_code(r, in->next, true);
		r->status = 401;
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	second_factor_forget(r);
	return sign_in(r, &account, true, in->next);
}

const struct route sign_in_page_routes[] = {
	ROUTE_IN(GET, "/sign-in", form_get, PAGE, ANYONE, form_in, form_params),
	ROUTE_IN(POST, "/sign-in", form_post, PAGE, ANYONE, submit_in, submit_params),
	ROUTE_IN(GET, "/sign-in/code", code_get, PAGE, ANYONE, form_in, form_params),
	ROUTE_IN(POST, "/sign-in/code", code_post, PAGE, ANYONE, code_in, code_params),
	ROUTE_END
};
