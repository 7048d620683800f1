#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* shop.h - what the shop's own database knows of an e-mail: foreign, of any make, read only.
 *
 * Two SQL statements of the settings, each with one parameter (?), the e-mail in lower case:
 *	shop_standing_sql   one row with columns registered and purchases, integers: how many
 *	                    customers have that e-mail, how many purchases. No row means
 *	                    not registered.
 *	shop_purchases_sql  one row a purchase with columns id, product and count, of any type,
 *	                    and where wanted product_id, amount, status and bought_at, by which the
 *	                    rule of purchase_rule.h says what counts
 * With a rule, or where the purchases have a status, the purchases decide and not their number in
 * the first statement. Columns are found by name, in any order, capitals or not; others are left
 * alone. Text is UTF-8; what is longer than 1,000 bytes is cut. man/chulcheck-shop.5 says all
 * this to operators.
 *
 * Every fault (no connection, timeout, wrong SQL, a column missing, garbage) is RC_SHOP: a shop
 * that cannot answer never looks like one without purchases. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "web/identity.h"

struct arena;
struct conf;
struct shop;

/* "" for NULL; the second line is NULL where the shop has no such column. */
struct shop_purchase {
	const char *id, *product, *count;
	const char *bought_at, *amount, *status;
};

/* Does not connect yet: the shop may be away while we start. conf must outlive it. */
struct shop *shop_open(const struct conf *);
struct shop *shop_close(struct shop *);      /* NULL in, NULL out */

[[nodiscard]] enum rc shop_standing(struct shop *, struct arena *, const char *email,
    enum standing *ret);

/* At most limit purchases after the first offset. *ret_more: there are further ones. */
[[nodiscard]] enum rc shop_purchases(struct shop *, struct arena *, const char *email,
    int64_t offset, int64_t limit, struct shop_purchase **ret, size_t *ret_n, bool *ret_more);
