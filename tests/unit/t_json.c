/* SPDX-License-Identifier: Apache-2.0 */
/* t_json.c - JSON that must be read, JSON that must not (traps JC-01 to JC-11), and writing. */
#include "t.h"

#include <locale.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "web/json.h"
#include "web/param.h"

#define D8(s) s s s s s s s s

static const char *const good[] = {
	"null", "true", " false ", "0", "-0", "-1", "9223372036854775807", "-9223372036854775808",
	"0.5", "-0.5e-3", "1E+2", "1e400", "123456789012345678901234567890.0", "\"\"",
	"\"\\/\\b\\f\\n\\r\\t\"",
	"\"\x7f\"", "\"\\ud83c\\udf81\"", "\"\\uD7FF\\uE000\\uFFFF\"", "\"\xf4\x8f\xbf\xbf\"", "[]",
	"{}", "[[],{}]",
	"\t{ \"a\" :\r\n[ 1 , 2 ] }\n", "{\"a\":{\"a\":{\"a\":1}}}", "{\"\":1}", "{\"a\":1,\"A\":2}",
	"{\"가\":\"나\"}", D8("[") D8("[") D8("]") D8("]"), D8("[") D8("[") "1" D8("]") D8("]"),
	D8("{\"a\":") "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}" D8("}"),
};

static const char *const bad[] = {
	"", " ", "nul", "nulll", "True", "NaN", "nan", "Infinity", "-Infinity", "undefined",
	/* JC-01: numbers and quotes of other languages */
	"-", "+1", "-01", "-012", "01", "00", "-2.", "0.e1", "2.e3", "2.e+3", "2.e-3", "1.", "-.123",
	".5", "1e", "1e+", "1E-", "0x10", "1_000", "--1", "1 2", "'a'", "{'a':1}", "{a:1}", "\"a\nb\"",
	"\"a\tb\"", "\"\x1f\"", "\"\\x41\"", "\"\\'\"", "\"\\u12\"", "\"\\u 123\"", "\"\\", "\"\\\"",
	"\"a",
	"/* */1", "1 // x", "[1,]", "[,1]", "[1 2]", "[", "]", "[1", "{", "}", "{\"a\"}", "{\"a\":}",
	"{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}", "{1:2}", "{null:1}", "[}", "{]", "[1}",
	/* JC-02: one name twice, also when escapes hide it, also deep inside */
	"{\"user\":1,\"user\":2}", "{\"user\":1,\"us\\u0065r\":2}", "{\"\":1,\"\":1}",
	"[{\"x\":{\"a\":null,\"a\":null}}]", "{\"a\":{\"b\":1},\"a\":{\"b\":1}}",
	/* JC-03: more than one value */
	"{}{}", "{} x", "1,", "true false", "null\v", "{}\f",
	/* JC-04: what is not UTF-8, byte order mark, halves of pairs */
	"\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xff\"", "\"\xe3\x81\"", "\"\xf4\x90\x80\x80\"",
	"\xef\xbb\xbf{}",
	"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"\\ud800x\"",
	"\"\\ud800\\n\"",
	/* JC-05: U+0000 */
	"\"\\u0000\"", "{\"a\\u0000b\":1}",
	/* JC-06: integers beyond int64 */
	"9223372036854775808", "-9223372036854775809", "18446744073709551615", "[1,99999999999999999999]",
	/* JC-07: depth 17 */
	D8("[") D8("[") "[" "]" D8("]") D8("]"), D8("[") D8("[") "{}" D8("]") D8("]"),
};

static void
read_values(struct arena *a)
{
	static const char text[] = "{\"s\":\"a\\ud83c\\udf81\\u0041\",\"i\":-9223372036854775808,"
	    "\"z\":-0,\"n\":null,\"b\":true,\"d\":3.99,\"l\":[1,\"x\",[]],"
	    "\"o\":{\"p\":9223372036854775807}}";
	const struct json *l;
	struct json *o;
	int64_t i = 7;

	CHECK(json_parse(a, text, sizeof(text) - 1, &o) == RC_OK && o->type == JSON_OBJECT && o->n == 8);
	CHECK(strcmp(json_text(o, "s"), "a🎁A") == 0);
	CHECK(json_int(o, "i", &i) && i == INT64_MIN);
	CHECK(json_int(o, "z", &i) && i == 0);
	/* JC-09: null is not absent */
	CHECK(json_get(o, "n") != NULL && json_get(o, "n")->type == JSON_NULL);
	CHECK(json_get(o, "none") == NULL && json_get(NULL, "a") == NULL);
	CHECK(json_get(o, "b")->type == JSON_BOOL && json_get(o, "b")->i == 1);
	CHECK(json_get(o, "d")->type == JSON_NUMBER && !json_int(o, "d", &i) && i == 0);
	CHECK(!json_int(o, "s", &i) && json_text(o, "i") == NULL && json_text(o, "none") == NULL);
	l = json_get(o, "l");
	CHECK(l->type == JSON_ARRAY && l->n == 3 && l->items[0].i == 1);
	CHECK(strcmp(l->items[1].s, "x") == 0 && l->items[2].type == JSON_ARRAY && l->items[2].n == 0);
	CHECK(json_int(json_get(o, "o"), "p", &i) && i == INT64_MAX);
	CHECK(json_get(l, "a") == NULL);
	/* Members keep their order; len rules, not a NUL. */
	CHECK(strcmp(o->names[0], "s") == 0 && strcmp(o->names[7], "o") == 0);
	CHECK(json_parse(a, "12", 1, &o) == RC_OK && o->type == JSON_INT && o->i == 1);
	CHECK(json_parse(a, "1\0", 2, &o) == RC_INVALID);
	CHECK(json_parse(a, "{\"a\0b\":1}", 9, &o) == RC_INVALID);
}

static void
read_fields(struct arena *a)
{
	static const char text[] =
	    "{\"t\":\"x\",\"i\":1,\"b\":false,\"n\":null,\"d\":1.5,\"l\":[],\"o\":{}}";
	static const enum field_type types[] = { FIELD_TEXT, FIELD_INT, FIELD_BOOL, FIELD_NULL,
	    FIELD_OTHER, FIELD_OTHER, FIELD_OTHER };
	struct field *f;
	size_t i, n;

	CHECK(json_fields(a, text, sizeof(text) - 1, &f, &n) == RC_OK && n == 7);
	for (i = 0; i < n; i++)
		CHECK(f[i].type == types[i] && f[i].typed);
	CHECK(strcmp(f[0].name, "t") == 0 && strcmp(f[0].s, "x") == 0 && f[1].i == 1 && f[2].i == 0);
	CHECK(json_fields(a, "{}", 2, &f, &n) == RC_OK && n == 0);
	CHECK(json_fields(a, "[]", 2, &f, &n) == RC_INVALID);
	CHECK(json_fields(a, "null", 4, &f, &n) == RC_INVALID);
	CHECK(json_fields(a, "", 0, &f, &n) == RC_INVALID);
}

static void
write_values(struct arena *a)
{
	struct buf o = { .arena = a };
	struct json *back;

	json_open(&o, NULL, '{');
	json_put_text(&o, "name", "김\"출석\\");
	json_open(&o, "empty", '[');
	json_close(&o, ']');
	json_open(&o, "list", '[');
	json_put_int(&o, NULL, INT64_MIN);
	json_put_text(&o, NULL, "{[");
	json_put_bool(&o, NULL, true);
	json_put_null(&o, NULL);
	json_open(&o, NULL, '{');
	json_put_text(&o, "a", NULL);
	json_close(&o, '}');
	json_open(&o, NULL, '{');
	json_close(&o, '}');
	json_close(&o, ']');
	json_put_bool(&o, "no", false);
	json_put_null(&o, "nil");
	json_close(&o, '}');
	CHECK(strcmp(o.s,
	    "{\"name\":\"김\\\"출석\\\\\",\"empty\":[],\"list\":[-9223372036854775808,\"{[\",true,"
	    "null,{\"a\":null},{}],\"no\":false,\"nil\":null}") == 0);
	CHECK(json_parse(a, o.s, o.len, &back) == RC_OK);
	CHECK(strcmp(json_text(back, "name"), "김\"출석\\") == 0);

	/* JC-08: nothing that could end a script, and always UTF-8 */
	o = (struct buf){ .arena = a };
	json_put_text(&o, NULL, "</script>&\x01\n\x7f\u2028\u2029é🎁");
	CHECK(strcmp(o.s,
	    "\"\\u003c/script\\u003e\\u0026\\u0001\\u000a\\u007f\\u2028\\u2029é🎁\"") == 0);
	o = (struct buf){ .arena = a };
	json_put_text(&o, NULL, "a\xff\xc3(\xe3\x81\xed\xa0\x80\x80z\xf0");
	CHECK(strcmp(o.s, "\"a\\ufffd\\ufffd(\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffdz\\ufffd\"") == 0);
	CHECK(json_parse(a, o.s, o.len, &back) == RC_OK);
}

/* The largest body that nginx lets pass, made of what takes the most memory to hold. */
static void
read_largest(void)
{
	static const char *const parts[] = { "[],", "[1],", "{},", "{\"\":1},", "1,", "\"\"," };
	enum { BODY = 64 << 10 };
	static char body[BODY];
	struct json *v;
	struct arena a;
	size_t i, len, n;

	arena_init(&a, 4 << 20);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		len = strlen(parts[i]);
		body[0] = '[';
		for (n = 1; n + len < BODY; n += len)
			memcpy(body + n, parts[i], len);
		body[n - 1] = ']';
		CHECK(json_parse(&a, body, n, &v) == RC_OK && v->n == (n - 1) / len);
		arena_reset(&a);
	}
	arena_free(&a);
}

int
main(void)
{
	struct arena a;
	struct json *v;
	size_t i;
	enum rc rc;

	/* JC-11: a locale with a decimal comma changes nothing */
	(void)setlocale(LC_ALL, "de_DE.UTF-8");
	arena_init(&a, 4 << 20);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		rc = json_parse(&a, good[i], strlen(good[i]), &v);
		CHECK(rc == RC_OK);
		if (rc != RC_OK)
			printf("# %s\n", good[i]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		rc = json_parse(&a, bad[i], strlen(bad[i]), &v);
		CHECK(rc == RC_INVALID);
		if (rc != RC_INVALID)
			printf("# %s\n", bad[i]);
	}
	read_values(&a);
	read_fields(&a);
	write_values(&a);
	read_largest();
	arena_free(&a);
	return DONE();
}
