/* SPDX-License-Identifier: Apache-2.0 */
/* provider.c - the event host as a client of the identity provider, at arm's length.
 *
 * Our own auth host has fixed addresses below auth_url. Another provider tells its own
 * (web/issuer.c), and how a client proves itself there. */
#include "provider.h"

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/net.h"
#include "web/issuer.h"
#include "web/jwt.h"

enum { TIMEOUT_MS = 5000, WAIT_MS = 2000, AWAY_MS = 5000, FAILURES = 3, ANSWER_MAX = 16 << 10 };

enum rc
provider_open(struct provider *p, const struct conf *conf, const char **ret_error)
{
	enum rc rc;

	*p = (struct provider){ .issuer = conf->auth_url };
	if (issuer_is_foreign(conf)) {
		rc = issuer_open(&p->foreign, conf, conf->attend_db, ret_error);
		if (rc != RC_OK)
			return rc;
		p->issuer = conf->issuer;
		p->verifier = issuer_verifier(p->foreign);
	} else {
		rc = jwt_verifier_open(&p->verifier, conf->jwks, conf->auth_url, conf->audience,
		    ret_error);
		if (rc != RC_OK)
			return rc;
	}
	gate_init(&p->gate, (conf->threads + 3) / 4, conf->threads / 4);
	return RC_OK;
}

void
provider_close(struct provider *p)
{
	if (p->foreign != NULL)
		issuer_close(p->foreign);
	else
		jwt_verifier_close(p->verifier);
	gate_destroy(&p->gate);
}

enum rc
provider_meta(struct req *r, struct provider_meta *ret)
{
	struct provider *p = &attend(r)->provider;
	const char *url = r->conf->auth_url;
	struct arena *a = r->arena;

	if (p->foreign == NULL) {
		*ret = (struct provider_meta){
			.authorization = arena_fmt(a, "%s/authorize", url),
			.token = arena_fmt(a, "%s/token", url),
			.revocation = arena_fmt(a, "%s/revoke", url),
			.end_session = arena_fmt(a, "%s/sign-out", url),
			.sends_iss = true, .basic = true,
		};
		return RC_OK;
	}
	if (issuer_meta(p->foreign, a, ret) == RC_OK)
		return RC_OK;
	r->reason = "provider";
	r->detail = r->lang == LANG_KO ? "로그인 서비스에 아직 연결되지 않았습니다. 잠시 후 다시 시도해 주세요." :
	    "The sign-in service has not been reached yet. Please try again shortly.";
	return RC_BUSY;
}

/* Lets one in who wants to ask a server. */
static enum rc
enter(struct provider *p, enum provider_server server)
{
	if (clock_mono_ms() < p->server[server].away_until)
		return RC_IO;
	return gate_enter(&p->gate, WAIT_MS);
}

static void
leave(struct provider *p, enum provider_server server, enum rc rc)
{
	if (rc == RC_OK)
		p->server[server].failures = 0;
	else if (++p->server[server].failures >= FAILURES)
		p->server[server].away_until = clock_mono_ms() + AWAY_MS;
	gate_leave(&p->gate);
}

/* Id and secret are form-encoded before they go into the header (RFC 6749 2.3.1). */
enum rc
provider_post(struct req *r, const struct provider_meta *m, const char *url, const char *form,
    int *ret_status, const char **ret_body)
{
	struct provider *p = &attend(r)->provider;
	const struct conf *conf = r->conf;
	struct arena *a = r->arena;
	const char *id = net_escape(a, conf->client_id), *secret = NULL;
	enum rc rc;

	if (*conf->client_secret != '\0' && (m->basic || m->post))
		secret = net_escape(a, conf->client_secret);
	if (secret == NULL)
		form = arena_fmt(a, "%s&client_id=%s", form, id);
	else if (!m->basic)
		form = arena_fmt(a, "%s&client_id=%s&client_secret=%s", form, id, secret);
	if ((rc = enter(p, SERVER_PROVIDER)) != RC_OK)
		return rc;
	rc = net_post(a, url, p->foreign != NULL ? conf->provider_ca : "",
	    secret != NULL && m->basic ? id : NULL, secret, form, TIMEOUT_MS, ret_status, ret_body);
	leave(p, SERVER_PROVIDER, rc);
	return rc;
}

enum rc
provider_auth_get(struct req *r, const char *path, const char *token, int *ret_status,
    const char **ret_body)
{
	struct provider *p = &attend(r)->provider;
	struct net_reply reply;
	enum rc rc;

	if ((rc = enter(p, SERVER_AUTH)) != RC_OK)
		return rc;
	rc = net_get(r->arena, &(struct net_get){
	    .url = arena_fmt(r->arena, "%s%s", r->conf->auth_url, path), .ca = "",
	    .bearer = token, .timeout_ms = TIMEOUT_MS, .max = ANSWER_MAX, .http_here = true }, &reply);
	leave(p, SERVER_AUTH, rc);
	if (rc != RC_OK)
		return rc;
	*ret_status = reply.status;
	*ret_body = reply.body;
	return RC_OK;
}
