#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* shop_ask.h - puts a question to the shop's database within a bounded time, whatever that does;
 * used by shop.c only. */
#include <pthread.h>

#include "base/arena.h"
#include "base/conf.h"
#include "odbc.h"
#include "shop.h"

/* A connection, and what is known of the statements on it. */
struct shop_link {
	struct odbc *odbc;
	int64_t epoch, used_at;  /* of shop_ask.c: whether it is to be trusted still */
	int64_t learned_at;      /* of clock_mono_ms(), 0: nothing yet */
	bool has_status;         /* the purchases have a column status */
};

/* Runs in a thread of its own, which may outlive the request: reads nothing but the question,
 * writes nothing but its answer. May be run again on another connection. RC_OK, or RC_SHOP with
 * why. */
struct shop_question;
typedef enum rc shop_read_fn(struct shop_link *, struct shop_question *);

struct shop_question {
	const struct conf *conf;
	struct arena arena;      /* of all that the answer is made of */
	const char *email;
	shop_read_fn *read;
	void *answer;            /* in arena, zeroed */
	int64_t deadline;        /* of clock_mono_ms(): nobody waits any more */
	bool data;               /* the shop answered, but what it says is no use */
	char why[ODBC_WHY];

	struct shop *shop;
	pthread_cond_t ready;
	bool done, left_alone;
	enum rc rc;
};

struct shop_question *shop_question(struct shop *, const char *email, shop_read_fn *,
    size_t answer_size);

/* Asks. RC_OK: the answer is there; free the question after use. Else it is gone. */
[[nodiscard]] enum rc shop_ask(struct shop_question *);
void shop_question_free(struct shop_question *);

/* Sets why from what the driver says, or from a text, which blames the data and not the shop. */
[[nodiscard]] enum rc shop_fault(struct shop_question *, const char *why);
[[nodiscard]] enum rc shop_fault_data(struct shop_question *, const char *why);
