/* SPDX-License-Identifier: Apache-2.0 */
/* provider.c - the event host as a client of the identity provider, at arm's length. */
#include "provider.h"

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/net.h"

enum { TIMEOUT_MS = 5000, WAIT_MS = 2000, AWAY_MS = 5000, FAILURES = 3 };

void
provider_init(struct provider *p, const struct conf *conf)
{
	gate_init(&p->gate, (conf->threads + 3) / 4, conf->threads / 4);
}

void
provider_destroy(struct provider *p)
{
	gate_destroy(&p->gate);
}

/* Id and secret are form-encoded before they go into the header (RFC 6749 2.3.1). */
enum rc
provider_post(struct req *r, const char *endpoint, const char *form, int *ret_status,
    const char **ret_body)
{
	struct provider *p = &attend(r)->provider;
	const struct conf *conf = r->conf;
	struct arena *a = r->arena;
	enum rc rc;

	if (clock_mono_ms() < p->away_until)
		return RC_IO;
	if ((rc = gate_enter(&p->gate, WAIT_MS)) != RC_OK)
		return rc;
	rc = net_post(a, arena_fmt(a, "%s%s", conf->auth_url, endpoint), "",
	    net_escape(a, conf->client_id), net_escape(a, conf->client_secret), form, TIMEOUT_MS,
	    ret_status, ret_body);
	if (rc == RC_OK)
		p->failures = 0;
	else if (++p->failures >= FAILURES)
		p->away_until = clock_mono_ms() + AWAY_MS;
	gate_leave(&p->gate);
	return rc;
}
