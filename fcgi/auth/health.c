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

/* Why this worker cannot serve, or NULL. */
static const char *
unready(struct req *r)
{
	struct client_by_id client;
	enum rc rc;

	if (writer_broken(r->writer))
		return "writer";
	rc = q_client_by_id(r->db, r->arena, APP_CLIENT, &client);
	return rc == RC_OK || rc == RC_NOTFOUND ? NULL : "database";
}

static enum rc
ready_get(struct req *r)
{
	const char *why = unready(r);
	enum standing standing;
	enum rc rc = shop_standing(auth(r)->shop, r->arena, "nobody@localhost.invalid", &standing);

	r->status = why == NULL ? 200 : 503;
	r->type_out = "application/json";
	json_open(&r->body_out, NULL, '{');
	json_put_bool(&r->body_out, "ready", why == NULL);
	if (why != NULL)
		json_put_text(&r->body_out, "reason", why);
	json_put_text(&r->body_out, "shop", rc == RC_OK ? "ok" : "unavailable");
	json_close(&r->body_out, '}');
	return RC_OK;
}

const struct route health_routes[] = {
	ROUTE(GET, "/healthz", health_get, OPEN, ANYONE),
	ROUTE(GET, "/readyz", ready_get, OPEN, ANYONE),
	ROUTE_END
};
