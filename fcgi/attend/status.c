/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - how this host is, for machines.
 *
 *	GET /healthz  200 while the process serves; touches nothing else
 *	GET /readyz   200 when the database can be read, the writer works and the identity
 *	              provider is known, else 503 with why; says which campaign is open, if one is
 *	GET /metrics  Prometheus text format 0.0.4, for this machine only */
#include <string.h>
#include <sys/stat.h>

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "db/writer.h"
#include "progress.h"
#include "query.h"
#include "web/json.h"

static enum rc
health_get(struct req *r)
{
	r->type_out = "text/plain; charset=utf-8";
	buf_str(&r->body_out, "ok\n");
	return RC_OK;
}

/* Why this worker cannot serve check-ins, or NULL; *ret_campaign: the one that is open, if any. */
static const char *
unready(struct req *r, const char **ret_campaign)
{
	struct provider_meta provider;
	struct campaign campaign;
	enum rc rc;

	if (writer_broken(r->writer))
		return "writer";
	if (provider_meta(r, &provider) != RC_OK)
		return "provider";
	rc = campaign_find(r->db, r->arena, r->conf->zone, NULL, clock_now_ms(), &campaign);
	if (rc == RC_OK && campaign.open)
		*ret_campaign = campaign.slug;
	return rc == RC_OK || rc == RC_NOTFOUND ? NULL : rc == RC_CONFIG ? "zone" : "database";
}

static enum rc
ready_get(struct req *r)
{
	const char *campaign = NULL, *why = unready(r, &campaign);

	r->status = why == NULL ? 200 : 503;
	r->type_out = "application/json";
	json_open(&r->body_out, NULL, '{');
	json_put_bool(&r->body_out, "ready", why == NULL);
	if (why != NULL)
		json_put_text(&r->body_out, "reason", why);
	json_put_text(&r->body_out, "campaign", campaign);
	json_close(&r->body_out, '}');
	return RC_OK;
}

static bool
from_here(const struct req *r)
{
	return r->remote_addr != NULL && (strcmp(r->remote_addr, "127.0.0.1") == 0 ||
	    strcmp(r->remote_addr, "::1") == 0 || strcmp(r->remote_addr, "unix:") == 0);
}

/* A slug as the value of a label: backslash, quote and newline are escaped. */
static const char *
label(const struct req *r, const char *s)
{
	struct buf o = { .arena = r->arena };

	for (; *s != '\0'; s++) {
		if (*s == '\\' || *s == '"' || *s == '\n')
			buf_str(&o, "\\");
		buf_mem(&o, *s == '\n' ? "n" : s, 1);
	}
	return o.s != NULL ? o.s : "";
}

/* Bytes of the WAL's file; 0 when there is none. */
static long long
wal_bytes(struct req *r)
{
	struct stat st;

	return stat(arena_fmt(r->arena, "%s-wal", r->conf->attend_db), &st) == 0 ? (long long)st.st_size : 0;
}

static enum rc
metrics_get(struct req *r)
{
	struct buf *o = &r->body_out;
	struct metrics_rewards *rewards = NULL;
	struct metrics_outbox outbox = { 0 };
	size_t i, n = 0;
	enum rc rc;

	if (!from_here(r))
		return RC_NOTFOUND;
	if ((rc = db_snapshot(r->db)) == RC_OK &&
	    (rc = q_metrics_rewards(r->db, r->arena, &rewards, &n)) == RC_OK)
		rc = q_metrics_outbox(r->db, r->arena, &outbox);
	db_snapshot_end(r->db);
	if (rc != RC_OK)
		return rc;
	r->type_out = "text/plain; version=0.0.4; charset=utf-8";
	buf_str(o, "# TYPE chulcheck_build_info gauge\n");
	buf_fmt(o, "chulcheck_build_info{program=\"%s\",version=\"%s\"} 1\n", r->app->name,
	    VERSION);
	buf_str(o, "# TYPE chulcheck_stock gauge\n");
	for (i = 0; i < n; i++)
		buf_fmt(o, "chulcheck_stock{reward=\"%s\"} %lld\n", label(r, rewards[i].slug),
		    (long long)rewards[i].stock);
	buf_str(o, "# TYPE chulcheck_owed gauge\n");
	for (i = 0; i < n; i++)
		buf_fmt(o, "chulcheck_owed{reward=\"%s\"} %lld\n", label(r, rewards[i].slug),
		    (long long)rewards[i].owed);
	buf_str(o, "# TYPE chulcheck_outbox_waiting gauge\n");
	buf_fmt(o, "chulcheck_outbox_waiting %lld\n", (long long)outbox.waiting);
	buf_str(o, "# TYPE chulcheck_wal_bytes gauge\n");
	buf_fmt(o, "chulcheck_wal_bytes %lld\n", wal_bytes(r));
	return RC_OK;
}

const struct route status_routes[] = {
	ROUTE(GET, "/healthz", health_get, OPEN, ANYONE),
	ROUTE(GET, "/readyz", ready_get, OPEN, ANYONE),
	ROUTE(GET, "/metrics", metrics_get, OPEN, ANYONE),
	ROUTE_END
};
