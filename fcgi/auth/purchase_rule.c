/* SPDX-License-Identifier: Apache-2.0 */
/* purchase_rule.c - decides purchase by purchase what counts, for shop.c. The values come from
 * databases of any make and age as text: with blanks around them (CHAR columns), with zero dates,
 * with or without fractions and separators. What cannot be read as its kind is never taken for
 * something near to it. */
#include "purchase_rule.h"

#include <string.h>

#include "base/clock.h"

enum { DIGITS_MAX = 18, DATE_LEN = DAY_TEXT - 1 };
enum dated { DATED, UNDATED, UNREADABLE };

const char *const purchase_column_names[PURCHASE_COLUMN_MAX] = {
	[PURCHASE_PRODUCT_ID] = "product_id", [PURCHASE_AMOUNT] = "amount",
	[PURCHASE_STATUS] = "status", [PURCHASE_BOUGHT_AT] = "bought_at",
};

/* Part of a text. */
struct part {
	const char *s;
	size_t len;
};

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct part
trim(const char *s, size_t len)
{
	while (len > 0 && blank(s[len - 1]))
		len--;
	while (len > 0 && blank(*s)) {
		s++;
		len--;
	}
	return (struct part){ s, len };
}

static unsigned char
lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool
same(struct part a, struct part b)
{
	size_t i;

	if (a.len != b.len)
		return false;
	for (i = 0; i < a.len && lower(a.s[i]) == lower(b.s[i]); i++)
		;
	return i == a.len;
}

/* True if the list has a word at all. */
static bool
words(const char *list)
{
	return list != NULL && list[strspn(list, ", \t\r\n")] != '\0';
}

static bool
listed(const char *list, const char *value)
{
	struct part have;
	size_t len;

	if (list == NULL || value == NULL)
		return false;
	have = trim(value, strlen(value));
	for (; have.len > 0; list += len + 1) {
		len = strcspn(list, ",");
		if (same(trim(list, len), have))
			return true;
		if (list[len] == '\0')
			break;
	}
	return false;
}

/* Two digits of at most hi at *s; moves on. */
static bool
two(const char **s, int64_t hi, int64_t *ret)
{
	if (!digit((*s)[0]) || !digit((*s)[1]))
		return false;
	*ret = ((*s)[0] - '0') * 10 + ((*s)[1] - '0');
	*s += 2;
	return *ret <= hi;
}

/* What may follow a time: nothing, or its distance from UTC in minutes. */
static bool
offset(const char *s, bool *ret_given, int64_t *ret_minutes)
{
	int64_t sign = *s == '-' ? -1 : 1, h, m = 0;

	*ret_given = *s != '\0';
	*ret_minutes = 0;
	if (*s == '\0' || strcmp(s, "Z") == 0 || strcmp(s, "z") == 0)
		return true;
	if (*s != '+' && *s != '-')
		return false;
	s++;
	if (!two(&s, 14, &h))
		return false;
	if (*s != '\0') {
		s += *s == ':';
		if (!two(&s, 59, &m))
			return false;
	}
	*ret_minutes = sign * (h * 60 + m);
	return *s == '\0';
}

/* The time behind a date: HH:MM[:SS[.f]] and an offset. A leap second is the second before. */
static bool
time_of_day(const char *s, int64_t *ret_s, bool *ret_utc, int64_t *ret_minutes)
{
	int64_t h, m, sec = 0;

	if (!two(&s, 23, &h) || *s++ != ':' || !two(&s, 59, &m))
		return false;
	if (*s == ':') {
		s++;
		if (!two(&s, 60, &sec))
			return false;
		if ((*s == '.' || *s == ',') && digit(s[1]))
			s += 1 + strspn(s + 1, "0123456789");
	}
	*ret_s = h * 3600 + m * 60 + (sec == 60 ? 59 : sec);
	return offset(s, ret_utc, ret_minutes);
}

/* The shape of a date alone: 0000-00-00 and 2026-02-30 have it. */
static bool
date_shape(const char *s)
{
	size_t i;

	for (i = 0; i < DATE_LEN; i++)
		if (i == 4 || i == 7 ? s[i] != '-' : !digit(s[i]))
			return false;
	return true;
}

static enum dated
bought_day(const char *value, int64_t *ret)
{
	char text[64], date[DAY_TEXT] = "";
	int64_t sec = 0, minutes = 0;
	bool utc = false;
	struct part p;

	p = value != NULL ? trim(value, strlen(value)) : (struct part){ 0 };
	if (p.len == 0)
		return UNDATED;
	if (p.len < DATE_LEN || p.len >= sizeof(text) || !date_shape(p.s))
		return UNREADABLE;
	memcpy(text, p.s, p.len);
	text[p.len] = '\0';
	if (p.len > DATE_LEN && ((text[DATE_LEN] != ' ' && text[DATE_LEN] != 'T') ||
	    !time_of_day(text + DATE_LEN + 1, &sec, &utc, &minutes)))
		return UNREADABLE;
	memcpy(date, text, DATE_LEN);
	if (!day_parse(date, ret))
		return UNDATED;
	if (utc)
		*ret = clock_day(((*ret * 1440 - minutes) * 60 + sec) * 1000, 0);
	return DATED;
}

/* Digits, alone or in groups of three behind commas; moves on to what follows them. */
static bool
whole(const char **s, int64_t *ret)
{
	bool grouped = false;
	int64_t n = 0;
	int digits = 0, run = 0;

	for (; digit(**s) || **s == ','; (*s)++) {
		if (**s == ',') {
			if (run == 0 || run > 3 || (grouped && run != 3))
				return false;
			grouped = true;
			run = 0;
			continue;
		}
		if (n != 0 || **s != '0')
			digits++;
		if (digits > DIGITS_MAX)
			return false;
		n = n * 10 + (**s - '0');
		run++;
	}
	*ret = n;
	return run > 0 && (!grouped || run == 3);
}

/* NULL and blanks are 0. */
static bool
money(const char *value, int64_t *ret)
{
	int64_t sign = 1;
	struct part p;
	const char *s;

	*ret = 0;
	if (value == NULL)
		return true;
	p = trim(value, strlen(value));
	if (p.len == 0)
		return true;
	s = p.s;
	if (*s == '-' || *s == '+')
		sign = *s++ == '-' ? -1 : 1;
	if (!whole(&s, ret))
		return false;
	if (*s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	*ret *= sign;
	return s == p.s + p.len;
}

bool
purchase_rule_needs(const struct purchase_rule *rule, enum purchase_column column)
{
	switch (column) {
	case PURCHASE_PRODUCT_ID: return words(rule->products);
	case PURCHASE_AMOUNT: return rule->amount > 0;
	case PURCHASE_STATUS: return words(rule->statuses);
	case PURCHASE_BOUGHT_AT: return rule->days > 0;
	case PURCHASE_COLUMN_MAX: break;
	}
	return false;
}

bool
purchase_rule_uses(const struct purchase_rule *rule, enum purchase_column column)
{
	return purchase_rule_needs(rule, column) ||
	    (column == PURCHASE_STATUS && words(rule->cancelled));
}

/* Shops keep their own time: a purchase of tomorrow may be one of this minute. */
static bool
recent(const struct purchase_rule *rule, int64_t today, const char *bought_at,
    struct purchase_sum *sum)
{
	int64_t day;

	switch (bought_day(bought_at, &day)) {
	case DATED: return day >= today - rule->days && day <= today + 1;
	case UNDATED: break;
	case UNREADABLE: sum->doubt = purchase_column_names[PURCHASE_BOUGHT_AT];
	}
	return false;
}

void
purchase_rule_add(const struct purchase_rule *rule, int64_t today, const struct purchase_row *row,
    struct purchase_sum *sum)
{
	const char *const *text = row->text;
	int64_t amount;

	if (listed(rule->cancelled, text[PURCHASE_STATUS]))
		return;
	if (words(rule->statuses) && !listed(rule->statuses, text[PURCHASE_STATUS]))
		return;
	if (words(rule->products) && !listed(rule->products, text[PURCHASE_PRODUCT_ID]))
		return;
	if (rule->days > 0 && !recent(rule, today, text[PURCHASE_BOUGHT_AT], sum))
		return;
	sum->any = true;
	if (rule->amount <= 0)
		return;
	if (!money(text[PURCHASE_AMOUNT], &amount))
		sum->doubt = purchase_column_names[PURCHASE_AMOUNT];
	else if (__builtin_add_overflow(sum->amount, amount, &sum->amount))
		sum->amount = amount > 0 ? INT64_MAX : INT64_MIN;
}

/* With an amount a later purchase may be negative. */
bool
purchase_rule_decided(const struct purchase_rule *rule, const struct purchase_sum *sum)
{
	return rule->amount <= 0 && sum->any;
}

enum rc
purchase_rule_verdict(const struct purchase_rule *rule, const struct purchase_sum *sum,
    bool *ret_verified)
{
	bool verified = sum->any && (rule->amount <= 0 || sum->amount >= rule->amount);

	/* What cannot be read may be a purchase more, or with a sum to reach, a refund. */
	if (sum->doubt != NULL && (!verified || rule->amount > 0))
		return RC_SHOP;
	*ret_verified = verified;
	return RC_OK;
}
