/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in_api.c - the shop's own app gets tokens without a browser.
 *
 *	POST /v1/sign-in  {"email","password"}   tokens; 401 wrong-credentials
 *	POST /v1/refresh  {"refresh_token"}      new tokens; 401 if it is not, or no longer, one
 *
 * Both answer {"access_token","token_type":"Bearer","expires_in","refresh_token"}. */
#include "auth.h"
#include "base/crypto.h"
#include "db/writer.h"
#include "password.h"
#include "query.h"
#include "session.h"
#include "token.h"
#include "web/json.h"

struct sign_in_in {
	const char *email, *password;
};
static const struct param sign_in_params[] = {
	PARAM_EMAIL(struct sign_in_in, email),
	PARAM_TEXT(struct sign_in_in, password, 1, PASSWORD_MAX),
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
answer(struct req *r, const struct token_owner *owner, const char *refresh)
{
	const char *access;
	enum rc rc = token_access(r, owner, &access);

	if (rc != RC_OK)
		return rc;
	r->type_out = "application/json";
	json_open(&r->body_out, NULL, '{');
	token_put(r, access);
	json_put_text(&r->body_out, "refresh_token", refresh);
	json_close(&r->body_out, '}');
	return RC_OK;
}

struct start {
	struct req *r;
	struct token_owner owner;
	const char *refresh;
};

static enum rc
start_run(struct db *db, struct arena *a, void *arg)
{
	struct start *s = arg;

	return token_refresh_start(s->r, db, &s->owner, crypto_token(a), &s->refresh);
}

static enum rc
sign_in_post(struct req *r)
{
	const struct sign_in_in *in = r->in;
	struct start s = { .r = r };
	struct account_by_email account;
	enum rc rc;

	if ((rc = session_prove(r, in->email, in->password, &account)) != RC_OK)
		return rc;
	s.owner = (struct token_owner){
		.account_id = account.id, .subject = account.subject, .name = account.name,
		.email = account.email, .role = account.role, .client_id = APP_CLIENT,
		.sid = crypto_token(r->arena),
	};
	rc = writer_run(r->writer, r->arena, start_run, &s);
	return rc == RC_OK ? answer(r, &s.owner, s.refresh) : rc;
}

static enum rc
refresh_post(struct req *r)
{
	const struct refresh_in *in = r->in;
	struct token_owner owner;
	const char *refresh;
	enum rc rc;

	rc = token_refresh(r, APP_CLIENT, in->refresh_token, &owner, &refresh);
	return rc == RC_OK ? answer(r, &owner, refresh) : rc;
}

const struct route sign_in_api_routes[] = {
	ROUTE_IN(POST, "/v1/sign-in", sign_in_post, API, ANYONE, sign_in_in, sign_in_params),
	ROUTE_IN(POST, "/v1/refresh", refresh_post, API, ANYONE, refresh_in, refresh_params),
	ROUTE_END
};
