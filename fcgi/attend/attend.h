#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* attend.h - what all files of the attendance domain share: its state, its route tables and the
 * few words that each of them needs. */
#include "came.h"
#include "provider.h"
#include "web/http.h"
#include "web/identity.h"

/* Per process, in r->domain: made once after the fork, read by all threads. */
struct attend {
	const struct conf *conf;
	struct provider provider;        /* whose tokens we take */
	struct came came;
	struct arena arena;              /* holds this struct */
};

/* One file, one table; listed in main.c. */
extern const struct route api_check_in_routes[], api_attendance_routes[], api_reward_routes[],
    api_security_event_routes[],
    api_grant_routes[], sign_in_routes[], status_routes[];
extern const struct route page_card_routes[], page_mine_routes[], page_mail_routes[];
extern const struct route admin_home_routes[], admin_people_routes[], admin_stock_routes[];

/* Of struct app; sign_in.c. */
enum rc sign_in_identify(struct req *);
enum rc sign_in_ask(struct req *);

static inline struct attend *
attend(const struct req *r)
{
	return r->domain;
}

/* Rows carry both names; a reader gets the one of his language. Both NULL: NULL. */
static inline const char *
attend_name(enum lang lang, const char *ko, const char *en)
{
	return lang == LANG_KO ? ko : en;
}

/* Who stands behind a change, for ledgers: the proven e-mail, else the subject. r->who is set. */
static inline const char *
attend_author(const struct req *r)
{
	return r->who->email ? r->who->email : r->who->subject;
}

/* What the customer who asks is called in messages. r->who is set. */
static inline const char *
attend_customer(const struct req *r)
{
	if (r->who->name != NULL && r->who->name[0] != '\0')
		return r->who->name;
	return r->lang == LANG_KO ? "고객" : "Customer";
}
