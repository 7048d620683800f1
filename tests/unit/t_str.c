/* SPDX-License-Identifier: Apache-2.0 */
/* t_str.c - UTF-8, integers, e-mail addresses and the other questions about text. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "t.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static const struct { const char *s; size_t len; bool ok; } utf8[] = {
	{ "", 0, true },
	{ "abc", 3, true },
	{ "출석", 6, true },
	{ "a\0b", 3, false },                            /* U+0000 */
	{ "\xc0\x80", 2, false },                        /* overlong */
	{ "\xc1\xbf", 2, false },
	{ "\xc2\x80", 2, true },
	{ "\xdf\xbf", 2, true },
	{ "\xe0\x9f\xbf", 3, false },
	{ "\xe0\xa0\x80", 3, true },
	{ "\xed\x9f\xbf", 3, true },
	{ "\xed\xa0\x80", 3, false },                    /* surrogate */
	{ "\xed\xbf\xbf", 3, false },
	{ "\xee\x80\x80", 3, true },
	{ "\xf0\x8f\xbf\xbf", 4, false },
	{ "\xf0\x90\x80\x80", 4, true },
	{ "\xf0\x9f\x8e\x81", 4, true },
	{ "\xf4\x8f\xbf\xbf", 4, true },                 /* U+10FFFF */
	{ "\xf4\x90\x80\x80", 4, false },
	{ "\xf5\x80\x80\x80", 4, false },
	{ "\xff", 1, false },
	{ "\x80", 1, false },
	{ "\xec\xb6", 2, false },                        /* cut short */
	{ "\xf0\x9f\x8e", 3, false },
	{ "\xc3(", 2, false },
	{ "\xe2\x82(", 3, false },
	{ "\xf0\x9f\x8e(", 4, false },
};

static const struct { const char *s; size_t n; } points[] = {
	{ "", 0 }, { "abc", 3 }, { "출석 이벤트", 6 }, { "\xf0\x9f\x8e\x81x", 2 },
};

static const struct { const char *s; bool ok; int64_t v; } ints[] = {
	{ "0", true, 0 },
	{ "7", true, 7 },
	{ "-7", true, -7 },
	{ "9223372036854775807", true, INT64_MAX },
	{ "-9223372036854775808", true, INT64_MIN },
	{ "9223372036854775808", false, 0 },
	{ "-9223372036854775809", false, 0 },
	{ "99999999999999999999999", false, 0 },
	{ "", false, 0 },
	{ "-", false, 0 },
	{ "-0", false, 0 },
	{ "00", false, 0 },
	{ "07", false, 0 },
	{ "-07", false, 0 },
	{ "+7", false, 0 },
	{ " 7", false, 0 },
	{ "7 ", false, 0 },
	{ "7x", false, 0 },
	{ "0x7", false, 0 },
	{ "1e3", false, 0 },
	{ "--1", false, 0 },
	{ "٣", false, 0 },
};

#define A16 "aaaaaaaaaaaaaaaa"
#define A63 A16 A16 A16 "aaaaaaaaaaaaaaa"
static const struct { const char *s; bool ok; } emails[] = {
	{ "a@b.de", true },
	{ "kim.minji+event@shop.example.co.kr", true },
	{ "!#$%&'*+-/=?^_`{|}~@b.de", true },
	{ "A@B.DE", true },
	{ "1@2.3", true },
	{ "a@xn--3e0b707e.kr", true },
	{ A63 "a@b.de", true },
	{ A63 "aa@b.de", false },                        /* local part of 65 */
	{ "a@" A63 ".de", true },
	{ "a@" A63 "a.de", false },                      /* label of 64 */
	{ A63 "@" A63 "." A63 "." A16 A16 A16 "aaaaaaaaa.kkkk", true },       /* 254 */
	{ A63 "@" A63 "." A63 "." A16 A16 A16 "aaaaaaaaa.kkkkk", false },
	{ "", false },
	{ "@", false },
	{ "a", false },
	{ "a@", false },
	{ "@b.de", false },
	{ "a@b", false },
	{ "a@b@c.de", false },
	{ "a@b..de", false },
	{ "a@.b.de", false },
	{ "a@b.de.", false },
	{ "a@-b.de", false },
	{ "a@b-.de", false },
	{ "a@b_c.de", false },
	{ "a@[127.0.0.1]", false },
	{ ".a@b.de", false },
	{ "a.@b.de", false },
	{ "a..b@c.de", false },
	{ "a b@c.de", false },
	{ " a@b.de", false },
	{ "a@b.de ", false },
	{ "a@b.de\n", false },
	{ "a@b.de\r\nBcc: c@d.de", false },
	{ "a\r\nRSET@b.de", false },
	{ "\"a b\"@c.de", false },
	{ "<a@b.de>", false },
	{ "a(x)@b.de", false },
	{ "a,b@c.de", false },
	{ "a\x7f@b.de", false },
	{ "a\x01@b.de", false },
	{ "출석@b.de", false },
	{ "a@출석.kr", false },
};

static const struct { const char *s; bool control; } controls[] = {
	{ "", false }, { "abc 출석", false }, { "a\tb", true }, { "a\n", true }, { "\x1b[0m", true },
	{ "\x7f", true }, { "\xc2\x80", true }, { "\xc2\x9f", true }, { "\xc2\xa0", false },
	{ "\xe2\x80\x80", false },
};

int
main(void)
{
	struct arena a;
	int64_t v;
	size_t i;

	/* Wherever it stands, also where eight are looked at at once. */
	for (i = 0; i < 24; i++) {
		static const char *const wrong[] = { "\0", "\x80", "\xff", "\xc3" };
		char text[25] = "abcdefgh\x01jklmnop\x7frstuvwx";
		size_t w;

		CHECK(str_utf8(text, 24));
		for (w = 0; w < COUNT(wrong); w++) {
			text[i] = *wrong[w];
			CHECK(!str_utf8(text, 24));
		}
		memcpy(text, "abcdefghijklmnopqrstuvwx", 24);
		if (i < 23) {
			memcpy(text + i, "é", 2);
			CHECK(str_utf8(text, 24));
		}
	}
	for (i = 0; i < COUNT(utf8); i++) {
		CHECK(str_utf8(utf8[i].s, utf8[i].len) == utf8[i].ok);
		if (str_utf8(utf8[i].s, utf8[i].len) != utf8[i].ok)
			printf("# utf8 case %zu\n", i);
	}
	for (i = 0; i < COUNT(points); i++)
		CHECK(str_points(points[i].s) == points[i].n);
	for (i = 0; i < COUNT(ints); i++) {
		v = 42;
		CHECK(str_int(ints[i].s, &v) == ints[i].ok);
		CHECK(v == (ints[i].ok ? ints[i].v : 42));
	}
	for (i = 0; i < COUNT(emails); i++) {
		CHECK(str_email(emails[i].s) == emails[i].ok);
		if (str_email(emails[i].s) != emails[i].ok)
			printf("# email %s\n", emails[i].s);
	}
	for (i = 0; i < COUNT(controls); i++)
		CHECK(str_control(controls[i].s) == controls[i].control);
	arena_init(&a, 1 << 16);
	CHECK(strcmp(str_lower(&a, "Kim@EXAMPLE.kr[Z]출"), "kim@example.kr[z]출") == 0);
	CHECK(str_prefix("/admin/x", "/admin/") && str_prefix("x", "") && str_prefix("x", "x"));
	CHECK(!str_prefix("/admi", "/admin") && !str_prefix("X", "x") && !str_prefix("", "x"));
	arena_free(&a);
	return DONE();
}
