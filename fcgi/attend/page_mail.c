/* SPDX-License-Identifier: Apache-2.0 */
/* page_mail.c - consent to event mail (law.md D1-D9, D15-D18): asked apart from everything else, kept
 * in a ledger of its own, withdrawn by one click.
 *
 *	POST /mail-consent        agree=1 gives it, else it is withdrawn; on the stamp card
 *	GET  /unsubscribe?token=  a page with a button; changes nothing, for scanners open links
 *	POST /unsubscribe?token=  RFC 8058: no cookie, no sign-in, 200 */
#include <string.h>

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/unsubscribe.h"
#include "db/writer.h"
#include "frame.h"
#include "page.h"
#include "query.h"
#include "standing.h"

/* The text on the stamp card, by its date: a new text is a new version. */
static const char wording[] = "2026-11";

struct consent_in {
	bool agree;
};
static const struct param consent_in[] = {
	PARAM_BOOL(struct consent_in, agree),
	PARAM_END
};

struct change {
	struct req *r;
	int64_t customer_id;     /* 0: of r->who */
	bool give;
	const char *source;
};

/* Adds a line to the ledger if it says something new. */
static enum rc
change_run(struct db *db, struct arena *a, void *arg)
{
	struct change *c = arg;
	const struct identity *who = c->r->who;
	const char *action = c->give ? "given" : "withdrawn";
	struct consent_newest newest = { .action = "withdrawn" };
	struct customer_exists exists;
	struct customer_touch customer;
	int64_t now = clock_now_ms();
	enum rc rc;

	if (c->customer_id == 0) {
		rc = q_customer_touch(db, a, who->issuer, who->subject, attend_customer(c->r),
		    who->email != NULL ? who->email : "",
		    who->standing == STANDING_VERIFIED ? now : 0, now, &customer);
		c->customer_id = customer.id;
	} else
		rc = q_customer_exists(db, a, c->customer_id, &exists);
	if (rc != RC_OK)
		return rc;
	rc = q_consent_newest(db, a, c->customer_id, &newest);
	if ((rc != RC_OK && rc != RC_NOTFOUND) || strcmp(newest.action, action) == 0)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	return q_consent_add(db, a, c->customer_id, action, wording, c->source, now, NULL);
}

static enum rc
consent_post(struct req *r)
{
	const struct consent_in *in = r->in;
	struct change c = { .r = r, .give = in->agree, .source = "page" };
	struct standing_heard heard;
	enum rc rc;

	if (c.give && r->who->email == NULL)
		standing_learn(r, &heard);       /* says where to mail to */
	rc = writer_run(r->writer, r->arena, change_run, &c);

	return rc == RC_OK ? http_redirect(r, "/#mail") : rc;
}

struct unsubscribe_in {
	const char *token;
};
static const struct param unsubscribe_in[] = {
	PARAM_LINE(struct unsubscribe_in, token, 1, 200),
	PARAM_END
};

static enum rc
token_customer(struct req *r, int64_t *ret)
{
	const struct unsubscribe_in *in = r->in;

	if (r->conf->unsubscribe_key[0] == '\0' ||
	    !unsubscribe_check(r->arena, r->conf->unsubscribe_key, in->token, ret)) {
		r->detail = r->lang == LANG_KO ? "수신 거부 주소가 올바르지 않습니다. 메일의 주소를 그대로 열어 주세요." :
		    "This address is not right. Please open it as it stands in the mail.";
		return RC_NOTFOUND;
	}
	return RC_OK;
}

static enum rc
show_unsubscribe(struct req *r, bool done)
{
	const struct unsubscribe_in *in = r->in;

	frame_top(r, "이벤트 메일 수신 거부", "Stop event mails");
	page_unsubscribe(&r->body_out, &(struct page_unsubscribe){ .lang = r->lang, .token = in->token,
		.site = r->conf->site_name, .done = done, .day = arena_fmt(r->arena, "%.10s",
		    frame_time(r->arena, clock_now_ms())) });
	frame_bottom(r);
	return RC_OK;
}

static enum rc
unsubscribe_get(struct req *r)
{
	int64_t id;
	enum rc rc = token_customer(r, &id);

	return rc == RC_OK ? show_unsubscribe(r, false) : rc;
}

static enum rc
unsubscribe_post(struct req *r)
{
	struct change c = { .r = r, .give = false, .source = "one-click" };
	enum rc rc = token_customer(r, &c.customer_id);

	if (rc == RC_OK)
		rc = writer_run(r->writer, r->arena, change_run, &c);
	return rc == RC_OK ? show_unsubscribe(r, true) : rc;
}

const struct route page_mail_routes[] = {
	ROUTE_IN(POST, "/mail-consent", consent_post, PAGE, CUSTOMER, consent_in, consent_in),
	ROUTE_IN(GET, "/unsubscribe", unsubscribe_get, OPEN, ANYONE, unsubscribe_in, unsubscribe_in),
	ROUTE_IN(POST, "/unsubscribe", unsubscribe_post, OPEN, ANYONE, unsubscribe_in, unsubscribe_in),
	ROUTE_END
};
