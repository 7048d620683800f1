/* SPDX-License-Identifier: Apache-2.0 */
/* shop_ask.c - asks the shop's database so that neither its death nor its silence costs more than
 * a moment.
 *
 * A question is put by a thread of its own, since a driver may wait for a server for ever: the
 * thread of the request waits no longer than the setting shop_timeout_s and leaves it alone then.
 * At most CONNECTIONS questions are waited for at once; the others wait behind a gate. Of those
 * left alone there may be ABANDONED_MAX: their drivers come back when they like. After failures the breaker turns questions away at once, so that a shop that
 * hangs takes neither the threads of the worker nor the patience of who signs in.
 *
 * Connections are made when needed and kept for the next question, for IDLE_MS. A kept one may have
 * died in the meantime, so a question that fails quickly on it is asked once more on a new one; and
 * once one has died without a word, all that were made before are given up. An answer
 * that makes no sense is no reason for either, nor for the breaker: it is about one customer. */
#include "shop_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/gate.h"
#include "base/log.h"
#include "breaker.h"

enum {
	CONNECTIONS = 8, ABANDONED_MAX = 64, IDLE_MS = 30000,
	COMPLAIN_MS = 10000, ARENA_LIMIT = 16 << 20
};

struct shop {
	const struct conf *conf;
	struct gate gate;
	pthread_mutex_t mutex;
	struct breaker breaker;
	struct shop_link *idle[CONNECTIONS];
	size_t idle_n;
	int64_t under_way;       /* threads that ask */
	int64_t abandoned;       /* of these, left alone */
	int64_t epoch;           /* one more with each silence; older connections are not trusted */
	int64_t quiet_until;     /* of clock_mono_ms() */
};

/* Tells the operator, at most once in COMPLAIN_MS. */
static void
complain(struct shop *s, const char *what, const char *why)
{
	int64_t now = clock_mono_ms();
	bool quiet;

	pthread_mutex_lock(&s->mutex);
	quiet = now < s->quiet_until;
	if (!quiet)
		s->quiet_until = now + COMPLAIN_MS;
	pthread_mutex_unlock(&s->mutex);
	if (!quiet)
		log_warn("shop: %s: %s", what, why);
}

static struct shop_link *
link_close(struct shop_link *l)
{
	if (l == NULL)
		return NULL;
	odbc_close(l->odbc);
	free(l);
	return NULL;
}

static struct shop_link *
link_open(struct shop *s)
{
	struct shop_link *l = calloc(1, sizeof(*l));
	char why[ODBC_WHY];

	if (l == NULL)
		abort();
	pthread_mutex_lock(&s->mutex);
	l->epoch = s->epoch;
	pthread_mutex_unlock(&s->mutex);
	l->odbc = odbc_open(s->conf->shop_dsn, s->conf->shop_timeout_s, why);
	if (l->odbc != NULL)
		return l;
	complain(s, "no connection", why);
	return link_close(l);
}

/* The connection that was used last, or NULL. Those that cannot be trusted any more are closed. */
static struct shop_link *
take_idle(struct shop *s)
{
	struct shop_link *l;
	bool good = false;

	do {
		pthread_mutex_lock(&s->mutex);
		l = s->idle_n > 0 ? s->idle[--s->idle_n] : NULL;
		good = l != NULL && l->epoch == s->epoch && clock_mono_ms() - l->used_at < IDLE_MS;
		pthread_mutex_unlock(&s->mutex);
		if (l != NULL && !good)
			link_close(l);
	} while (l != NULL && !good);
	return l;
}

/* There may be no place: who was left alone comes back too. */
static void
put_idle(struct shop *s, struct shop_link *l)
{
	bool kept;

	pthread_mutex_lock(&s->mutex);
	kept = s->idle_n < CONNECTIONS && l->epoch == s->epoch;
	if (kept) {
		l->used_at = clock_mono_ms();
		s->idle[s->idle_n++] = l;
	}
	pthread_mutex_unlock(&s->mutex);
	if (!kept)
		link_close(l);
}

static enum rc
ask_link(struct shop_link *l, struct shop_question *q)
{
	enum rc rc;

	if (l == NULL)
		return RC_SHOP;
	q->data = false;
	rc = q->read(l, q);
	if (rc != RC_OK)
		complain(q->shop, q->data ? "an answer that is no use" : "no answer", q->why);
	odbc_end(l->odbc);
	if (rc == RC_OK || q->data)
		put_idle(q->shop, l);
	else
		link_close(l);
	return rc;
}

static void
settle(struct shop *s, bool answered, bool slow)
{
	bool turned;

	pthread_mutex_lock(&s->mutex);
	turned = answered ? breaker_answered(&s->breaker) :
	    breaker_failed(&s->breaker, clock_mono_ms(), slow);
	pthread_mutex_unlock(&s->mutex);
	if (turned && answered)
		log_info("shop: answers again");
	else if (turned)
		log_warn("shop: left alone, but for one question in %d s", BREAKER_AWAY_MS / 1000);
}

/* The thread of a question. Whoever comes last, it or the thread of the request, frees. */
static void *
asker(void *arg)
{
	struct shop_question *q = arg;
	struct shop *s = q->shop;
	int64_t slow = q->conf->shop_timeout_s * 1000 / 2, quick_until = clock_mono_ms() + slow;
	struct shop_link *l = take_idle(s);
	bool left_alone;
	enum rc rc;

	rc = l != NULL ? ask_link(l, q) : RC_SHOP;
	if (rc != RC_OK && !q->data && clock_mono_ms() < quick_until)
		rc = ask_link(link_open(s), q);
	if (clock_mono_ms() < q->deadline)
		settle(s, rc == RC_OK || q->data, clock_mono_ms() >= quick_until);
	pthread_mutex_lock(&s->mutex);
	q->rc = rc;
	q->done = true;
	left_alone = q->left_alone;
	s->abandoned -= left_alone;
	pthread_cond_signal(&q->ready);
	pthread_mutex_unlock(&s->mutex);
	if (left_alone)
		shop_question_free(q);   /* its place at the gate was given back by who left */
	else
		gate_leave(&s->gate);
	pthread_mutex_lock(&s->mutex);
	s->under_way--;
	pthread_mutex_unlock(&s->mutex);
	return NULL;
}

static bool
set_out(struct shop_question *q)
{
	struct shop *s = q->shop;
	pthread_attr_t attr;
	pthread_t thread;
	bool ok;

	pthread_mutex_lock(&s->mutex);
	s->under_way++;
	pthread_mutex_unlock(&s->mutex);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	ok = pthread_create(&thread, &attr, asker, q) == 0;
	pthread_attr_destroy(&attr);
	if (ok)
		return true;
	pthread_mutex_lock(&s->mutex);
	s->under_way--;
	pthread_mutex_unlock(&s->mutex);
	return false;
}

/* RC_OK, or RC_SHOP; then the question is gone. */
static enum rc
wait_for(struct shop_question *q)
{
	struct shop *s = q->shop;
	struct timespec at = { .tv_sec = q->deadline / 1000, .tv_nsec = q->deadline % 1000 * 1000000 };
	enum rc rc = RC_SHOP;
	bool done;

	pthread_mutex_lock(&s->mutex);
	while (!q->done && pthread_cond_clockwait(&q->ready, &s->mutex, CLOCK_MONOTONIC, &at) == 0)
		;
	if (q->done)
		rc = q->rc;
	done = q->done;
	q->left_alone = !done;
	s->abandoned += !done;
	s->epoch += !done;
	pthread_mutex_unlock(&s->mutex);
	if (done && rc != RC_OK)
		shop_question_free(q);
	if (!done) {
		gate_leave(&s->gate);
		complain(s, "no answer", "not within shop_timeout_s");
		settle(s, false, true);
	}
	return rc;
}

/* Lets a question in. The breaker may have opened while it waited at the gate. */
static bool
enter(struct shop *s)
{
	int64_t wait_ms = s->conf->shop_timeout_s * 1000 / 2;
	bool may, probe;

	if (s->conf->shop_dsn == NULL || *s->conf->shop_dsn == '\0')
		return false;
	pthread_mutex_lock(&s->mutex);
	may = s->abandoned < ABANDONED_MAX && breaker_may(&s->breaker, clock_mono_ms(), &probe);
	pthread_mutex_unlock(&s->mutex);
	if (!may || gate_enter(&s->gate, wait_ms) != RC_OK)
		return false;
	pthread_mutex_lock(&s->mutex);
	may = probe || !breaker_open(&s->breaker, clock_mono_ms());
	pthread_mutex_unlock(&s->mutex);
	if (!may)
		gate_leave(&s->gate);
	return may;
}

enum rc
shop_ask(struct shop_question *q)
{
	struct shop *s = q->shop;

	q->deadline = clock_mono_ms() + s->conf->shop_timeout_s * 1000;
	if (!enter(s)) {
		shop_question_free(q);
		return RC_SHOP;
	}
	if (set_out(q))
		return wait_for(q);
	gate_leave(&s->gate);
	shop_question_free(q);
	return RC_SHOP;
}

struct shop_question *
shop_question(struct shop *s, const char *email, shop_read_fn *read, size_t answer_size)
{
	struct shop_question *q = calloc(1, sizeof(*q));

	if (q == NULL)
		abort();
	arena_init(&q->arena, ARENA_LIMIT);
	pthread_cond_init(&q->ready, NULL);
	q->shop = s;
	q->conf = s->conf;
	q->email = arena_str(&q->arena, email);
	q->read = read;
	q->answer = arena_alloc(&q->arena, 1, answer_size);
	return q;
}

void
shop_question_free(struct shop_question *q)
{
	pthread_cond_destroy(&q->ready);
	arena_free(&q->arena);
	free(q);
}

enum rc
shop_fault(struct shop_question *q, const char *why)
{
	snprintf(q->why, sizeof(q->why), "%s", why);
	return RC_SHOP;
}

enum rc
shop_fault_data(struct shop_question *q, const char *why)
{
	q->data = true;
	return shop_fault(q, why);
}

struct shop *
shop_open(const struct conf *conf)
{
	struct shop *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->conf = conf;
	gate_init(&s->gate, CONNECTIONS, conf->threads);
	pthread_mutex_init(&s->mutex, NULL);
	return s;
}

/* A question that was left alone may still need all this: then it stays until the process ends. */
struct shop *
shop_close(struct shop *s)
{
	bool needed;

	if (s == NULL)
		return NULL;
	pthread_mutex_lock(&s->mutex);
	needed = s->under_way > 0;
	pthread_mutex_unlock(&s->mutex);
	if (needed)
		return NULL;
	while (s->idle_n > 0)
		link_close(s->idle[--s->idle_n]);
	pthread_mutex_destroy(&s->mutex);
	gate_destroy(&s->gate);
	free(s);
	return NULL;
}
