/* SPDX-License-Identifier: Apache-2.0 */
/* keys_fetch.c - chulcheckctl keys fetch: the public keys of an auth host on another machine, for an
 * event host that has no network of its own. Workers find a changed file by themselves. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/net.h"
#include "ctl.h"
#include "web/jwks.h"

enum { FETCH_MS = 10000, MEMORY = 1 << 20 };

/* NULL: the file is as the auth host says. Else what is wrong. */
static const char *
fetch(struct arena *a, const struct conf *conf, enum rc *ret)
{
	const char *url = arena_fmt(a, "%s/jwks.json", conf->auth_url), *was;
	struct net_reply reply;
	struct jwks keys;

	*ret = RC_CONFIG;
	if (*conf->issuer != '\0' && strcmp(conf->issuer, conf->auth_url) != 0)
		return "keys: customers have another provider (setting issuer), whose keys the event host fetches itself";
	*ret = net_get(a, &(struct net_get){ .url = url, .ca = conf->provider_ca, .timeout_ms = FETCH_MS,
	    .max = JWKS_TEXT_MAX, .http_here = true }, &reply);
	if (*ret != RC_OK)
		return arena_fmt(a, "keys: %.300s: %s", url, reply.why);
	*ret = RC_IO;
	if (reply.status != 200)
		return arena_fmt(a, "keys: %.300s answered %d: the keys stay as they are", url, reply.status);
	if (jwks_parse(&keys, reply.body, strlen(reply.body), true) != RC_OK)
		return arena_fmt(a, "keys: %.300s is no JWK set with an RS256 key: the keys stay as they are", url);
	jwks_free(&keys);
	*ret = RC_OK;
	was = file_read(a, conf->jwks, JWKS_TEXT_MAX);
	if (was != NULL && strcmp(was, reply.body) == 0)
		return NULL;
	if (file_replace(a, conf->jwks, reply.body, 0644)) {
		printf("%s has new keys\n", conf->jwks);
		return NULL;
	}
	*ret = RC_IO;
	return arena_fmt(a, "keys: cannot write %s: who may write into its folder?", conf->jwks);
}

int
ctl_keys_fetch(const char *config)
{
	const char *error;
	struct conf conf;
	struct arena a;
	enum rc rc;

	arena_init(&a, MEMORY);
	net_init();
	rc = conf_load_no_secrets(config, &conf, &error);
	if (rc == RC_OK)
		error = fetch(&a, &conf, &rc);
	if (rc != RC_OK)
		fprintf(stderr, "chulcheckctl: %s\n", error);
	arena_free(&a);
	return rc_exit(rc);
}
