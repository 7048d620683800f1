/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in_page.c - a person signs in with e-mail and password, in a browser.
 *
 *	GET  /sign-in?next=PATH   the form
 *	POST /sign-in             a new session, then on to PATH of this host
 *
 * What is wrong is said in one sentence for unknown addresses and wrong passwords alike. */
#include "auth.h"
#include "db/writer.h"
#include "page.h"
#include "password.h"
#include "query.h"
#include "session.h"

struct form_in {
	const char *next;
};
static const struct param form_params[] = {
	PARAM_TEXT(struct form_in, next, 0, 8000, .optional = true),
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

	show(r, "", in->next, false);
	return RC_OK;
}

struct start {
	struct req *r;
	int64_t account_id;
	const char *session;
};

static enum rc
start_run(struct db *db, struct arena *a, void *arg)
{
	struct start *s = arg;

	(void)a;
	return session_start(s->r, db, s->account_id, &s->session);
}

static enum rc
form_post(struct req *r)
{
	const struct submit_in *in = r->in;
	struct start s = { .r = r };
	struct account_by_email account;
	enum rc rc;

	rc = session_prove(r, in->email, in->password, &account);
	if (rc == RC_CREDENTIALS) {
		show(r, in->email, in->next, true);
		r->status = 401;
		return RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	s.account_id = account.id;
	if ((rc = writer_run(r->writer, r->arena, start_run, &s)) != RC_OK)
		return rc;
	session_cookie(r, s.session);
	return http_redirect(r, session_next(in->next));
}

const struct route sign_in_page_routes[] = {
	ROUTE_IN(GET, "/sign-in", form_get, PAGE, ANYONE, form_in, form_params),
	ROUTE_IN(POST, "/sign-in", form_post, PAGE, ANYONE, submit_in, submit_params),
	ROUTE_END
};
