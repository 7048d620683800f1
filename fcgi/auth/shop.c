/* SPDX-License-Identifier: Apache-2.0 */
/* shop.c - the two questions to the shop's database: an e-mail's standing, and its purchases.
 *
 * The standing needs only its own statement, unless a purchase rule is set or the purchases have
 * a column status, by which cancelled ones are left out: then the purchases are read until the
 * rule has its answer. Whether that column is there is seen from the result of the statement,
 * once for each connection and again every LEARN_MS.
 *
 * Text that decides must be UTF-8; text that is only shown is mended. Connections, time limits
 * and the breaker are in shop_ask.c, the rule in purchase_rule.c. */
#include "shop.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "purchase_rule.h"
#include "shop_ask.h"

enum { LEARN_MS = 60000, ROWS_MAX = 100000, LONG = ODBC_TEXT - 1, SHORT = 100 };

static enum rc
driver_fault(struct shop_link *l, struct shop_question *q)
{
	return shop_fault(q, odbc_why(l->odbc));
}

/* Starts a statement; its first needed columns must be there. */
static enum rc
start(struct shop_link *l, struct shop_question *q, const char *sql, const char *const *names,
    size_t n, size_t needed, int64_t rows)
{
	size_t i;

	if (!odbc_start(l->odbc, sql, q->email, names, n, rows, q->conf->shop_timeout_s))
		return driver_fault(l, q);
	for (i = 0; i < needed; i++)
		if (!odbc_has(l->odbc, i))
			return shop_fault(q, arena_fmt(&q->arena, "%s gives no column %s",
			    sql == q->conf->shop_standing_sql ? "shop_standing_sql" :
			    "shop_purchases_sql", names[i]));
	return RC_OK;
}

static enum rc
next(struct shop_link *l, struct shop_question *q)
{
	enum rc rc = odbc_fetch(l->odbc);

	if (rc == RC_SHOP)
		return driver_fault(l, q);
	if (rc == RC_OK && clock_mono_ms() >= q->deadline)
		return shop_fault_data(q, "more rows than can be read within shop_timeout_s");
	return rc;
}

struct counts {
	int64_t registered, purchases;
};

static bool
count_column(struct shop_link *l, struct shop_question *q, size_t i, int64_t *ret)
{
	size_t len;
	bool cut;
	const char *text = odbc_text(l->odbc, i, &len, &cut);

	return text != NULL && !cut && str_int(arena_strn(&q->arena, text, len), ret) && *ret >= 0;
}

/* No row is nobody. With a rule the number of purchases need not be there. */
static enum rc
read_counts(struct shop_link *l, struct shop_question *q, bool ruled, struct counts *ret)
{
	static const char *const names[] = { "registered", "purchases" };
	size_t needed = ruled ? 1 : 2;
	enum rc rc = start(l, q, q->conf->shop_standing_sql, names, 2, needed, 2);

	*ret = (struct counts){ 0 };
	if (rc != RC_OK || (rc = next(l, q)) == RC_SHOP)
		return rc;
	if (rc == RC_NOTFOUND)
		return RC_OK;
	if (!count_column(l, q, 0, &ret->registered) ||
	    (!ruled && !count_column(l, q, 1, &ret->purchases)))
		return shop_fault_data(q, "shop_standing_sql gives something that is no number");
	if ((rc = next(l, q)) == RC_OK)
		return shop_fault_data(q, "shop_standing_sql gives more than one row");
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

/* The columns that the rule looks at: of those it needs first, then of the others. */
struct columns {
	enum purchase_column column[PURCHASE_COLUMN_MAX];
	const char *names[PURCHASE_COLUMN_MAX];
	size_t n, needed;
};

static struct columns
columns_of(const struct purchase_rule *rule)
{
	struct columns ret = { 0 };
	enum purchase_column c;
	int round;

	for (round = 0; round < 2; round++) {
		for (c = 0; c < PURCHASE_COLUMN_MAX; c++) {
			if (!purchase_rule_uses(rule, c) ||
			    purchase_rule_needs(rule, c) != (round == 0))
				continue;
			ret.column[ret.n] = c;
			ret.names[ret.n++] = purchase_column_names[c];
		}
		if (round == 0)
			ret.needed = ret.n;
	}
	return ret;
}

/* One purchase into texts; what is not UTF-8 cannot be compared with anything. */
static enum rc
read_row(struct shop_link *l, struct shop_question *q, const struct columns *columns,
    struct purchase_row *ret)
{
	size_t i, len;
	bool cut;

	*ret = (struct purchase_row){ 0 };
	for (i = 0; i < columns->n; i++) {
		const char *text = odbc_text(l->odbc, i, &len, &cut);

		if (text != NULL && (cut || !str_utf8(text, len)))
			return shop_fault_data(q, arena_fmt(&q->arena,
			    "the column %s of a purchase is not UTF-8 or is too long",
			    columns->names[i]));
		ret->text[columns->column[i]] = text;
	}
	return RC_OK;
}

static enum rc
read_rows(struct shop_link *l, struct shop_question *q, const struct purchase_rule *rule,
    const struct columns *columns, bool *ret_verified)
{
	int64_t today = clock_day(clock_now_ms(), 0), rows = 0;
	struct purchase_sum sum = { 0 };
	struct purchase_row row;
	enum rc rc = RC_OK;

	while (!purchase_rule_decided(rule, &sum) && rows < ROWS_MAX &&
	    (rc = next(l, q)) == RC_OK) {
		if ((rc = read_row(l, q, columns, &row)) != RC_OK)
			return rc;
		purchase_rule_add(rule, today, &row, &sum);
		rows++;
	}
	if (rc == RC_SHOP)
		return rc;
	if (purchase_rule_verdict(rule, &sum, ret_verified) != RC_OK)
		return shop_fault_data(q, arena_fmt(&q->arena,
		    "the column %s of a purchase cannot be read as such", sum.doubt));
	if (rows == ROWS_MAX && !*ret_verified && next(l, q) != RC_NOTFOUND)
		return shop_fault_data(q, "a customer has more than 100,000 purchases");
	return RC_OK;
}

static enum rc
read_standing(struct shop_link *l, struct shop_question *q)
{
	const struct conf *c = q->conf;
	const struct purchase_rule rule = {
		.days = c->purchase_days, .amount = c->purchase_amount,
		.products = c->purchase_products, .statuses = c->purchase_statuses,
		.cancelled = c->purchase_cancelled,
	};
	const struct columns columns = columns_of(&rule);
	bool ruled = columns.needed > 0, verified;
	enum standing *ret = q->answer;
	struct counts counts;
	enum rc rc = read_counts(l, q, ruled, &counts);

	*ret = STANDING_NOT_REGISTERED;
	if (rc != RC_OK || counts.registered == 0)
		return rc;
	verified = counts.purchases > 0;
	if (ruled || (columns.n > 0 && *c->shop_purchases_sql != '\0' && (l->has_status ||
	    l->learned_at == 0 || clock_mono_ms() - l->learned_at >= LEARN_MS))) {
		rc = start(l, q, c->shop_purchases_sql, columns.names, columns.n, columns.needed,
		    ROWS_MAX + 1);
		if (rc != RC_OK)
			return rc;
		l->learned_at = clock_mono_ms();
		/* Without other columns the last one is status. */
		l->has_status = !ruled && odbc_has(l->odbc, columns.n - 1);
		if (ruled || l->has_status)
			rc = read_rows(l, q, &rule, &columns, &verified);
	}
	*ret = verified ? STANDING_VERIFIED : STANDING_NO_PURCHASE;
	return rc;
}

enum rc
shop_standing(struct shop *s, struct arena *a, const char *email, enum standing *ret)
{
	struct shop_question *q = shop_question(s, email, read_standing, sizeof(enum standing));
	enum rc rc = shop_ask(q);

	(void)a;                 /* the answer has no text */
	if (rc != RC_OK)
		return rc;
	*ret = *(enum standing *)q->answer;
	shop_question_free(q);
	return RC_OK;
}

enum { ID, PRODUCT, COUNT, BOUGHT_AT, AMOUNT, STATUS, SHOWN };

struct page {
	int64_t offset, limit;
	struct shop_purchase *rows;
	size_t n;
	bool more;
};

/* A value to show: "" for NULL, NULL if there is no such column. What is not UTF-8 is shown as
 * U+FFFD; what was cut is cut between characters; the
 * blanks behind the values of CHAR columns go. */
static const char *
shown(struct shop_link *l, struct shop_question *q, size_t i, size_t cap)
{
	struct buf o = { .arena = &q->arena };
	size_t len, at, step;
	bool cut;
	const char *text = odbc_text(l->odbc, i, &len, &cut);

	if (text == NULL)
		return odbc_has(l->odbc, i) ? "" : NULL;
	while (len > 0 && text[len - 1] == ' ')
		len--;
	cut = cut || len > cap;
	len = len > cap ? cap : len;
	for (at = len; cut && at - len < 3 && len > 0 && !str_utf8(text, len); len--)
		;
	if (str_utf8(text, len))
		return arena_strn(&q->arena, text, len);
	for (at = 0; at < len && o.len + 3 < cap; at += step) {
		for (step = 1; step < 4 && at + step < len && !str_utf8(text + at, step); step++)
			;
		if (str_utf8(text + at, step)) {
			buf_mem(&o, text + at, step);
		} else {
			buf_str(&o, "\xef\xbf\xbd");
			step = 1;
		}
	}
	return o.s;
}

static enum rc
read_purchases(struct shop_link *l, struct shop_question *q)
{
	static const char *const names[SHOWN] = { [ID] = "id", [PRODUCT] = "product",
		[COUNT] = "count", [BOUGHT_AT] = "bought_at", [AMOUNT] = "amount",
		[STATUS] = "status" };
	struct page *p = q->answer;
	enum rc rc = start(l, q, q->conf->shop_purchases_sql, names, SHOWN, BOUGHT_AT,
	    p->offset + p->limit + 1);
	int64_t i;

	p->n = 0;
	p->rows = arena_new(&q->arena, struct shop_purchase, (size_t)p->limit);
	for (i = 0; i < p->offset && rc == RC_OK; i++)
		rc = next(l, q);
	while (rc == RC_OK && (rc = next(l, q)) == RC_OK && p->n < (size_t)p->limit)
		p->rows[p->n++] = (struct shop_purchase){
			.id = shown(l, q, ID, LONG), .product = shown(l, q, PRODUCT, LONG),
			.count = shown(l, q, COUNT, LONG), .bought_at = shown(l, q, BOUGHT_AT, SHORT),
			.amount = shown(l, q, AMOUNT, SHORT), .status = shown(l, q, STATUS, SHORT),
		};
	p->more = rc == RC_OK;
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

enum rc
shop_purchases(struct shop *s, struct arena *a, const char *email, int64_t offset, int64_t limit,
    struct shop_purchase **ret, size_t *ret_n, bool *ret_more)
{
	struct shop_question *q = shop_question(s, email, read_purchases, sizeof(struct page));
	struct page *p = q->answer;
	struct shop_purchase *rows;
	enum rc rc;
	size_t i;

	p->offset = offset;
	p->limit = limit;
	if ((rc = shop_ask(q)) != RC_OK)
		return rc;
	rows = arena_new(a, struct shop_purchase, p->n);
	for (i = 0; i < p->n; i++)
		rows[i] = (struct shop_purchase){
			.id = arena_str(a, p->rows[i].id),
			.product = arena_str(a, p->rows[i].product),
			.count = arena_str(a, p->rows[i].count),
			.bought_at = arena_str(a, p->rows[i].bought_at),
			.amount = arena_str(a, p->rows[i].amount),
			.status = arena_str(a, p->rows[i].status),
		};
	*ret = rows;
	*ret_n = p->n;
	*ret_more = p->more;
	shop_question_free(q);
	return RC_OK;
}
