/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - chulcheck-auth: the auth host. Accounts, sessions, tokens, and what the shop knows of
 * an e-mail's purchases.
 *
 * This file names the parts; each part is one file with one route table. Processes, threads and
 * FastCGI are in fcgi/web. */
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "base/conf.h"
#include "blocklist.h"
#include "session.h"
#include "shop.h"
#include "web/issuer.h"
#include "web/jwt.h"
#include "web/language.h"
#include "web/worker.h"

enum { SECRET_MIN = 32 };

static void
close_domain(void *domain)
{
	struct auth *d = domain;

	issuer_close(d->issuer);
	blocklist_close(d->blocklist);
	shop_close(d->shop);
	jwt_verifier_close(d->verifier);
	jwt_signer_close(d->signer);
	gate_destroy(&d->hashing);
	free(d);
}

static enum rc
check_secrets(const struct conf *conf, const char **ret_error)
{
	if (strlen(conf->cookie_key) < SECRET_MIN)
		*ret_error = "cookie_key: the file needs at least 32 bytes; make one with: "
		    "chulcheckctl token";
	else if (strlen(conf->refresh_key) < SECRET_MIN)
		*ret_error = "refresh_key: the file needs at least 32 bytes; make one with: "
		    "chulcheckctl token";
	else if (strlen(conf->totp_key) < SECRET_MIN)
		*ret_error = "totp_key: the file needs at least 32 bytes; make one with: "
		    "chulcheckctl token";
	else
		return RC_OK;
	return RC_CONFIG;
}

static enum rc
open_domain(const struct conf *conf, void **ret_domain, const char **ret_error)
{
	struct auth *d;
	enum rc rc;

	if ((rc = check_secrets(conf, ret_error)) != RC_OK)
		return rc;
	if ((d = calloc(1, sizeof(*d))) == NULL)
		abort();
	d->conf = conf;
	/* Hashing and waiting for it never take more than half of the threads. */
	gate_init(&d->hashing, conf->hash_limit,
	    conf->threads / 2 > conf->hash_limit ? conf->threads / 2 - conf->hash_limit : 0);
	d->shop = shop_open(conf);
	rc = blocklist_open(&d->blocklist, conf->password_blocklist, ret_error);
	if (rc == RC_OK)
		rc = jwt_keys_create(conf->keys, conf->jwks, ret_error);
	if (rc == RC_OK)
		rc = jwt_signer_open(&d->signer, conf->keys, ret_error);
	if (rc == RC_OK)
		rc = jwt_verifier_open(&d->verifier, conf->jwks, conf->auth_url, conf->audience,
		    ret_error);
	if (rc == RC_OK && issuer_is_foreign(conf))
		rc = issuer_open(&d->issuer, conf, conf->auth_db, ret_error);
	if (rc != RC_OK) {
		close_domain(d);
		return rc;
	}
	*ret_domain = d;
	return RC_OK;
}

static const struct route *const tables[] = {
	sign_in_page_routes,
	sign_in_api_routes,
	sign_out_routes,
	sign_up_routes,
	verify_email_routes,
	account_routes,
	account_password_routes,
	account_factor_routes,
	account_sign_ins_routes,
	account_delete_routes,
	new_password_routes,
	terms_routes,
	staff_routes,
	purchases_routes,
	standing_routes,
	authorize_routes,
	oauth_token_routes,
	userinfo_routes,
	discovery_routes,
	health_routes,
	language_routes,
	NULL
};

static const struct app app = {
	.name = "chulcheck-auth",
	.db = DB_AUTH,
	.tables = tables,
	.open = open_domain,
	.close = close_domain,
	.identify = session_identify,
	.ask_sign_in = session_ask,
};

int
main(int argc, char **argv)
{
	return worker_main(&app, argc, argv);
}
