/* SPDX-License-Identifier: Apache-2.0 */
/* verify_email.c - the link of the mail that sign_up.c sent.
 *
 *	GET  /verify-email?token=   asks for the password that was chosen
 *	POST /verify-email          makes the account and signs the browser in
 *
 * Opening the link changes nothing, since mail scanners open links. The password shows that who
 * has the mailbox is also who signed up: nobody can have an account made with a password of
 * his for the address of somebody else. */
#include "attempt.h"
#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "db/writer.h"
#include "page.h"
#include "password.h"
#include "query.h"
#include "session.h"
#include "terms.h"

struct form_in {
	const char *token;
};
static const struct param form_params[] = {
	PARAM_LINE(struct form_in, token, 0, 100, .optional = true),
	PARAM_END
};

struct submit_in {
	const char *token, *password;
};
static const struct param submit_params[] = {
	PARAM_LINE(struct submit_in, token, 1, 100),
	PARAM_TEXT(struct submit_in, password, 1, PASSWORD_MAX),
	PARAM_END
};

struct verify {
	struct req *r;
	const char *hash, *session;      /* of the token; id of the new session */
	struct sign_up_by_hash row;
};

/* The link was never one of ours, was used, or is too old. */
static enum rc
show_gone(struct req *r)
{
	page_auth_verify_gone(&r->body_out, &(struct page_auth_verify_gone){
		.lang = r->lang, .v = session_view(r),
	});
	r->status = 404;
	return RC_OK;
}

static enum rc
show_form(struct req *r, const char *token, bool wrong)
{
	page_auth_verify(&r->body_out, &(struct page_auth_verify){
		.lang = r->lang, .v = session_view(r), .token = token, .wrong = wrong,
	});
	r->status = wrong ? 401 : 200;
	return RC_OK;
}

static enum rc
form_get(struct req *r)
{
	const struct form_in *in = r->in;
	const char *token = in->token != NULL ? in->token : "";
	struct sign_up_by_hash row;
	enum rc rc;

	rc = q_sign_up_by_hash(r->db, r->arena, crypto_sha256_text(r->arena, token), auth_now(),
	    &row);
	if (rc == RC_NOTFOUND)
		return show_gone(r);
	return rc == RC_OK ? show_form(r, token, false) : rc;
}

/* RC_NOTFOUND: the link was used a moment ago. RC_CONFLICT: the address got an account through
 * another link. */
static enum rc
verify_run(struct db *db, struct arena *a, void *arg)
{
	struct verify *v = arg;
	struct account_add account;
	int64_t now = auth_now(), changes;
	enum rc rc;

	if ((rc = q_sign_up_use(db, a, now, v->hash, &changes)) != RC_OK)
		return rc;
	if (changes == 0)
		return RC_NOTFOUND;
	rc = q_account_add(db, a, crypto_token(a), v->row.email, v->row.name, v->row.password, now,
	    &account);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_CONFLICT : rc;
	/* What he asked for before terms had versions counts for none: he is asked at once. */
	if (v->row.terms[0] != '\0' && (rc = terms_accepted(db, a, account.id, v->row.terms,
	    v->row.privacy)) != RC_OK)
		return rc;
	return session_start(v->r, db, account.id, false, &v->session);
}

static enum rc
form_post(struct req *r)
{
	const struct submit_in *in = r->in;
	struct verify v = { .r = r, .hash = crypto_sha256_text(r->arena, in->token) };
	enum rc rc;

	rc = q_sign_up_by_hash(r->db, r->arena, v.hash, auth_now(), &v.row);
	if (rc == RC_NOTFOUND)
		return show_gone(r);
	if (rc != RC_OK || (rc = gate_enter(&auth(r)->hashing, HASH_WAIT_MS)) != RC_OK)
		return rc;
	rc = password_check(r->arena, in->password, v.row.password);
	gate_leave(&auth(r)->hashing);
	if (rc == RC_CREDENTIALS)
		return show_form(r, in->token, true);
	if (rc != RC_OK)
		return rc;
	rc = writer_run(r->writer, r->arena, verify_run, &v);
	if (rc == RC_NOTFOUND || rc == RC_CONFLICT)
		return show_gone(r);
	if (rc != RC_OK)
		return rc;
	session_cookie(r, v.session);
	attempt_device_cookie(r, v.row.email, v.row.password);
	return http_redirect(r, "/account");
}

const struct route verify_email_routes[] = {
	ROUTE_IN(GET, "/verify-email", form_get, PAGE, ANYONE, form_in, form_params),
	ROUTE_IN(POST, "/verify-email", form_post, PAGE, ANYONE, submit_in, submit_params),
	ROUTE_END
};
