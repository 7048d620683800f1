/* SPDX-License-Identifier: Apache-2.0 */
/* terms.c - terms and privacy notice: reading them, and accepting them when they have changed.
 *
 *	GET  /terms, /privacy         what every shop can start from; its own take their place by
 *	                              the settings terms_url and privacy_url
 *	GET  /accept-terms?next=PATH  asks
 *	POST /accept-terms            writes both versions into the ledger, then on to PATH
 *
 * Accepting at sign-up is sign_up.c. Consent to event mail is not asked here: it belongs to the
 * event host. */
#include "terms.h"

#include <string.h>

#include "auth.h"
#include "base/conf.h"
#include "db/writer.h"
#include "page.h"
#include "query.h"
#include "session.h"

struct accept_in {
	const char *next;
	bool accept;
};
static const struct param form_params[] = {
	PARAM_TEXT(struct accept_in, next, 0, 8000, .optional = true),
	PARAM_END
};
static const struct param submit_params[] = {
	PARAM_TEXT(struct accept_in, next, 0, 8000, .optional = true),
	PARAM_BOOL(struct accept_in, accept),
	PARAM_END
};

const char *
terms_url(const struct req *r)
{
	return r->conf->terms_url[0] != '\0' ? r->conf->terms_url : "/terms";
}

const char *
privacy_url(const struct req *r)
{
	return r->conf->privacy_url[0] != '\0' ? r->conf->privacy_url : "/privacy";
}

enum rc
terms_current(struct req *r, int64_t account_id, bool *ret)
{
	struct acceptance_newest seen;
	enum rc rc = q_acceptance_newest(r->db, r->arena, account_id, &seen);

	if (rc == RC_OK)
		*ret = strcmp(seen.terms, r->conf->terms_version) == 0 &&
		    strcmp(seen.privacy, r->conf->privacy_version) == 0;
	return rc;
}

enum rc
terms_accepted(struct db *db, struct arena *a, int64_t account_id, const char *terms,
    const char *privacy)
{
	int64_t now = auth_now();
	enum rc rc = q_acceptance_add(db, a, account_id, "terms", terms, now, NULL);

	return rc == RC_OK ? q_acceptance_add(db, a, account_id, "privacy", privacy, now, NULL) : rc;
}

enum rc
terms_accept(struct req *r, struct db *db, int64_t account_id)
{
	return terms_accepted(db, r->arena, account_id, r->conf->terms_version,
	    r->conf->privacy_version);
}

static enum rc
show(struct req *r, const struct accept_in *in, bool missing)
{
	page_auth_accept(&r->body_out, &(struct page_auth_accept){
		.lang = r->lang, .v = session_view(r), .next = session_next(in->next),
		.missing = missing, .terms = terms_url(r), .privacy = privacy_url(r),
		.terms_version = r->conf->terms_version, .privacy_version = r->conf->privacy_version,
	});
	r->status = missing ? 422 : 200;
	return RC_OK;
}

static enum rc
accept_get(struct req *r)
{
	return show(r, r->in, false);
}

static enum rc
accept_run(struct db *db, struct arena *a, void *arg)
{
	struct req *r = arg;

	(void)a;
	return terms_accept(r, db, r->who->account_id);
}

static enum rc
accept_post(struct req *r)
{
	const struct accept_in *in = r->in;
	bool current;
	enum rc rc;

	if (!in->accept)
		return show(r, in, true);
	if ((rc = terms_current(r, r->who->account_id, &current)) != RC_OK)
		return rc;
	if (!current && (rc = writer_run(r->writer, r->arena, accept_run, r)) != RC_OK)
		return rc;
	return http_redirect(r, session_next(in->next));
}

static enum rc
terms_get(struct req *r)
{
	page_auth_terms(&r->body_out, &(struct page_auth_terms){
		.lang = r->lang, .v = session_view(r), .version = r->conf->terms_version,
	});
	return RC_OK;
}

static enum rc
privacy_get(struct req *r)
{
	page_auth_privacy(&r->body_out, &(struct page_auth_privacy){
		.lang = r->lang, .v = session_view(r), .version = r->conf->privacy_version,
		.mail = r->conf->mail_from, .phone = r->conf->sender_phone,
		.address = r->conf->sender_address,
	});
	return RC_OK;
}

const struct route terms_routes[] = {
	ROUTE(GET, "/terms", terms_get, PAGE, ANYONE),
	ROUTE(GET, "/privacy", privacy_get, PAGE, ANYONE),
	ROUTE_IN(GET, "/accept-terms", accept_get, PAGE, CUSTOMER, accept_in, form_params),
	ROUTE_IN(POST, "/accept-terms", accept_post, PAGE, CUSTOMER, accept_in, submit_params),
	ROUTE_END
};
