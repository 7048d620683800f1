/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in_api.c - the shop's own app gets tokens without a browser.
 *
 *	POST /v1/sign-in  {"email","password"}   tokens; 401 wrong-credentials
 *	      "code"           of the authenticator app; 401 code-required without a good one
 *	      "accept_terms"   true: the terms in force are accepted; 403 terms-changed without it,
 *	                       when they have changed
 *	      "device"         what an earlier answer gave: attempt.h
 *	POST /v1/refresh  {"refresh_token"}      new tokens; 401 if it is not, or no longer, one
 *
 * Both answer {"access_token","token_type":"Bearer","expires_in","refresh_token"}, the first also
 * "device". */
#include <string.h>

#include "attempt.h"
#include "auth.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "db/writer.h"
#include "password.h"
#include "query.h"
#include "second_factor.h"
#include "session.h"
#include "terms.h"
#include "token.h"
#include "web/json.h"

struct sign_in_in {
	const char *email, *password, *code, *device;
	bool accept_terms;
};
static const struct param sign_in_params[] = {
	PARAM_EMAIL(struct sign_in_in, email),
	PARAM_TEXT(struct sign_in_in, password, 1, PASSWORD_MAX),
	PARAM_LINE(struct sign_in_in, code, 1, 40, .optional = true),
	PARAM_LINE(struct sign_in_in, device, 1, 200, .optional = true),
	PARAM_BOOL(struct sign_in_in, accept_terms),
	PARAM_END
};

struct refresh_in {
	const char *refresh_token;
};
static const struct param refresh_params[] = {
	PARAM_LINE(struct refresh_in, refresh_token, 1, 200),
	PARAM_END
};

static enum rc
answer(struct req *r, const struct token_owner *owner, const char *refresh, const char *device)
{
	const char *access;
	enum rc rc = token_access(r, owner, &access);

	if (rc != RC_OK)
		return rc;
	r->type_out = "application/json";
	json_open(&r->body_out, NULL, '{');
	token_put(r, access);
	json_put_text(&r->body_out, "refresh_token", refresh);
	if (device != NULL)
		json_put_text(&r->body_out, "device", device);
	json_close(&r->body_out, '}');
	return RC_OK;
}

struct start {
	struct req *r;
	bool accepts;
	const struct account_find *account;
	struct token_owner owner;
	const char *refresh;
};

static enum rc
start_run(struct db *db, struct arena *a, void *arg)
{
	struct start *s = arg;
	struct token_owner *o = &s->owner;
	enum rc rc = session_still(s->r, db, s->account, false);

	if (rc == RC_OK && s->accepts)
		rc = terms_accept(s->r, db, o->account_id);
	if (rc == RC_OK)
		rc = session_start_app(s->r, db, o->account_id, o->strong, &o->sid);
	return rc == RC_OK ? token_refresh_start(s->r, db, o, crypto_token(a), &s->refresh) : rc;
}

/* Second factor and terms; *ret_accepts: the ones in force are accepted with this request. */
static enum rc
check_rest(struct req *r, const struct account_find *account, bool *ret_accepts)
{
	const struct sign_in_in *in = r->in;
	bool current;
	enum rc rc;

	if (second_factor_set(account) && in->code == NULL)
		return RC_CODE;
	if ((rc = terms_current(r, account->id, &current)) != RC_OK)
		return rc;
	*ret_accepts = !current;
	if (!current && !in->accept_terms)
		return RC_TERMS;             /* before the code, which works once */
	return second_factor_set(account) ?
	    second_factor_check(r, account, AT_SIGN_IN, in->device, in->code) : RC_OK;
}

static enum rc
sign_in_post(struct req *r)
{
	const struct sign_in_in *in = r->in;
	struct account_find account;
	struct start s = { .r = r, .account = &account };
	enum rc rc;

	if ((rc = session_prove(r, in->email, in->password, in->device, &account)) != RC_OK ||
	    (rc = check_rest(r, &account, &s.accepts)) != RC_OK)
		return rc;
	s.owner = (struct token_owner){
		.account_id = account.id, .subject = account.subject, .name = account.name,
		.email = account.email, .role = account.role, .client_id = APP_CLIENT,
		.strong = second_factor_set(&account),
	};
	rc = writer_run(r->writer, r->arena, start_run, &s);
	return rc == RC_OK ? answer(r, &s.owner, s.refresh, attempt_device(r, account.email, account.password)) : rc;
}

static enum rc
refresh_post(struct req *r)
{
	const struct refresh_in *in = r->in;
	struct token_owner owner;
	const char *refresh;
	enum rc rc;

	rc = token_refresh(r, APP_CLIENT, in->refresh_token, &owner, &refresh);
	return rc == RC_OK ? answer(r, &owner, refresh, NULL) : rc;
}

const struct route sign_in_api_routes[] = {
	ROUTE_IN(POST, "/v1/sign-in", sign_in_post, API, ANYONE, sign_in_in, sign_in_params),
	ROUTE_IN(POST, "/v1/refresh", refresh_post, API, ANYONE, refresh_in, refresh_params),
	ROUTE_END
};
