/* SPDX-License-Identifier: Apache-2.0 */
/* sign_up.c - a person asks for an account.
 *
 *	GET  /sign-up          the form
 *	POST /sign-up          mails a link, valid for ten minutes, then
 *	GET  /sign-up?sent=1   says so
 *
 * Whether the address has an account already is told to nobody but its mailbox: answer and work
 * are the same, one password hash and one row; the mail then says that there is one. How many mails
 * may go to one mailbox is in attempt.h; further requests send none. What the asker typed
 * is not repeated in the mail, which goes to an address that he has not proven. The link opens
 * verify_email.c. */
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
#include "session.h"
#include "terms.h"

struct form_in {
	bool sent;
};
static const struct param form_params[] = {
	PARAM_BOOL(struct form_in, sent),
	PARAM_END
};

/* Loose enough that what is wrong is said beside the field. */
struct submit_in {
	const char *name, *email, *password;
	bool accept;             /* terms and privacy notice, as they are in force */
};
static const struct param submit_params[] = {
	PARAM_LINE(struct submit_in, name, 1, 60),
	PARAM_LINE(struct submit_in, email, 1, 254),
	PARAM_TEXT(struct submit_in, password, 1, 1000),
	PARAM_BOOL(struct submit_in, accept),
	PARAM_END
};

struct sign_up {
	struct req *r;
	const char *name, *email, *hash;
};

static void
show(struct req *r, const struct submit_in *in, bool bad_email, enum password_fault fault,
    bool not_accepted)
{
	page_auth_sign_up(&r->body_out, &(struct page_auth_sign_up){
		.lang = r->lang, .v = session_view(r), .name = in->name, .email = in->email,
		.bad_email = bad_email, .short_password = fault == PASSWORD_SHORT,
		.long_password = fault == PASSWORD_LONG, .weak_password = fault == PASSWORD_WEAK,
		.min = PASSWORD_MIN, .max = PASSWORD_MAX, .accept = in->accept,
		.not_accepted = not_accepted, .terms = terms_url(r), .privacy = privacy_url(r),
	});
}

static enum rc
form_get(struct req *r)
{
	const struct form_in *in = r->in;

	if (in->sent)
		page_auth_sign_up_sent(&r->body_out, &(struct page_auth_sign_up_sent){
			.lang = r->lang, .v = session_view(r), .minutes = AUTH_MAIL_LINK_S / 60,
		});
	else
		show(r, &(struct submit_in){ .name = "", .email = "" }, false, PASSWORD_GOOD, false);
	return RC_OK;
}

/* The text for the mailbox; returns the subject. token NULL: there is an account already. */
static const char *
write_mail(struct req *r, struct buf *body, const char *token)
{
	const struct conf *conf = r->conf;

	if (token == NULL) {
		text_auth_known(body, &(struct text_auth_known){
			.lang = r->lang, .site = conf->site_name, .url = conf->auth_url,
		});
		return r->lang == LANG_KO ? "이미 가입된 이메일입니다" : "You have an account already";
	}
	text_auth_verify(body, &(struct text_auth_verify){
		.lang = r->lang, .site = conf->site_name, .url = conf->auth_url, .token = token,
		.minutes = AUTH_MAIL_LINK_S / 60,
	});
	return r->lang == LANG_KO ? "이메일 주소를 확인해 주세요" : "Confirm your e-mail address";
}

static enum rc
queue_mail(const struct sign_up *s, struct db *db, const char *key, const char *token)
{
	struct buf body = { .arena = s->r->arena };
	const char *subject = write_mail(s->r, &body, token);

	return auth_mail_queue(s->r, db, "sign_up", key, s->email, subject, body.s,
	    AUTH_MAIL_LINK_S);
}

/* One row in any case. The token of an address that has an account opens nothing: nobody gets
 * to know it. */
static enum rc
sign_up_run(struct db *db, struct arena *a, void *arg)
{
	const struct sign_up *s = arg;
	const char *token = crypto_token(a), *hash = crypto_sha256_text(a, token);
	struct account_find account;
	int64_t now = auth_now();
	enum rc rc, found;

	found = q_account_find(db, a, 0, s->email, &account);
	if (found != RC_OK && found != RC_NOTFOUND)
		return found;
	if ((rc = q_sign_up_clean(db, a, now, NULL)) != RC_OK)
		return rc;
	rc = q_sign_up_add(db, a, hash, s->email, s->name, s->hash, s->r->conf->terms_version,
	    s->r->conf->privacy_version, now + AUTH_MAIL_LINK_S, NULL);
	return rc == RC_OK ? queue_mail(s, db, hash, found == RC_OK ? NULL : token) : rc;
}

static enum rc
form_post(struct req *r)
{
	const struct submit_in *in = r->in;
	enum password_fault fault = session_password_fault(r, in->password, in->email);
	struct sign_up s = { .r = r, .name = in->name, .email = str_lower(r->arena, in->email) };
	bool allowed;
	enum rc rc;

	if (!str_email(in->email) || fault != PASSWORD_GOOD || !in->accept) {
		show(r, in, !str_email(in->email), fault, !in->accept);
		r->status = 422;
		return RC_OK;
	}
	if ((rc = auth_mail_allowed(r, s.email, &allowed)) == RC_OK)
		rc = session_hash(r, in->password, &s.hash);
	if (rc == RC_OK && allowed)
		rc = writer_run(r->writer, r->arena, sign_up_run, &s);
	return rc == RC_OK ? http_redirect(r, "/sign-up?sent=1") : rc;
}

const struct route sign_up_routes[] = {
	ROUTE_IN(GET, "/sign-up", form_get, PAGE, ANYONE, form_in, form_params),
	ROUTE_IN(POST, "/sign-up", form_post, PAGE, ANYONE, submit_in, submit_params),
	ROUTE_END
};
