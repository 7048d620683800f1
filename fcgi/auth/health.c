/* SPDX-License-Identifier: Apache-2.0 */
/* health.c - how this host is, for machines.
 *
 *	GET /healthz  200 while the process serves; touches nothing else
 *	GET /readyz   200 when the database can be read and the writer works; says how the shop
 *	              is, without which people can still sign in */
#include "auth.h"
#include "db/writer.h"
#include "query.h"
#include "shop.h"
#include "web/json.h"

static enum rc
health_get(struct req *r)
{
	r->type_out = "text/plain; charset=utf-8";
	buf_str(&r->body_out, "ok\n");
	return RC_OK;
}

static enum rc
ready_get(struct req *r)
{
	struct client_by_id client;
	enum standing standing;
	enum rc rc;

	if (writer_broken(r->writer)) {
		r->reason = "writer";
		return RC_BUSY;
	}
	rc = q_client_by_id(r->db, r->arena, APP_CLIENT, &client);
	if (rc != RC_OK && rc != RC_NOTFOUND) {
		r->reason = "database";
		return RC_BUSY;
	}
	rc = shop_standing(auth(r)->shop, r->arena, "nobody@localhost.invalid", &standing);
	r->type_out = "application/json";
	json_open(&r->body_out, NULL, '{');
	json_put_bool(&r->body_out, "ready", true);
	json_put_text(&r->body_out, "shop", rc == RC_OK ? "ok" : "unavailable");
	json_close(&r->body_out, '}');
	return RC_OK;
}

const struct route health_routes[] = {
	ROUTE(GET, "/healthz", health_get, OPEN, ANYONE),
	ROUTE(GET, "/readyz", ready_get, OPEN, ANYONE),
	ROUTE_END
};
