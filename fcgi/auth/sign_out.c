/* SPDX-License-Identifier: Apache-2.0 */
/* sign_out.c - the end of a browser's session: OpenID Connect RP-Initiated Logout 1.0.
 *
 *	GET  /sign-out?id_token_hint=&client_id=&post_logout_redirect_uri=&state=
 *	POST /sign-out   the same as a form; with a good form token, the button of our own page
 *
 * A link alone never signs anybody out: it asks, with one button. Only an ID token of this very
 * session (its sid), run out or not, stands for the person: that one does without. A form from
 * elsewhere has no form token; it is sent on as a GET, which brings the cookie along.
 *
 * The way back leads only to an address that is registered for the client, character by
 * character; without one, to the sign-in page. The client is the one that the hint was issued to,
 * or the one that is named; they must not differ. From a hint that is none of ours there is no
 * way back. */
#include <string.h>

#include "auth.h"
#include "base/net.h"
#include "db/writer.h"
#include "page.h"
#include "query.h"
#include "scope.h"
#include "session.h"
#include "web/csrf.h"
#include "web/json.h"
#include "web/jwt.h"

struct sign_out_in {
	const char *id_token_hint, *client_id, *post_logout_redirect_uri, *state, *csrf;
};
static const struct param sign_out_params[] = {
	PARAM_LINE(struct sign_out_in, id_token_hint, 0, 8000, .optional = true),
	PARAM_LINE(struct sign_out_in, client_id, 0, 100, .optional = true),
	PARAM_LINE(struct sign_out_in, post_logout_redirect_uri, 0, 2000, .optional = true),
	PARAM_LINE(struct sign_out_in, state, 0, 512, .optional = true),
	PARAM_LINE(struct sign_out_in, csrf, 0, 100, .optional = true),
	PARAM_END
};

/* What a request comes down to. */
struct leave {
	const char *client_id, *uri, *state;     /* of the way back; "" for none */
	const char *target;                      /* the way back */
	bool proven;                             /* by an ID token of the browser's session */
};

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

/* Takes client and session from the hint. RC_INVALID: the client is another than the one named. */
static enum rc
read_hint(struct req *r, const struct sign_out_in *in, struct leave *l)
{
	const char *aud, *sid;
	const struct json *claims;

	if (*or_empty(in->id_token_hint) == '\0')
		return RC_OK;
	if (jwt_id_hint(auth(r)->verifier, r->arena, in->id_token_hint, auth_now(), &claims) !=
	    RC_OK || (aud = json_text(claims, "aud")) == NULL) {
		l->client_id = l->uri = l->state = "";
		return RC_OK;
	}
	if (*l->client_id != '\0' && strcmp(l->client_id, aud) != 0) {
		r->bad = "client_id";
		return RC_INVALID;
	}
	l->client_id = aud;
	sid = json_text(claims, "sid");
	l->proven = sid != NULL && r->who != NULL && strcmp(sid, r->who->session) == 0;
	return RC_OK;
}

static enum rc
read_request(struct req *r, const struct sign_out_in *in, struct leave *ret)
{
	struct leave l = {
		.client_id = or_empty(in->client_id), .target = "/sign-in",
		.uri = or_empty(in->post_logout_redirect_uri), .state = or_empty(in->state),
	};
	struct client_by_id client;
	enum rc rc;

	if ((rc = read_hint(r, in, &l)) != RC_OK)
		return rc;
	rc = *l.client_id == '\0' || *l.uri == '\0' ? RC_NOTFOUND :
	    q_client_by_id(r->db, r->arena, l.client_id, &client);
	if (rc != RC_OK && rc != RC_NOTFOUND)
		return rc;
	if (rc == RC_OK && list_has(client.sign_out_uri, l.uri))
		l.target = *l.state == '\0' ? l.uri : arena_fmt(r->arena, "%s%cstate=%s", l.uri,
		    strchr(l.uri, '?') != NULL ? '&' : '?', net_escape(r->arena, l.state));
	*ret = l;
	return RC_OK;
}

static enum rc
end_run(struct db *db, struct arena *a, void *arg)
{
	const struct req *r = arg;

	return session_end(db, a, r->who->session);
}

static enum rc
leave(struct req *r, const struct leave *l)
{
	enum rc rc;

	if (r->who != NULL && (rc = writer_run(r->writer, r->arena, end_run, r)) != RC_OK)
		return rc;
	session_cookie(r, "");
	return http_redirect(r, l->target);
}

static enum rc
sign_out_get(struct req *r)
{
	struct leave l;
	enum rc rc;

	if ((rc = read_request(r, r->in, &l)) != RC_OK)
		return rc;
	if (r->who == NULL)
		return http_redirect(r, l.target);
	if (l.proven && !r->head)
		return leave(r, &l);
	page_auth_sign_out(&r->body_out, &(struct page_auth_sign_out){
		.lang = r->lang, .v = session_view(r), .client_id = l.client_id, .uri = l.uri,
		.state = l.state,
	});
	return RC_OK;
}

/* The same request as a GET. */
static enum rc
send_on(struct req *r, const struct sign_out_in *in)
{
	struct buf o = { .arena = r->arena };
	const struct param *p;
	const char *value;

	buf_str(&o, "/sign-out");
	for (p = sign_out_params; p->name != NULL; p++) {
		value = *(const char *const *)(const void *)((const char *)in + p->off);
		if (*or_empty(value) != '\0' && strcmp(p->name, "csrf") != 0)
			buf_fmt(&o, "%c%s=%s", strchr(o.s, '?') == NULL ? '?' : '&', p->name,
			    net_escape(r->arena, value));
	}
	return http_redirect(r, o.s);
}

/* A route of kind OPEN, for forms of clients come here too: the rest is asked for here. */
static enum rc
sign_out_post(struct req *r)
{
	const struct sign_out_in *in = r->in;
	struct leave l;
	enum rc rc;

	if (in->csrf == NULL)
		return send_on(r, in);
	if ((rc = session_identify(r)) != RC_OK || (rc = csrf_check(r, in->csrf)) != RC_OK ||
	    (rc = read_request(r, in, &l)) != RC_OK)
		return rc;
	return leave(r, &l);
}

const struct route sign_out_routes[] = {
	ROUTE_IN(GET, "/sign-out", sign_out_get, PAGE, ANYONE, sign_out_in, sign_out_params),
	ROUTE_IN(POST, "/sign-out", sign_out_post, OPEN, ANYONE, sign_out_in, sign_out_params),
	ROUTE_END
};
