/* SPDX-License-Identifier: Apache-2.0 */
/* check_in.c - the check-in: attendance, milestones, grants, stock and alerts, decided in one write
 * transaction from one clock reading.
 *
 * The order inside: which campaign and which day; who is it and when did he last come; a
 * repeat is answered from what is there, before anything else could refuse it; is the
 * campaign open, may he join; then the rows. The rules are in rule.c, the ledger in stock.c,
 * the statements in db/queries/attend_check_in.sql. */
#include "check_in.h"

#include <string.h>

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "db/writer.h"
#include "erase.h"
#include "query.h"
#include "standing.h"
#include "stock.h"

struct job {
	struct req *r;
	const char *campaign;
	check_in_reply *reply;
	struct check_in_result result, *out;
	struct standing_heard heard;
	struct customer_newest customer;         /* id 0: new here, all else 0 or NULL */
	struct rule_state before;
};

const char *
check_in_receipt(struct arena *a, const struct campaign *c, int64_t customer_id, int64_t day)
{
	uint8_t mac[SHA256_LEN];
	const char *what = arena_fmt(a, "%lld:%lld", (long long)customer_id, (long long)day);

	crypto_hmac((const uint8_t *)c->receipt_key, strlen(c->receipt_key), what, strlen(what),
	    mac);
	return base32_groups(a, mac, 10);
}

/* Finds the customer and his newest check-in. */
static enum rc
look(struct db *db, struct arena *a, struct job *j)
{
	const struct identity *who = j->r->who;
	struct customer_newest *c = &j->customer;
	enum rc rc;

	rc = q_customer_newest(db, a, j->out->campaign.id, who->issuer, who->subject, c);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	j->before = (struct rule_state){ .count = c->count, .streak = c->streak,
		.longest = c->longest, .last_day = c->day };
	j->out->at_ms = c->at;
	return RC_OK;
}

/* May this person join? *ret_verified: when his purchases were last confirmed. While nobody can
 * say, whoever was confirmed not too long ago goes on, unless something else was heard since. */
static enum rc
eligible(struct job *j, int64_t now, int64_t *ret_verified)
{
	struct req *r = j->r;
	enum standing known = standing_parse(j->customer.standing);

	switch (j->heard.word) {
	case STANDING_VERIFIED:
		*ret_verified = j->heard.at_ms != 0 ? j->heard.at_ms : now;
		return RC_OK;
	case STANDING_UNKNOWN:
		*ret_verified = j->customer.verified_at;
		return *ret_verified > 0 && known != STANDING_NO_PURCHASE &&
		    known != STANDING_NOT_REGISTERED &&
		    now - *ret_verified <= r->conf->standing_ttl_s * 1000 ? RC_OK : RC_SHOP;
	case STANDING_NOT_REGISTERED:
	case STANDING_NO_PURCHASE:
		break;
	}
	r->reason = "no_purchase";
	r->detail = r->lang == LANG_KO ? "구매내역이 있는 고객만 참여하실 수 있습니다." :
	    "Only customers with a purchase can join.";
	return RC_NOT_ELIGIBLE;
}

/* Whether what is known of him holds as it is. When his purchases were confirmed is noted to a fifth of
 * the time that it counts for: else every check-in would write this row too. */
static bool
holds(const struct job *j, const char *name, const char *email, int64_t verified)
{
	const struct customer_newest *c = &j->customer;

	return strcmp(c->name, name) == 0 && strcmp(c->email, email) == 0 &&
	    (j->heard.word != STANDING_VERIFIED || standing_parse(c->standing) == STANDING_VERIFIED) &&
	    verified >= c->verified_at && verified - c->verified_at < j->r->conf->standing_ttl_s * 1000 / 5;
}

/* Who checks in, as he is now. */
static enum rc
put_customer(struct db *db, struct arena *a, const struct job *j, int64_t verified, int64_t now,
    int64_t *ret_id)
{
	const struct identity *who = j->r->who;
	const char *name = who->name ? who->name : "", *email = who->email ? who->email : "";
	bool heard = j->heard.word == STANDING_VERIFIED, known = j->customer.id != 0;
	const char *standing = heard ? "verified" : known ? j->customer.standing : "unknown";
	int64_t standing_at = heard ? verified : known ? j->customer.standing_at : 0;
	enum rc rc;

	if (known) {
		*ret_id = j->customer.id;
		if (holds(j, name, email, verified))
			return RC_OK;
		return q_customer_update(db, a, name, email, verified, standing, standing_at, *ret_id,
		    NULL);
	}
	rc = q_customer_add(db, a, who->issuer, who->subject, name, email, verified, standing,
	    standing_at, now, NULL);
	*ret_id = db_last_id(db);
	return rc;
}

/* One reward of a milestone that this check-in has reached: granted while there is a unit that
 * nobody waits for, else owed. */
static enum rc
grant(struct db *db, struct arena *a, struct check_in_result *out,
    const struct campaign_milestone *m, int64_t occurrence)
{
	struct reward_free reward;
	const char *state;
	int64_t added, id;
	bool alerted;
	enum rc rc;

	if ((rc = q_reward_free(db, a, m->reward_id, &reward)) != RC_OK)
		return RC_DB;
	state = reward.free ? "granted" : "owed";
	rc = q_grant_add(db, a, out->campaign.id, out->customer_id, m->id, occurrence, m->reward_id,
	    out->day, state, out->at_ms, reward.free ? out->at_ms : 0, &added);
	if (rc != RC_OK || added == 0)
		return rc;               /* none: this occurrence was granted before */
	id = db_last_id(db);
	if (reward.free && stock_take_of(db, a, m->reward_id, reward.stock, id, "check-in", "system",
	    out->at_ms) != RC_OK)
		return RC_DB;
	out->grants[out->grants_n++] = (struct progress_grant){ .id = id,
		.milestone = arena_str(a, m->slug), .reward = arena_str(a, m->reward),
		.name_ko = arena_str(a, m->name_ko), .name_en = arena_str(a, m->name_en),
		.state = state, .day = out->day, .earned_at = out->at_ms };
	return !reward.armed || reward.stock - reward.free > reward.threshold ? RC_OK :
	    stock_watch(db, a, m->reward_id, out->at_ms, &alerted);
}

static enum rc
earn(struct db *db, struct arena *a, struct check_in_result *out, const struct rule_state *after)
{
	const struct campaign *c = &out->campaign;
	int64_t occurrence;
	enum rc rc;
	size_t i;

	for (i = 0; i < c->milestones_n; i++) {
		occurrence = rule_reached(&c->milestones[i].rule, after);
		if (occurrence == 0)
			continue;
		if (out->grants == NULL)
			out->grants = arena_new(a, struct progress_grant, c->milestones_n);
		if ((rc = grant(db, a, out, &c->milestones[i], occurrence)) != RC_OK)
			return rc;
	}
	return RC_OK;
}

/* The rows of a new check-in. */
static enum rc
add(struct db *db, struct arena *a, struct job *j, int64_t now)
{
	struct check_in_result *out = j->out;
	struct rule_state after = rule_next(&j->before, out->day);
	int64_t verified, id;
	enum rc rc;

	/* A token outlives the account by some minutes. */
	if (j->customer.id == 0 && (rc = erase_check(db, a, j->r->who->issuer,
	    j->r->who->subject)) != RC_OK)
		return rc;
	if ((rc = eligible(j, now, &verified)) != RC_OK ||
	    (rc = put_customer(db, a, j, verified, now, &id)) != RC_OK ||
	    (rc = q_attendance_add(db, a, out->campaign.id, id, out->day, now, after.count,
	    after.streak, after.longest, NULL)) != RC_OK)
		return rc;
	out->customer_id = id;
	out->at_ms = now;
	j->before = after;
	/* Whoever is known as verified was given his rewards when that was heard. */
	if (j->heard.word == STANDING_VERIFIED && j->customer.id != 0 &&
	    standing_parse(j->customer.standing) != STANDING_VERIFIED &&
	    (rc = stock_release(db, a, id, now)) != RC_OK)
		return rc;
	if ((rc = earn(db, a, out, &after)) != RC_OK)
		return rc;
	return progress_next(db, a, &out->campaign, id, &after, &out->next);
}

/* What a check-in of this day has said before. */
static enum rc
repeat(struct db *db, struct arena *a, struct job *j)
{
	struct check_in_result *out = j->out;
	enum rc rc;

	out->already = true;
	out->customer_id = j->customer.id;
	rc = progress_day_grants(db, a, &out->campaign, out->customer_id, out->day, &out->grants,
	    &out->grants_n);
	return rc != RC_OK ? rc : progress_next(db, a, &out->campaign, out->customer_id, &j->before,
	    &out->next);
}

static enum rc
run(struct db *db, struct arena *a, void *arg)
{
	struct job *j = arg;
	struct check_in_result *out = j->out;
	int64_t now = clock_now_ms();
	enum rc rc;

	/* May be the second time. */
	*out = (struct check_in_result){ .name = out->name };
	j->r->reason = j->r->detail = NULL;
	j->customer = (struct customer_newest){ 0 };
	j->before = (struct rule_state){ 0 };
	rc = campaign_find(db, a, j->r->conf->zone, j->campaign, now, &out->campaign);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND && j->campaign == NULL ? RC_CLOSED : rc;
	out->day = out->campaign.today;
	if ((rc = look(db, a, j)) != RC_OK)
		return rc;
	if (j->before.count > 0 && j->before.last_day > out->day)
		return RC_CLOCK;
	if (j->before.count > 0 && j->before.last_day == out->day)
		rc = repeat(db, a, j);
	else
		rc = out->campaign.open ? add(db, a, j, now) : RC_CLOSED;
	if (rc != RC_OK)
		return rc;
	out->count = j->before.count;
	out->streak = j->before.streak;
	out->longest = j->before.longest;
	return RC_OK;
}

/* After the commit. */
static enum rc
done(struct req *r, enum rc rc)
{
	struct job *j = r->job.arg;
	struct check_in_result *out = j->out;

	out->campaign.milestones = NULL;         /* were the writer's */
	out->campaign.milestones_n = 0;
	if (rc == RC_OK)
		out->receipt = check_in_receipt(r->arena, &out->campaign, out->customer_id, out->day);
	/* His order was cancelled, say: those who settle what he is owed have to know. */
	else if (rc == RC_NOT_ELIGIBLE && j->customer.id != 0 &&
	    strcmp(j->customer.standing, standing_word(j->heard.word)) != 0)
		standing_keep(r, &j->heard);
	return j->reply(r, rc, out);
}

enum rc
check_in(struct req *r, const char *campaign, check_in_reply *reply)
{
	struct job *j = arena_new(r->arena, struct job, 1);

	j->r = r;
	j->campaign = campaign;
	j->reply = reply;
	j->out = &j->result;
	j->out->name = attend_customer(r);
	standing_learn(r, &j->heard);
	return http_write(r, run, j, done);
}

const char *
check_in_message(struct arena *a, enum lang lang, const struct check_in_result *c)
{
	if (lang == LANG_KO)
		return arena_fmt(a, c->already ? "%s님은 오늘 이미 출석하셨습니다." :
		    "%s님의 출석이 완료되었습니다.", c->name);
	return arena_fmt(a, c->already ? "%s, you have already checked in today." :
	    "%s, your check-in is complete.", c->name);
}
