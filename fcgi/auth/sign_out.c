/* SPDX-License-Identifier: Apache-2.0 */
/* sign_out.c - the end of a browser's session: OpenID Connect RP-Initiated Logout 1.0.
 *
 *	GET  /sign-out?client_id=&post_logout_redirect_uri=&state=   asks, with one button
 *	POST /sign-out                                               does it, then goes back
 *
 * A link alone never signs anybody out. The way back leads only to the address that is
 * registered for the client, character by character; without one, to the sign-in page. */
#include <string.h>

#include "auth.h"
#include "base/net.h"
#include "db/writer.h"
#include "page.h"
#include "query.h"
#include "session.h"

struct sign_out_in {
	const char *client_id, *post_logout_redirect_uri, *state;
};
static const struct param sign_out_params[] = {
	PARAM_LINE(struct sign_out_in, client_id, 0, 100, .optional = true),
	PARAM_LINE(struct sign_out_in, post_logout_redirect_uri, 0, 2000, .optional = true),
	PARAM_LINE(struct sign_out_in, state, 0, 512, .optional = true),
	PARAM_END
};

/* Where to after it. */
static enum rc
find_target(struct req *r, const struct sign_out_in *in, const char **ret)
{
	const char *uri = in->post_logout_redirect_uri;
	struct client_by_id client;
	enum rc rc;

	*ret = "/sign-in";
	if (in->client_id == NULL || uri == NULL || *uri == '\0')
		return RC_OK;
	rc = q_client_by_id(r->db, r->arena, in->client_id, &client);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	if (strcmp(client.sign_out_uri, uri) != 0)
		return RC_OK;
	*ret = uri;
	if (in->state != NULL && *in->state != '\0')
		*ret = arena_fmt(r->arena, "%s%cstate=%s", uri,
		    strchr(uri, '?') != NULL ? '&' : '?', net_escape(r->arena, in->state));
	return RC_OK;
}

static const char *
or_empty(const char *s)
{
	return s != NULL ? s : "";
}

static enum rc
sign_out_get(struct req *r)
{
	const struct sign_out_in *in = r->in;
	const char *target;
	enum rc rc;

	if ((rc = find_target(r, in, &target)) != RC_OK)
		return rc;
	if (r->who == NULL)
		return http_redirect(r, target);
	page_auth_sign_out(&r->body_out, &(struct page_auth_sign_out){
		.lang = r->lang, .v = session_view(r), .client_id = or_empty(in->client_id),
		.uri = or_empty(in->post_logout_redirect_uri), .state = or_empty(in->state),
	});
	return RC_OK;
}

static enum rc
end_run(struct db *db, struct arena *a, void *arg)
{
	const struct req *r = arg;

	return session_end(db, a, r->who->session);
}

static enum rc
sign_out_post(struct req *r)
{
	const char *target;
	enum rc rc;

	if ((rc = find_target(r, r->in, &target)) != RC_OK)
		return rc;
	if (r->who != NULL && (rc = writer_run(r->writer, r->arena, end_run, r)) != RC_OK)
		return rc;
	session_cookie(r, "");
	return http_redirect(r, target);
}

const struct route sign_out_routes[] = {
	ROUTE_IN(GET, "/sign-out", sign_out_get, PAGE, ANYONE, sign_out_in, sign_out_params),
	ROUTE_IN(POST, "/sign-out", sign_out_post, PAGE, ANYONE, sign_out_in, sign_out_params),
	ROUTE_END
};
