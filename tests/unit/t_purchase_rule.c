/* SPDX-License-Identifier: Apache-2.0 */
/* t_purchase_rule.c - purchases against rules, in Seoul on 2026-11-23. */
#include "auth/purchase_rule.h"

#include <string.h>

#include "base/clock.h"
#include "t.h"

enum answer { NO, YES, DOUBT };

static int64_t today;

/* The answer to so many purchases. */
static enum answer
answer(const struct purchase_rule *rule, const struct purchase_row *rows, size_t n)
{
	struct purchase_sum sum = { 0 };
	bool verified = false;
	size_t i;

	for (i = 0; i < n && !purchase_rule_decided(rule, &sum); i++)
		purchase_rule_add(rule, today, &rows[i], &sum);
	if (purchase_rule_verdict(rule, &sum, &verified) != RC_OK)
		return DOUBT;
	return verified ? YES : NO;
}

/* One purchase with one value, against a rule about that column alone. */
struct value {
	const char *value;
	enum answer want;
};

static void
check_values(const struct purchase_rule *rule, enum purchase_column column,
    const struct value *values, size_t n)
{
	enum answer got;
	size_t i;

	for (i = 0; i < n; i++) {
		struct purchase_row row = { 0 };

		row.text[column] = values[i].value;
		got = answer(rule, &row, 1);
		if (got != values[i].want)
			printf("# %s '%s': %d\n", purchase_column_names[column],
			    values[i].value != NULL ? values[i].value : "NULL", got);
		CHECK(got == values[i].want);
	}
}
#define VALUES(rule, column, ...) \
	check_values(&(struct purchase_rule)rule, column, (const struct value[])__VA_ARGS__, \
	    sizeof((const struct value[])__VA_ARGS__) / sizeof(struct value))
#define RULE(...) { __VA_ARGS__ }

static void
test_days(void)
{
	VALUES(RULE(.days = 30), PURCHASE_BOUGHT_AT, {
		{ "2026-11-23", YES }, { "2026-10-24", YES }, { "2026-10-23", NO },
		{ "2026-11-24", YES }, { "2026-11-25", NO }, { "9999-12-31", NO },
		{ "1970-01-01", NO }, { "1969-12-31", NO }, { "0001-01-01", NO },
		{ "2026-11-20 00:00:00", YES }, { "2026-11-20 23:59:59", YES },
		{ "2026-11-20 23:59:60", YES }, { "2026-11-20 09:30", YES },
		{ "2026-11-20 09:30:00.0", YES }, { "2026-11-20 09:30:00.123456789", YES },
		{ "2026-11-20T09:30:00", YES }, { "2026-11-20T09:30:00,5", YES },
		{ "2026-11-20T09:30:00Z", YES }, { "2026-11-20T09:30:00z", YES },
		{ "2026-11-20T09:30:00.5+09:00", YES }, { "2026-11-20 09:30:00+09", YES },
		{ "2026-11-20 09:30:00-0330", YES }, { "  2026-11-20  ", YES },
		{ "2026-11-20\t", YES }, { "2026-11-20\r\n", YES },
		{ NULL, NO }, { "", NO }, { "   ", NO },
		{ "0000-00-00", NO }, { "0000-00-00 00:00:00", NO }, { "2026-00-00", NO },
		{ "2026-11-00", NO }, { "2026-02-30", NO }, { "2026-13-01", NO },
		{ "2026-11-31", NO }, { "2025-02-29", NO }, { "0000-00-00T00:00:00Z", NO },
		{ "2026/11/20", DOUBT }, { "2026.11.20", DOUBT }, { "20261120", DOUBT },
		{ "20261120093000", DOUBT }, { "20/11/2026", DOUBT }, { "2026-11-2", DOUBT },
		{ "2026-1-20", DOUBT }, { "26-11-20", DOUBT }, { "Nov 20 2026", DOUBT },
		{ "2026년 11월 20일", DOUBT }, { "1795000000", DOUBT }, { "yesterday", DOUBT },
		{ "-026-11-20", DOUBT }, { "+2026-11-20", DOUBT }, { "2026-11-20x", DOUBT },
		{ "2026-11-20 ", YES }, { "2026-11-20 9:30", DOUBT }, { "2026-11-20 24:00", DOUBT },
		{ "2026-11-20 23:60", DOUBT }, { "2026-11-20 23:59:61", DOUBT },
		{ "2026-11-20 09:30:00.", DOUBT }, { "2026-11-20 09:30:", DOUBT },
		{ "2026-11-20T", DOUBT }, { "2026-11-20T09", DOUBT },
		{ "2026-11-20 09:30:00 KST", DOUBT }, { "2026-11-20 09:30:00+15:00", DOUBT },
		{ "2026-11-20 09:30:00+9", DOUBT }, { "2026-11-20 09:30:00+09:60", DOUBT },
		{ "2026-11-20 09:30:00+09:00x", DOUBT }, { "2026-11-20 09:30:00+09:", DOUBT },
		{ "2026-11-20 09:30:00.00000000000000000000000000000000000000000000000", DOUBT },
		{ "NULL", DOUBT }, { "-", DOUBT }, { "\xff\xfe", DOUBT },
	});
	/* The first day that counts begins in Seoul at 15:00 UTC of the day before. */
	VALUES(RULE(.days = 1), PURCHASE_BOUGHT_AT, {
		{ "2026-11-22", YES }, { "2026-11-21", NO }, { "2026-11-22 00:00:00", YES },
		{ "2026-11-21 23:59:59", NO }, { "2026-11-21T15:00:00Z", YES },
		{ "2026-11-21T14:59:59Z", NO }, { "2026-11-21T14:59:60Z", NO },
		{ "2026-11-22 00:00:00+09", YES }, { "2026-11-21 23:59:59+09:00", NO },
		{ "2026-11-21 10:00:00-05:00", YES }, { "2026-11-21 09:59:59-05:00", NO },
		{ "2026-11-24 14:59:59Z", YES }, { "2026-11-24 15:00:00Z", NO },
	});
	VALUES(RULE(.days = 3660), PURCHASE_BOUGHT_AT, {
		{ "2016-11-15", YES }, { "2016-11-14", NO }, { "2020-02-29", YES },
	});
	VALUES(RULE(.days = 0), PURCHASE_BOUGHT_AT, { { NULL, YES }, { "yesterday", YES } });
}

static void
test_amount(void)
{
	VALUES(RULE(.amount = 12900), PURCHASE_AMOUNT, {
		{ "12900", YES }, { "12899", NO }, { "12900.00", YES }, { "12899.99", NO },
		{ "12900.", YES }, { "12,900", YES }, { " 12,900 ", YES }, { "12,900.50", YES },
		{ "+12900", YES }, { "-12900", NO }, { "012900", YES }, { "0000000000000000000012900", YES },
		{ "1,234,567", YES }, { "999999999999999999", YES }, { "12900    ", YES },
		{ NULL, NO }, { "", NO }, { "  ", NO }, { "0", NO }, { "0.00", NO }, { "-0", NO },
		{ "1000000000000000000", DOUBT }, { "9223372036854775808", DOUBT },
		{ "99999999999999999999999999999999", DOUBT }, { "12,90", DOUBT },
		{ "1,2900", DOUBT }, { "1234,567", DOUBT }, { ",900", DOUBT }, { "12,,900", DOUBT },
		{ "12,900,", DOUBT }, { "12 900", DOUBT }, { "12.900,00", DOUBT }, { ".5", DOUBT },
		{ "12900원", DOUBT }, { "₩12,900", DOUBT }, { "$129", DOUBT }, { "1.29e4", DOUBT },
		{ "1.29E+04", DOUBT }, { "0x3264", DOUBT }, { "--5", DOUBT }, { "- 5", DOUBT },
		{ "-", DOUBT }, { "+", DOUBT }, { ".", DOUBT }, { ",", DOUBT }, { "12900-", DOUBT },
		{ "12900.00.00", DOUBT }, { "NaN", DOUBT }, { "inf", DOUBT }, { "abc", DOUBT },
		{ "１２９００", DOUBT }, { "12900\xff", DOUBT }, { "(12900)", DOUBT },
	});
	VALUES(RULE(.amount = 0), PURCHASE_AMOUNT, { { "-5", YES }, { "abc", YES }, { NULL, YES } });
	VALUES(RULE(.amount = 1), PURCHASE_AMOUNT, { { "0.99", NO }, { "1", YES }, { "000", NO } });
}

static void
test_words(void)
{
	VALUES(RULE(.cancelled = "cancelled, canceled ,취소,반품 완료"), PURCHASE_STATUS, {
		{ "cancelled", NO }, { "CANCELLED", NO }, { "Canceled", NO }, { "취소", NO },
		{ " 취소 ", NO }, { "cancelled           ", NO }, { "반품 완료", NO },
		{ "paid", YES }, { "", YES }, { NULL, YES }, { "cancelled2", YES }, { "cancel", YES },
		{ "취소완료", YES }, { "취", YES }, { "반품", YES }, { "cancelled,canceled", YES },
		{ ",", YES },
	});
	VALUES(RULE(.statuses = "Paid,배송완료,"), PURCHASE_STATUS, {
		{ "paid", YES }, { "PAID", YES }, { "배송완료", YES }, { "배송", NO }, { "", NO },
		{ " ", NO }, { NULL, NO }, { "paid,배송완료", NO }, { "unpaid", NO }, { "pai", NO },
		{ "\xb9\xe8\xbc\xdb", NO },
	});
	VALUES(RULE(.statuses = "paid", .cancelled = "PAID"), PURCHASE_STATUS, { { "paid", NO } });
	VALUES(RULE(.products = "7,P-12, 30 "), PURCHASE_PRODUCT_ID, {
		{ "7", YES }, { "p-12", YES }, { "30", YES }, { "07", NO }, { "77", NO }, { "3", NO },
		{ "7 ", YES }, { "", NO }, { NULL, NO }, { "12", NO }, { "7,P-12", NO }, { "7.0", NO },
	});
	/* Only the case of ASCII letters is folded. */
	VALUES(RULE(.statuses = "ÄRGER,@"), PURCHASE_STATUS, {
		{ "ÄRGER", YES }, { "ärger", NO }, { "Ärger", YES }, { "@", YES }, { "`", NO },
	});
	/* Lists without a word ask for nothing. */
	VALUES(RULE(.statuses = " , ,", .products = "", .cancelled = ",,"), PURCHASE_STATUS, {
		{ "cancelled", YES }, { NULL, YES }, { "", YES },
	});
}

static void
test_needs(void)
{
	const struct purchase_rule none = { 0 }, usual = { .cancelled = "취소" },
	    all = { .days = 1, .amount = 1, .products = "1", .statuses = "a" }, commas = {
		.products = ", ,", .statuses = " ", .cancelled = ","
	};
	int c;

	for (c = 0; c < PURCHASE_COLUMN_MAX; c++) {
		CHECK(!purchase_rule_needs(&none, c) && !purchase_rule_uses(&none, c));
		CHECK(purchase_rule_needs(&all, c) && purchase_rule_uses(&all, c));
		CHECK(!purchase_rule_needs(&commas, c) && !purchase_rule_uses(&commas, c));
		CHECK(!purchase_rule_needs(&usual, c));
		CHECK(purchase_rule_uses(&usual, c) == (c == PURCHASE_STATUS));
	}
	CHECK(!purchase_rule_needs(&all, PURCHASE_COLUMN_MAX));
}

/* product_id, amount, status, bought_at */
#define ROW(p, a, s, b) { .text = { p, a, s, b } }

static void
test_rows(void)
{
	const struct purchase_rule rule = { .days = 30, .amount = 20000, .products = "1,2",
	    .statuses = "paid", .cancelled = "cancelled" };
	const struct purchase_rule sum = { .amount = 20000 };
	const struct purchase_row rows[] = {
		ROW("1", "15000", "paid", "2026-11-01"), ROW("2", "5000.90", "Paid", "2026-11-02"),
		ROW("3", "90000", "paid", "2026-11-02"), ROW("1", "90000", "cancelled", "2026-11-02"),
		ROW("1", "90000", "paid", "2025-11-02"), ROW("1", "90000", NULL, "2026-11-02"),
		ROW("1", "90000", "paid", NULL), ROW("1", NULL, "paid", "2026-11-02"),
	};
	const struct purchase_row refund[] = {
		ROW(NULL, "30000", NULL, NULL), ROW(NULL, "-10001", NULL, NULL),
		ROW(NULL, "1", NULL, NULL),
	};
	const struct purchase_row doubtful[] = {
		ROW(NULL, "1만원", NULL, NULL), ROW(NULL, "19999", NULL, NULL), ROW(NULL, "1", NULL, NULL),
	};
	const struct purchase_row fractions[] = {
		ROW(NULL, "9999.99", NULL, NULL), ROW(NULL, "9999.99", NULL, NULL),
		ROW(NULL, "1.99", NULL, NULL), ROW(NULL, "-0.99", NULL, NULL), ROW(NULL, "1", NULL, NULL),
	};
	struct purchase_sum big = { .amount = INT64_MAX - 5, .any = true };

	CHECK(answer(&rule, rows, 0) == NO);
	CHECK(answer(&rule, rows, 1) == NO);
	CHECK(answer(&rule, rows, 2) == YES);
	CHECK(answer(&rule, rows, 8) == YES);
	CHECK(answer(&rule, rows + 1, 7) == NO);             /* what does not count adds nothing */
	CHECK(answer(&(struct purchase_rule){ 0 }, rows, 0) == NO);
	CHECK(answer(&(struct purchase_rule){ 0 }, rows, 1) == YES);
	CHECK(answer(&sum, refund, 1) == YES);
	CHECK(answer(&sum, refund, 2) == NO);
	CHECK(answer(&sum, refund, 3) == YES);
	CHECK(answer(&sum, doubtful, 2) == DOUBT);
	CHECK(answer(&sum, doubtful, 3) == DOUBT);         /* it may be a refund */
	CHECK(answer(&sum, fractions, 3) == NO);             /* 9999 + 9999 + 1 */
	CHECK(answer(&sum, fractions, 5) == YES);
	purchase_rule_add(&sum, today, &refund[0], &big);
	CHECK(big.amount == INT64_MAX);
	big.amount = INT64_MIN + 5;
	purchase_rule_add(&sum, today, &refund[1], &big);
	CHECK(big.amount == INT64_MIN);
	CHECK(!purchase_rule_decided(&sum, &big));
	CHECK(purchase_rule_decided(&(struct purchase_rule){ .days = 1 }, &big));

	/* A doubt about what would not count anyhow is none, and each names its column. */
	CHECK(answer(&rule, &(struct purchase_row)ROW("3", "x", "paid", "x"), 1) == NO);
	CHECK(answer(&rule, &(struct purchase_row)ROW("1", "x", "cancelled", "x"), 1) == NO);
	big = (struct purchase_sum){ 0 };
	purchase_rule_add(&rule, today, &(struct purchase_row)ROW("1", "1", "paid", "x"), &big);
	CHECK(big.doubt != NULL && strcmp(big.doubt, "bought_at") == 0 && !big.any);
	purchase_rule_add(&rule, today, &(struct purchase_row)ROW("1", "x", "paid", "2026-11-02"), &big);
	CHECK(strcmp(big.doubt, "amount") == 0 && big.any);
}

int
main(void)
{
	CHECK(clock_zone("Asia/Seoul") == RC_OK);
	CHECK(day_parse("2026-11-23", &today));
	test_days();
	test_amount();
	test_words();
	test_needs();
	test_rows();
	return DONE();
}
