/* SPDX-License-Identifier: Apache-2.0 */
/* t_param.c - forms into fields, fields into a struct: every way in which input can be wrong. */
#include "t.h"

#include <string.h>

#include "base/arena.h"
#include "web/json.h"
#include "web/param.h"

struct in {
	const char *text, *line, *email, *state, *note;
	int64_t n, day, big;
	bool agree;
};
static const char *const states[] = { "granted", "owed", NULL };

static const struct param text_in[] = { PARAM_TEXT(struct in, text, 0, 5), PARAM_END };
static const struct param line_in[] = { PARAM_LINE(struct in, line, 1, 5), PARAM_END };
static const struct param note_in[] = {
	PARAM_LINE(struct in, note, 0, 5, .optional = true), PARAM_END
};
static const struct param email_in[] = { PARAM_EMAIL(struct in, email), PARAM_END };
static const struct param state_in[] = { PARAM_WORD(struct in, state, states), PARAM_END };
static const struct param n_in[] = { PARAM_INT(struct in, n, -3, 10), PARAM_END };
static const struct param day_in[] = { PARAM_DAY(struct in, day), PARAM_END };
static const struct param late_in[] = {
	PARAM_DAY(struct in, day, .min = 10, .max = 20), PARAM_END
};
static const struct param agree_in[] = { PARAM_BOOL(struct in, agree), PARAM_END };
static const struct param empty_in[] = {
	PARAM_INT(struct in, n, 1, 10, .optional = true),
	PARAM_DAY(struct in, day, .optional = true),
	PARAM_EMAIL(struct in, email, .optional = true),
	PARAM_END
};
static const struct param big_in[] = {
	PARAM_INT(struct in, big, INT64_MIN, INT64_MAX), PARAM_END
};

/* Columns: table, form, outcome of a strict reading, the field at fault. */
static const struct { const struct param *p; const char *form; enum rc rc; const char *bad; }
forms[] = {
	{ text_in, "text=", RC_OK, NULL },
	{ text_in, "text", RC_OK, NULL },
	{ text_in, "&&text=a&", RC_OK, NULL },
	{ text_in, "text=a%0A%0D%0Ac", RC_OK, NULL },
	{ text_in, "text=12345", RC_OK, NULL },
	{ text_in, "text=123456", RC_INVALID, "text" },
	{ text_in, "text=%EA%B0%80%EA%B0%80%EA%B0%80%EA%B0%80%EA%B0%80", RC_OK, NULL },
	{ text_in, "text=a%0Db", RC_INVALID, "text" },
	{ text_in, "text=a%0D", RC_INVALID, "text" },
	{ text_in, "text=a%09b", RC_INVALID, "text" },
	{ text_in, "text=a%7F", RC_INVALID, "text" },
	{ text_in, "text=%C2%85", RC_INVALID, "text" },
	{ text_in, "text=%C2%A0", RC_OK, NULL },
	{ text_in, "", RC_INVALID, "text" },
	{ text_in, "text=a&text=a", RC_INVALID, "text" },
	{ text_in, "text=a&other=b", RC_INVALID, "other" },
	{ text_in, "text=a&=b", RC_INVALID, "" },
	{ text_in, "te%78t=a", RC_OK, NULL },
	{ text_in, "TEXT=a", RC_INVALID, "TEXT" },
	{ line_in, "line=a+b", RC_OK, NULL },
	{ line_in, "line=+%20", RC_INVALID, "line" },
	{ line_in, "line=%E3%80%80%C2%A0", RC_INVALID, "line" },
	{ line_in, "line=", RC_INVALID, "line" },
	{ line_in, "line=a%0A", RC_INVALID, "line" },
	{ line_in, "line=a%1B", RC_INVALID, "line" },
	{ line_in, "line=%C2%9B", RC_INVALID, "line" },
	{ note_in, "note=+", RC_OK, NULL },
	{ note_in, "", RC_OK, NULL },
	{ email_in, "email=a%40example.kr", RC_OK, NULL },
	{ email_in, "email=a@b@example.kr", RC_INVALID, "email" },
	{ email_in, "email=a%40example.kr%0D%0ABcc:x", RC_INVALID, "email" },
	{ email_in, "email=", RC_INVALID, "email" },
	{ state_in, "state=owed", RC_OK, NULL },
	{ state_in, "state=OWED", RC_INVALID, "state" },
	{ state_in, "state=", RC_INVALID, "state" },
	{ n_in, "n=10", RC_OK, NULL },
	{ n_in, "n=-3", RC_OK, NULL },
	{ n_in, "n=11", RC_INVALID, "n" },
	{ n_in, "n=-4", RC_INVALID, "n" },
	{ n_in, "n=", RC_INVALID, "n" },
	{ n_in, "n=1x", RC_INVALID, "n" },
	{ n_in, "n=+1", RC_INVALID, "n" },
	{ n_in, "n=01", RC_INVALID, "n" },
	{ n_in, "n=1.0", RC_INVALID, "n" },
	{ big_in, "big=9223372036854775807", RC_OK, NULL },
	{ big_in, "big=9223372036854775808", RC_INVALID, "big" },
	{ day_in, "day=2026-11-22", RC_OK, NULL },
	{ day_in, "day=2026-02-30", RC_INVALID, "day" },
	{ day_in, "day=2026-2-3", RC_INVALID, "day" },
	{ day_in, "day=", RC_INVALID, "day" },
	{ late_in, "day=1970-01-11", RC_OK, NULL },
	{ late_in, "day=1970-01-10", RC_INVALID, "day" },
	{ late_in, "day=1970-01-22", RC_INVALID, "day" },
	{ agree_in, "agree=on", RC_OK, NULL },
	{ agree_in, "agree=1", RC_OK, NULL },
	{ agree_in, "agree=0", RC_INVALID, "agree" },
	{ agree_in, "agree=true", RC_INVALID, "agree" },
	{ agree_in, "agree=on&agree=on", RC_INVALID, "agree" },
	{ empty_in, "n=&day=&email=", RC_OK, NULL },
	{ empty_in, "n=&n=", RC_INVALID, "n" },
	{ empty_in, "n=%20", RC_INVALID, "n" },
	{ NULL, "", RC_OK, NULL },
	{ NULL, "a=1", RC_INVALID, "a" },
};

/* Malformed before any table is asked. */
static const char *const broken[] = {
	"a=%", "a=%4", "a=%4g", "a=%00", "%00=a", "a=%FF", "a=%C0%AF", "a=%ED%A0%80", "a=\xff",
	"a=%E3%81", "a=%F5%80%80%80",
};

/* Columns: table, JSON object, outcome, the field at fault. */
static const struct { const struct param *p; const char *json; enum rc rc; const char *bad; }
objects[] = {
	{ n_in, "{\"n\":1}", RC_OK, NULL },
	{ n_in, "{\"n\":\"1\"}", RC_INVALID, "n" },
	{ n_in, "{\"n\":true}", RC_INVALID, "n" },
	{ n_in, "{\"n\":null}", RC_INVALID, "n" },
	{ n_in, "{\"n\":1.0}", RC_INVALID, "n" },
	{ n_in, "{\"n\":1e0}", RC_INVALID, "n" },
	{ n_in, "{\"n\":[1]}", RC_INVALID, "n" },
	{ n_in, "{\"n\":11}", RC_INVALID, "n" },
	{ n_in, "{}", RC_INVALID, "n" },
	{ n_in, "{\"n\":1,\"m\":1}", RC_INVALID, "m" },
	{ text_in, "{\"text\":\"\\u0061\"}", RC_OK, NULL },
	{ text_in, "{\"text\":1}", RC_INVALID, "text" },
	{ text_in, "{\"text\":null}", RC_INVALID, "text" },
	{ text_in, "{\"text\":{}}", RC_INVALID, "text" },
	{ text_in, "{\"text\":\"\\u0007\"}", RC_INVALID, "text" },
	{ note_in, "{\"note\":null}", RC_INVALID, "note" },
	{ agree_in, "{\"agree\":true}", RC_OK, NULL },
	{ agree_in, "{\"agree\":false}", RC_OK, NULL },
	{ agree_in, "{\"agree\":1}", RC_INVALID, "agree" },
	{ agree_in, "{\"agree\":\"on\"}", RC_INVALID, "agree" },
	{ day_in, "{\"day\":\"1970-01-02\"}", RC_OK, NULL },
	{ day_in, "{\"day\":1}", RC_INVALID, "day" },
	{ empty_in, "{\"n\":\"\"}", RC_INVALID, "n" },
	{ empty_in, "{\"day\":\"\"}", RC_INVALID, "day" },
	{ empty_in, "{}", RC_OK, NULL },
};

static void
check(struct arena *a, const struct param *p, const char *from, const struct field *f, size_t n,
    enum rc want, const char *want_bad)
{
	const char *bad = NULL;
	struct in in = { 0 };
	enum rc rc = param_fill(a, p, f, n, true, &in, &bad);
	bool same = want_bad == NULL ? bad == NULL : bad != NULL && strcmp(bad, want_bad) == 0;

	CHECK(rc == want && same);
	if (rc != want || !same)
		printf("# %s: %d, %s\n", from, (int)rc, bad);
}

static void
values(struct arena *a)
{
	static const char form[] = "text=a%0d%0a%2B&n=-3&day=1970-01-02&agree=on&unknown=%EA%B0%80";
	static const struct param all[] = {
		PARAM_TEXT(struct in, text, 0, 10), PARAM_INT(struct in, n, -3, 3),
		PARAM_DAY(struct in, day), PARAM_BOOL(struct in, agree),
		PARAM_LINE(struct in, note, 1, 5, .optional = true), PARAM_END
	};
	struct in in = { .note = "kept" };
	const char *bad = NULL;
	struct field *f;
	size_t n;

	CHECK(param_form(a, form, sizeof(form) - 1, &f, &n) == RC_OK && n == 5);
	CHECK(strcmp(f[4].s, "가") == 0 && !f[4].typed && f[4].type == FIELD_TEXT);
	CHECK(param_fill(a, all, f, n, false, &in, &bad) == RC_OK && bad == NULL);
	CHECK(strcmp(in.text, "a\r\n+") == 0 && in.n == -3 && in.day == 1 && in.agree);
	CHECK(strcmp(in.note, "kept") == 0);
	/* Not strict: unknown names pass, a known one twice does not. */
	CHECK(param_fill(a, NULL, f, n, false, NULL, &bad) == RC_OK);
	CHECK(param_form(a, "n=1&n=1", 7, &f, &n) == RC_OK && n == 2);
	CHECK(param_fill(a, n_in, f, n, false, &in, &bad) == RC_INVALID && strcmp(bad, "n") == 0);
	/* len rules, not a NUL. */
	CHECK(param_form(a, "n=123", 3, &f, &n) == RC_OK && strcmp(f[0].s, "1") == 0);
	CHECK(param_form(a, "n=\0", 3, &f, &n) == RC_INVALID);
	CHECK(param_form(a, "", 0, &f, &n) == RC_OK && n == 0);
}

int
main(void)
{
	char many[200] = "";
	struct field *f;
	struct arena a;
	size_t i, n;

	arena_init(&a, 1 << 20);
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		CHECK(param_form(&a, forms[i].form, strlen(forms[i].form), &f, &n) == RC_OK);
		check(&a, forms[i].p, forms[i].form, f, n, forms[i].rc, forms[i].bad);
	}
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		CHECK(param_form(&a, broken[i], strlen(broken[i]), &f, &n) == RC_INVALID);
		arena_reset(&a);
	}
	for (i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		CHECK(json_fields(&a, objects[i].json, strlen(objects[i].json), &f, &n) == RC_OK);
		check(&a, objects[i].p, objects[i].json, f, n, objects[i].rc, objects[i].bad);
	}
	for (i = 0; i < 64; i++)
		memcpy(many + 2 * i, "a&", 2);
	CHECK(param_form(&a, many, 128, &f, &n) == RC_OK && n == 64);
	CHECK(param_form(&a, "b&a&", 0, &f, &n) == RC_OK && n == 0);
	memcpy(many + 128, "a", 1);
	CHECK(param_form(&a, many, 129, &f, &n) == RC_INVALID);
	values(&a);
	arena_free(&a);
	return DONE();
}
