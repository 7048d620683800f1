/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - chulcheck-attend: the event host. Check-ins, rewards and stock, for customers' browsers
 * and the shop's app, and the pages of the staff.
 *
 * This file names the parts; each part is one file with one route table. Processes, threads and
 * FastCGI are in fcgi/web. */
#include <string.h>

#include "attend.h"
#include "base/conf.h"
#include "base/net.h"
#include "web/issuer.h"
#include "web/language.h"
#include "web/worker.h"

enum { SECRET_MIN = 32 };

static enum rc
open_domain(const struct conf *conf, void **ret_domain, const char **ret_error)
{
	struct arena arena;
	struct attend *d;
	enum rc rc;

	if (strlen(conf->cookie_key) < SECRET_MIN) {
		*ret_error = "cookie_key: the file needs at least 32 bytes; make one with: "
		    "chulcheckctl token";
		return RC_CONFIG;
	}
	if (conf->client_secret[0] == '\0' && !issuer_is_foreign(conf)) {
		*ret_error = "client_secret: name the file with the secret of this host's client";
		return RC_CONFIG;
	}
	net_init();
	arena_init(&arena, 4096);
	d = arena_new(&arena, struct attend, 1);
	if ((rc = provider_open(&d->provider, conf, ret_error)) != RC_OK) {
		arena_free(&arena);
		return rc;
	}
	pthread_mutex_init(&d->came.mutex, NULL);
	d->conf = conf;
	d->arena = arena;
	*ret_domain = d;
	return RC_OK;
}

static void
close_domain(void *domain)
{
	struct attend *d = domain;
	struct arena arena = d->arena;

	provider_close(&d->provider);
	pthread_mutex_destroy(&d->came.mutex);
	arena_free(&arena);
}

static const struct route *const tables[] = {
	api_check_in_routes,
	api_attendance_routes,
	api_reward_routes,
	api_security_event_routes,
	api_grant_routes,
	page_card_routes,
	page_mine_routes,
	page_mail_routes,
	admin_home_routes,
	admin_people_routes,
	admin_stock_routes,
	sign_in_routes,
	language_routes,
	status_routes,
	NULL
};

static const struct app app = {
	.name = "chulcheck-attend",
	.db = DB_ATTEND,
	.tables = tables,
	.open = open_domain,
	.close = close_domain,
	.identify = sign_in_identify,
	.ask_sign_in = sign_in_ask,
};

int
main(int argc, char **argv)
{
	return worker_main(&app, argc, argv);
}
