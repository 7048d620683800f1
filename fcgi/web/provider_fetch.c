/* SPDX-License-Identifier: Apache-2.0 */
/* provider_fetch.c - what another identity provider publishes about itself, fetched and kept.
 *
 * The issuer's address is the root of trust: the document comes from there over TLS, names exactly
 * that issuer, and names where the keys are. No redirect is followed, no plain http is asked,
 * an answer has 5 seconds and 64 KiB. A fault in any part leaves the files as they are. */
#include "web/provider_fetch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/file.h"
#include "base/net.h"
#include "base/str.h"
#include "web/json.h"
#include "web/jwks.h"

enum { FETCH_MS = 5000, TEXT_MAX = JWKS_TEXT_MAX, URL_LEN_MAX = 2000 };

static const char document[] = "openid-configuration.json", keys[] = "jwks.json";

const char *
provider_folder(struct arena *a, const struct conf *conf, const char *db)
{
	const char *slash = strrchr(db, '/'), *name = net_escape(a, conf->issuer);

	if (*conf->provider_cache != '\0')
		return arena_fmt(a, "%s/%s", conf->provider_cache, name);
	return slash == NULL ? arena_fmt(a, "provider/%s", name) :
	    arena_fmt(a, "%.*s/provider/%s", (int)(slash - db), db, name);
}

const char *
provider_jwks_path(struct arena *a, const char *folder)
{
	return arena_fmt(a, "%s/%s", folder, keys);
}

/* An address that we send browsers, codes and tokens to. */
static bool
is_endpoint(const char *url)
{
	static const char https[] = "https://";
	const char *s;

	if (!str_prefix(url, https) || strlen(url) > URL_LEN_MAX)
		return false;
	for (s = url; *s != '\0'; s++)
		if (*s <= 0x20 || *s > 0x7e || strchr("\\\"<>#", *s) != NULL)
			return false;
	s = url + sizeof(https) - 1;
	return *s != '/' && *s != '?' && memchr(s, '@', strcspn(s, "/?")) == NULL;
}

/* Whether a list has a word; a list that is not there: otherwise. */
static bool
offers(const struct json *doc, const char *list, const char *word, bool otherwise)
{
	const struct json *l = json_get(doc, list);
	size_t i;

	if (l == NULL)
		return otherwise;
	for (i = 0; l->type == JSON_ARRAY && i < l->n; i++)
		if (l->items[i].type == JSON_STRING && strcmp(l->items[i].s, word) == 0)
			return true;
	return false;
}

/* Reads the addresses; the name of one that is missing or bad, or NULL. */
static const char *
endpoints(const struct json *doc, struct provider_meta *m)
{
	const struct { const char *name, **to; bool required; } list[] = {
		{ "authorization_endpoint", &m->authorization, true },
		{ "token_endpoint", &m->token, true },
		{ "jwks_uri", &m->jwks, true },
		{ "userinfo_endpoint", &m->userinfo, false },
		{ "revocation_endpoint", &m->revocation, false },
		{ "end_session_endpoint", &m->end_session, false },
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		*list[i].to = json_text(doc, list[i].name);
		if (*list[i].to == NULL ? list[i].required || json_get(doc, list[i].name) != NULL :
		    !is_endpoint(*list[i].to))
			return list[i].name;
	}
	return NULL;
}

enum rc
provider_meta_parse(struct arena *a, const char *s, const char *issuer,
    struct provider_meta *ret, const char **ret_why)
{
	static const char methods[] = "token_endpoint_auth_methods_supported";
	const struct json *iss_parameter;
	const char *iss, *bad;
	struct provider_meta m;
	struct json *doc;

	*ret_why = NULL;
	if (json_parse(a, s, strlen(s), &doc) != RC_OK || doc->type != JSON_OBJECT)
		*ret_why = "it is no JSON object";
	else if ((iss = json_text(doc, "issuer")) == NULL || strcmp(iss, issuer) != 0)
		*ret_why = arena_fmt(a, "it is of another issuer: %.200s", iss != NULL ? iss : "none");
	else if ((bad = endpoints(doc, &m)) != NULL)
		*ret_why = arena_fmt(a, "%s is missing, or no plain https address", bad);
	else if (!offers(doc, "response_types_supported", "code", false))
		*ret_why = "response_types_supported has no code";
	else if (!offers(doc, "id_token_signing_alg_values_supported", "RS256", true))
		*ret_why = "id_token_signing_alg_values_supported has no RS256";
	else if (!offers(doc, "code_challenge_methods_supported", "S256", true))
		*ret_why = "code_challenge_methods_supported has no S256";
	if (*ret_why != NULL)
		return RC_CONFIG;
	iss_parameter = json_get(doc, "authorization_response_iss_parameter_supported");
	m.sends_iss = iss_parameter != NULL && iss_parameter->type == JSON_BOOL &&
	    iss_parameter->i != 0;
	m.basic = offers(doc, methods, "client_secret_basic", true);
	m.post = offers(doc, methods, "client_secret_post", false);
	m.none = offers(doc, methods, "none", false);
	*ret = m;
	return RC_OK;
}

static enum rc
get(struct arena *a, const struct conf *conf, const char *url, const _Atomic bool *stop,
    const char **ret, const char **ret_why)
{
	struct net_reply reply;
	enum rc rc = net_get(a, &(struct net_get){ .url = url, .ca = conf->provider_ca,
	    .timeout_ms = FETCH_MS, .max = TEXT_MAX, .stop = stop }, &reply);

	if (rc != RC_OK)
		*ret_why = arena_fmt(a, "%.300s: %s", url, reply.why);
	else if (reply.status != 200) {
		*ret_why = arena_fmt(a, "%.300s: it answered %d%s", url, reply.status,
		    reply.status / 100 == 3 ? ", and redirects are not followed" : "");
		rc = RC_IO;
	} else
		*ret = reply.body;
	return rc;
}

/* Replaces a file whose text is another one. */
static enum rc
keep(struct arena *a, const char *folder, const char *name, const char *text,
    const char **ret_why)
{
	const char *path = arena_fmt(a, "%s/%s", folder, name), *was = file_read(a, path, TEXT_MAX);

	if ((was != NULL && strcmp(was, text) == 0) || file_replace(a, path, text, 0644))
		return RC_OK;
	*ret_why = arena_fmt(a, "provider_cache: cannot write %s: %s", path, strerror(errno));
	return RC_IO;
}

/* Both folders: the cache, and in it the issuer's. A failure shows when a file is written. */
static void
make_folder(struct arena *a, const char *folder)
{
	const char *slash = strrchr(folder, '/');

	(void)mkdir(arena_strn(a, folder, (size_t)(slash - folder)), 0750);
	(void)mkdir(folder, 0750);
}

/* The keys go first: a document is never there without them. */
enum rc
provider_fetch(struct arena *a, const struct conf *conf, const char *folder,
    const _Atomic bool *stop, const char **ret_why)
{
	size_t len = strlen(conf->issuer);
	struct provider_meta m;
	const char *doc, *set, *url;
	struct jwks k;
	enum rc rc;

	/* Discovery 4.1: a slash at the issuer's end is not doubled. */
	if (len > 0 && conf->issuer[len - 1] == '/')
		len--;
	url = arena_fmt(a, "%.*s/.well-known/openid-configuration", (int)len, conf->issuer);
	if ((rc = get(a, conf, url, stop, &doc, ret_why)) != RC_OK)
		return rc;
	if ((rc = provider_meta_parse(a, doc, conf->issuer, &m, ret_why)) != RC_OK) {
		*ret_why = arena_fmt(a, "%.300s: %s", url, *ret_why);
		return rc;
	}
	if ((rc = get(a, conf, m.jwks, stop, &set, ret_why)) != RC_OK)
		return rc;
	if (jwks_parse(&k, set, strlen(set), true) != RC_OK) {
		*ret_why = arena_fmt(a, "%.300s: it has no RS256 key", m.jwks);
		return RC_CONFIG;
	}
	jwks_free(&k);
	make_folder(a, folder);
	if ((rc = keep(a, folder, keys, set, ret_why)) != RC_OK)
		return rc;
	return keep(a, folder, document, doc, ret_why);
}

enum rc
provider_read(struct arena *a, const struct conf *conf, const char *folder,
    struct provider_meta *ret)
{
	const char *s = file_read(a, arena_fmt(a, "%s/%s", folder, document), TEXT_MAX), *why;

	if (s == NULL || provider_meta_parse(a, s, conf->issuer, ret, &why) != RC_OK)
		return RC_NOTFOUND;
	return RC_OK;
}
