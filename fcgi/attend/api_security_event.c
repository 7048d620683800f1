/* SPDX-License-Identifier: Apache-2.0 */
/* api_security_event.c - POST /v1/security-events: news of the identity provider, pushed as security
 * event tokens (RFC 8417, RFC 8935).
 *
 * The body is the token, signed by the provider's key, for the audience of our own address. Of its
 * events only "account-purged" of OpenID RISC means something here: that customer is erased. Others
 * are taken and passed over. 202 without a body: it is done and on disk; asked for twice it happens
 * once. 400 {"err","description"}: not one of ours, and never will be. */
#include <string.h>
#include <strings.h>

#include "attend.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/writer.h"
#include "erase.h"
#include "web/json.h"
#include "web/jwt.h"

#define EVENT_PURGED "https://schemas.openid.net/secevent/risc/event-type/account-purged"

static enum rc
refuse(struct req *r, const char *err, const char *description)
{
	r->status = 400;
	r->type_out = "application/json";
	json_open(&r->body_out, NULL, '{');
	json_put_text(&r->body_out, "err", err);
	json_put_text(&r->body_out, "description", description);
	json_close(&r->body_out, '}');
	return RC_OK;
}

struct removal {
	const char *issuer, *subject;
};

static enum rc
erase_run(struct db *db, struct arena *a, void *arg)
{
	const struct removal *e = arg;

	return erase_customer(db, a, e->issuer, e->subject, clock_now_ms());
}

/* Who is meant: the claim sub_id (RFC 9493), or the subject inside the event, as older senders
 * write it. */
static bool
find_subject(const struct json *claims, const struct json *event, struct removal *ret)
{
	const struct json *id = json_get(claims, "sub_id");

	if (id == NULL)
		id = json_get(event, "subject");
	ret->issuer = json_text(id, "iss");
	ret->subject = json_text(id, "sub");
	return ret->issuer != NULL && ret->subject != NULL && *ret->subject != '\0';
}

static enum rc
event_post(struct req *r)
{
	static const char type[] = "application/secevent+jwt";
	const struct json *claims, *event;
	struct removal e;
	enum rc rc;

	if (r->content_type == NULL || strncasecmp(r->content_type, type, sizeof(type) - 1) != 0 ||
	    r->body_len == 0 || strlen(r->body) != r->body_len)
		return refuse(r, "invalid_request", "the body is to be one application/secevent+jwt");
	rc = jwt_event(attend(r)->provider.verifier, r->arena, r->body, http_self(r),
	    clock_now_ms() / 1000, &claims);
	if (rc != RC_OK)
		return refuse(r, "authentication_failed", "not a token of our provider for this host");
	r->status = 202;
	if ((event = json_get(json_get(claims, "events"), EVENT_PURGED)) == NULL)
		return RC_OK;
	if (!find_subject(claims, event, &e) || strcmp(e.issuer, json_text(claims, "iss")) != 0)
		return refuse(r, "invalid_request", "no subject, or one of another issuer");
	rc = writer_run(r->writer, r->arena, erase_run, &e);
	if (rc == RC_OK)
		log_info("a customer was erased: his account is gone");
	return rc;
}

const struct route api_security_event_routes[] = {
	ROUTE(POST, "/v1/security-events", event_post, OPEN, ANYONE),
	ROUTE_END
};
