#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* check_in.h - the one act that this domain is about, for the API and for the page alike. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lang.h"
#include "base/rc.h"
#include "progress.h"

struct arena;
struct req;

struct check_in_result {
	bool already;                    /* this day was checked in before; nothing was changed */
	struct campaign campaign;
	int64_t customer_id;
	const char *name;                /* of the customer, never NULL */
	int64_t day, at_ms;              /* at_ms: of the check-in, also when it was before */
	int64_t count, streak, longest;
	const char *receipt;             /* "7K3D-9Q2M-…": the same for every repeat */
	struct progress_grant *grants;   /* earned by this check-in, in order; present state */
	size_t grants_n;
	struct progress_next next;
};

/* Builds the reply from an outcome; the result is there with RC_OK only. */
typedef enum rc check_in_reply(struct req *, enum rc, const struct check_in_result *);

/* Checks r->who in today, and then calls reply; a handler's last line. campaign NULL: the one that
 * is open. Everything happens in one write transaction from one clock reading inside it; on RC_OK it
 * is on disk. A repeat is RC_OK with ->already, the same receipt and the same grants. Otherwise
 * nothing was changed, and r->reason and r->detail are set where they help:
 *   RC_NOTFOUND      no such campaign
 *   RC_CLOSED        no campaign is open today
 *   RC_NOT_ELIGIBLE  reason "no_purchase"
 *   RC_SHOP          the shop could not be asked, and the last time is too long ago
 *   RC_CLOCK         the clock stands before this customer's newest check-in
 *   RC_BUSY, RC_UNKNOWN of writer_run(): ask again. */
[[nodiscard]] enum rc check_in(struct req *r, const char *campaign, check_in_reply *reply);

/* "{name}님의 출석이 완료되었습니다." or "{name}님은 오늘 이미 출석하셨습니다." */
const char *check_in_message(struct arena *, enum lang, const struct check_in_result *);

/* The receipt of a check-in: made from the campaign's key, not stored. */
const char *check_in_receipt(struct arena *, const struct campaign *, int64_t customer_id,
    int64_t day);
