/* SPDX-License-Identifier: Apache-2.0 */
/* staff.c - who may do what on the staff pages.
 *
 *	GET  /staff                       owners: all staff, their roles and second factors
 *	POST /staff/role                  gives an account a role; customer takes it away
 *	POST /staff/second-factor         removes the second factor of who has lost his phone: he
 *	                                  sets up another at his next sign-in
 *	GET  /staff/code, POST            a one-time code of chulcheckctl makes who is signed in staff:
 *	                                  the first owner, and the way back in for a lost one
 *
 * Whoever gets another role is signed out everywhere, so that no token keeps the old one for
 * longer than five minutes. Each change is in the audit. There is always an owner. */
#include <string.h>

#include "attempt.h"
#include "auth.h"
#include "auth_mail.h"
#include "base/crypto.h"
#include "base/log.h"
#include "base/str.h"
#include "db/writer.h"
#include "page.h"
#include "query.h"
#include "session.h"

static const char *const role_words[] = { "customer", "viewer", "operator", "owner", NULL };

struct role_in {
	const char *email, *role;
};
static const struct param role_params[] = {
	PARAM_EMAIL(struct role_in, email),
	PARAM_WORD(struct role_in, role, role_words),
	PARAM_END
};

struct factor_in {
	const char *email;
};
static const struct param factor_params[] = {
	PARAM_EMAIL(struct factor_in, email),
	PARAM_END
};

struct code_in {
	const char *code;
};
static const struct param code_params[] = {
	PARAM_LINE(struct code_in, code, 1, 60),
	PARAM_END
};

static enum rc
show(struct req *r, const char *email, const char *error)
{
	struct staff_list *rows;
	size_t n;
	enum rc rc;

	if (r->who->duty != NULL)
		return session_duty(r);
	if ((rc = q_staff_list(r->db, r->arena, &rows, &n)) != RC_OK)
		return rc;
	page_auth_staff(&r->body_out, &(struct page_auth_staff){
		.lang = r->lang, .v = session_view(r), .rows = rows, .n = n, .email = email,
		.error = error,
	});
	r->status = error != NULL ? 422 : 200;
	return RC_OK;
}

static enum rc
list_get(struct req *r)
{
	return show(r, "", NULL);
}

enum outcome { DONE, NO_ACCOUNT, LAST_OWNER };

struct change {
	struct req *r;
	const char *email, *role;        /* role NULL: the second factor goes */
	enum outcome outcome;
};

static enum rc
set_role(struct change *c, struct db *db, struct arena *a, const struct account_find *account)
{
	struct staff_owners owners;
	enum rc rc;

	if (strcmp(account->role, c->role) == 0)
		return RC_OK;
	if ((rc = q_staff_owners(db, a, &owners)) != RC_OK)
		return rc;
	if (strcmp(account->role, "owner") == 0 && owners.n <= 1) {
		c->outcome = LAST_OWNER;
		return RC_OK;
	}
	if ((rc = q_account_role(db, a, c->role, account->id, NULL)) != RC_OK ||
	    (rc = q_auth_audit_add(db, a, auth_now(), c->r->who->subject, "role", account->subject,
	    arena_fmt(a, "%s -> %s", account->role, c->role), NULL)) != RC_OK)
		return rc;
	return session_end_others(db, a, account->id, "");
}

static enum rc
remove_factor(struct change *c, struct db *db, struct arena *a, const struct account_find *account)
{
	enum rc rc;

	if ((rc = q_account_totp(db, a, "", 0, account->id, NULL)) != RC_OK ||
	    (rc = attempt_forget(c->r, db, account->email, account->subject)) != RC_OK ||
	    (rc = q_auth_audit_add(db, a, auth_now(), c->r->who->subject, "second factor removed",
	    account->subject, "by an owner", NULL)) != RC_OK ||
	    (rc = auth_mail_notice(c->r, db, account->email, "2단계 인증이 해제되었습니다",
	    "The second factor was removed")) != RC_OK)
		return rc;
	return session_end_others(db, a, account->id, "");
}

static enum rc
change_run(struct db *db, struct arena *a, void *arg)
{
	struct change *c = arg;
	struct account_find account;
	enum rc rc = q_account_find(db, a, 0, c->email, &account);

	c->outcome = rc == RC_NOTFOUND ? NO_ACCOUNT : DONE;
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	return c->role != NULL ? set_role(c, db, a, &account) : remove_factor(c, db, a, &account);
}

static enum rc
change(struct req *r, const char *email, const char *role)
{
	static const char *const texts[][LANG_MAX] = {
		[NO_ACCOUNT] = { "이 이메일로 가입한 계정이 없습니다. 먼저 회원가입이 필요합니다.",
		    "There is no account with this e-mail. The person has to sign up first." },
		[LAST_OWNER] = { "마지막 소유자의 권한은 바꿀 수 없습니다.",
		    "The role of the last owner cannot be changed." },
	};
	struct change c = { .r = r, .email = str_lower(r->arena, email), .role = role };
	enum rc rc;

	if (r->who->duty != NULL)
		return session_duty(r);
	if ((rc = writer_run(r->writer, r->arena, change_run, &c)) != RC_OK)
		return rc;
	if (c.outcome != DONE)
		return show(r, email, texts[c.outcome][r->lang]);
	/* His own role changed with it: he is signed out. */
	return http_redirect(r, "/staff");
}

static enum rc
role_post(struct req *r)
{
	const struct role_in *in = r->in;

	return change(r, in->email, in->role);
}

static enum rc
factor_post(struct req *r)
{
	const struct factor_in *in = r->in;

	return change(r, in->email, NULL);
}

static enum rc
show_code(struct req *r, bool wrong)
{
	page_auth_staff_code(&r->body_out, &(struct page_auth_staff_code){
		.lang = r->lang, .v = session_view(r), .wrong = wrong,
	});
	r->status = wrong ? 401 : 200;
	return RC_OK;
}

static enum rc
code_get(struct req *r)
{
	return show_code(r, false);
}

/* The code as it was printed: capitals, digits, hyphens or not. */
static const char *
plain(struct arena *a, const char *code)
{
	char *text = arena_str(a, code), *to = text;

	for (; *code != '\0'; code++)
		if (*code != '-' && *code != ' ')
			*to++ = (char)(*code >= 'a' && *code <= 'z' ? *code - 'a' + 'A' : *code);
	*to = '\0';
	return text;
}

struct redeem {
	struct req *r;
	const char *hash;
	struct staff_code_get row;
	bool good;
};

static enum rc
redeem_run(struct db *db, struct arena *a, void *arg)
{
	struct redeem *c = arg;
	const struct identity *who = c->r->who;
	struct account_find account;
	int64_t now = auth_now();
	enum rc rc = q_staff_code_get(db, a, c->hash, now, &c->row);

	c->good = false;
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	if ((rc = q_account_find(db, a, who->account_id, "", &account)) != RC_OK)
		return rc == RC_NOTFOUND ? RC_UNAUTH : rc;
	/* A code raises nobody's role but upwards: it must not take the last owner's. */
	c->good = role_parse(c->row.role) > role_parse(account.role);
	if (!c->good)
		return RC_OK;
	if ((rc = session_end_others(db, a, who->account_id, who->session)) != RC_OK ||
	    (rc = q_staff_code_use(db, a, now, c->hash, NULL)) != RC_OK ||
	    (rc = q_account_role(db, a, c->row.role, who->account_id, NULL)) != RC_OK)
		return rc;
	return q_auth_audit_add(db, a, now, "one-time code", "role", who->subject, c->row.role, NULL);
}

static enum rc
code_post(struct req *r)
{
	const struct code_in *in = r->in;
	struct attempt t = { .key = { { ATTEMPT_CODE, arena_fmt(r->arena, "staff %s", r->who->subject) } },
	    .n = 1 };
	struct redeem c = { .r = r, .hash = crypto_sha256_text(r->arena, plain(r->arena, in->code)) };
	enum rc rc;

	if ((rc = attempt_check(r, &t)) != RC_OK || (rc = attempt_begin(r, &t)) != RC_OK ||
	    (rc = writer_run(r->writer, r->arena, redeem_run, &c)) != RC_OK)
		return rc;
	if (!c.good)
		return show_code(r, true);
	if ((rc = attempt_good(r, &t)) != RC_OK)
		return rc;
	log_info("account %s became %s by a one-time code", r->who->subject, c.row.role);
	/* His session is of the customer that he was: it needs the second factor now. */
	return http_redirect(r, r->who->strong ? "/account" : "/account/second-factor");
}

const struct route staff_routes[] = {
	ROUTE(GET, "/staff", list_get, PAGE, OWNER),
	ROUTE_IN(POST, "/staff/role", role_post, PAGE, OWNER, role_in, role_params),
	ROUTE_IN(POST, "/staff/second-factor", factor_post, PAGE, OWNER, factor_in, factor_params),
	ROUTE(GET, "/staff/code", code_get, PAGE, CUSTOMER),
	ROUTE_IN(POST, "/staff/code", code_post, PAGE, CUSTOMER, code_in, code_params),
	ROUTE_END
};
