/* SPDX-License-Identifier: Apache-2.0 */
/* job_standing.c - asks the auth host about customers who wait for a reward, so that a reward whose
 * order was cancelled meanwhile is withheld when stock returns (fcgi/attend/stock.c).
 *
 *	POST auth_url/token              client credentials, scope verifications
 *	POST auth_url/v1/verifications   {"email"}: 200 verified, 404 no_purchase or not_registered
 *
 * Whom it cannot ask about it leaves as he is. Only for customers of our own auth host: of those of
 * another provider the event host hears when they come. */
#include <inttypes.h>
#include <string.h>

#include "attend/stock.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/net.h"
#include "notify.h"
#include "query.h"
#include "web/json.h"

enum { TIMEOUT_MS = 10000, BATCH = 200, FRESH_MS = 50 * 60 * 1000, TOKEN_MS = 240 * 1000 };

struct token {
	char text[4096];
	int64_t until;           /* of clock_mono_ms() */
};

/* A token is good for five minutes; a run may take longer. */
static enum rc
renew(struct run *r, struct token *t)
{
	const struct conf *c = r->conf;
	const char *body, *text;
	struct json *answer;
	int status;
	enum rc rc;

	if (clock_mono_ms() < t->until)
		return RC_OK;
	rc = net_post(r->arena, arena_fmt(r->arena, "%s/token", c->auth_url), "",
	    net_escape(r->arena, c->notify_client_id), net_escape(r->arena, c->notify_client_secret),
	    "grant_type=client_credentials&scope=verifications", TIMEOUT_MS, &status, &body);
	if (rc != RC_OK)
		return rc;
	if (status != 200 || json_parse(r->arena, body, strlen(body), &answer) != RC_OK ||
	    (text = json_text(answer, "access_token")) == NULL || strlen(text) >= sizeof(t->text)) {
		log_error("standing: %s/token answered %d; is the client %s registered there with the "
		    "scope verifications (chulcheckctl client add)?", c->auth_url, status,
		    c->notify_client_id);
		return RC_CONFIG;
	}
	memcpy(t->text, text, strlen(text) + 1);
	t->until = clock_mono_ms() + TOKEN_MS;
	return RC_OK;
}

/* *ret_word NULL: not known now. */
static enum rc
ask(struct run *r, struct token *t, const char *email, const char **ret_word)
{
	struct buf body = { .arena = r->arena };
	const char *reply, *word;
	struct json *answer;
	int status;
	enum rc rc;

	if ((rc = renew(r, t)) != RC_OK)
		return rc;
	json_open(&body, NULL, '{');
	json_put_text(&body, "email", email);
	json_close(&body, '}');
	rc = net_push(r->arena, &(struct net_push){
		.url = arena_fmt(r->arena, "%s/v1/verifications", r->conf->auth_url),
		.type = "application/json", .text = body.s, .bearer = t->text, .timeout_ms = TIMEOUT_MS,
	    }, &status, &reply);
	if (rc != RC_OK)
		return rc;
	*ret_word = NULL;
	if (status == 200)
		*ret_word = "verified";
	else if (status == 404 && json_parse(r->arena, reply, strlen(reply), &answer) == RC_OK &&
	    (word = json_text(answer, "reason")) != NULL &&
	    (strcmp(word, "no_purchase") == 0 || strcmp(word, "not_registered") == 0))
		*ret_word = word;
	return RC_OK;
}

struct heard {
	int64_t id;
	const char *word;
};

static enum rc
put(struct db *db, struct arena *a, void *arg)
{
	const struct heard *h = arg;
	int64_t now = clock_now_ms();
	enum rc rc = q_standing_heard(db, a, h->word, now, h->id, NULL);

	return rc == RC_OK && strcmp(h->word, "verified") == 0 ? stock_release(db, a, h->id, now) : rc;
}

static enum rc
ask_batch(struct run *r, struct token *t, const struct standing_due *rows, size_t n)
{
	struct heard h;
	size_t i;
	enum rc rc = RC_OK;

	for (i = 0; i < n && rc == RC_OK && !run_is_over(r); i++) {
		h.id = rows[i].id;
		if ((rc = ask(r, t, rows[i].email, &h.word)) != RC_OK)
			break;
		/* The shop is away: it will not be back for the next one. */
		if (h.word == NULL) {
			r->tally.deferred += (int64_t)(n - i);
			return RC_BUSY;
		}
		rc = db_write(r->db, r->arena, put, &h);
		r->tally.sent++;
	}
	return rc;
}

static enum rc
standing_run(struct run *r)
{
	struct token t = { .until = 0 };
	int64_t before = clock_now_ms() - FRESH_MS;
	struct standing_due *rows;
	size_t n = BATCH;
	enum rc rc = RC_OK;

	if (*r->conf->notify_client_secret == '\0')
		return RC_OK;
	while (rc == RC_OK && n == BATCH && !run_is_over(r)) {
		arena_reset(r->arena);
		rc = q_standing_due(r->db, r->arena, r->conf->auth_url, before, BATCH, &rows, &n);
		if (rc == RC_OK && n > 0)
			rc = ask_batch(r, &t, rows, n);
	}
	return rc;
}

const struct job job_standing = {
	"standing", "*:25 Asia/Seoul", 1800, standing_run,
	"ask whether those who wait for a reward still have a purchase"
};
