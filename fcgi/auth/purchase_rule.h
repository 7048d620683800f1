#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* purchase_rule.h - which purchases make a customer verified: pure functions, no I/O.
 *
 * A purchase counts if all of these hold; a setting that is 0 or empty asks for nothing:
 *	cancelled   its status is none of these words
 *	statuses    its status is one of these words
 *	products    its product_id is one of these
 *	days        it was bought no longer ago than so many days, and not in the future
 *	amount      what counts adds up to so much (money in whole units, fractions are cut;
 *	            negative amounts lower the sum)
 *
 * Words are separated by commas; blanks around a word or a value and the case of ASCII letters
 * do not matter. Whoever is missing (NULL) is no word, no product, no day and an amount of 0.
 *
 * bought_at is YYYY-MM-DD, alone or with a time behind a blank or T: HH:MM[:SS[.f]], and then Z,
 * +HH, +HHMM or +HH:MM, by which it is brought to the zone of the process. A day that does not
 * exist, such as 0000-00-00, is no day. An amount is 12900, 12900.00 or 12,900, with a sign or
 * without. What is written in another way is a doubt: that purchase is left out, and the answer
 * may still be yes, but not no. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum purchase_column { PURCHASE_PRODUCT_ID, PURCHASE_AMOUNT, PURCHASE_STATUS, PURCHASE_BOUGHT_AT,
	PURCHASE_COLUMN_MAX };
extern const char *const purchase_column_names[PURCHASE_COLUMN_MAX];

struct purchase_rule {
	int64_t days, amount;
	const char *products, *statuses, *cancelled;    /* words; NULL is none */
};

/* One purchase: UTF-8, or NULL. */
struct purchase_row {
	const char *text[PURCHASE_COLUMN_MAX];
};

/* What the purchases so far add up to; starts as zero. */
struct purchase_sum {
	int64_t amount;          /* stays within int64 */
	bool any;                /* one counts */
	const char *doubt;       /* the column that could not be read, or NULL */
};

/* The rule cannot do without this column. */
bool purchase_rule_needs(const struct purchase_rule *, enum purchase_column);

/* The rule looks at this column where there is one. */
bool purchase_rule_uses(const struct purchase_rule *, enum purchase_column);

/* Adds one purchase; today is a day of base/clock.h. */
void purchase_rule_add(const struct purchase_rule *, int64_t today, const struct purchase_row *,
    struct purchase_sum *);

/* No further purchase can change the answer. */
bool purchase_rule_decided(const struct purchase_rule *, const struct purchase_sum *);

/* The answer once all purchases are added. RC_SHOP: no, were it not for a doubt. */
[[nodiscard]] enum rc purchase_rule_verdict(const struct purchase_rule *,
    const struct purchase_sum *, bool *ret_verified);
