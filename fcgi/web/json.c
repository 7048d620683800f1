/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - JSON (RFC 8259), read strictly and written safely.
 *
 * Reading is done in three steps. A scanner of our own decides what is JSON at all: json-c
 * lets pass numbers, quotes and control characters that RFC 8259 forbids, halves of surrogate
 * pairs, U+0000 and integers that it then silently bends (traps JC-01 to JC-06). json-c then
 * builds its tree. The tree is copied into the caller's arena; nothing of json-c leaves this
 * file. Two members of one name are found by counting: json-c keeps one of them (after it has
 * undone the escapes), so its tree then holds fewer names than the scanner saw.
 *
 * Writing makes pure ASCII escapes of whatever could end a script element or a line of one. */
#include "web/json.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "web/param.h"

enum { DEPTH_MAX = 16 };

struct scan {
	const char *p, *end;
	size_t names;            /* members seen, of all objects */
	int depth;
};

static bool scan_value(struct scan *);

static char
peek(const struct scan *s)
{
	return s->p < s->end ? *s->p : '\0';
}

static bool
take(struct scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->p++;
	return true;
}

static void
skip_space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool
take_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

static size_t
take_digits(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return (size_t)(s->p - from);
}

/* True if the digits do not fit an int64 of that sign. */
static bool
overflows(const char *digits, size_t n, bool minus)
{
	static const char most[] = "9223372036854775807", least[] = "9223372036854775808";

	return n > sizeof(most) - 1 ||
	    (n == sizeof(most) - 1 && memcmp(digits, minus ? least : most, n) > 0);
}

static bool
scan_number(struct scan *s)
{
	bool minus = take(s, '-'), whole = true;
	const char *digits = s->p;
	size_t n = take_digits(s);

	if (n == 0 || (n > 1 && *digits == '0'))
		return false;
	if (take(s, '.')) {
		whole = false;
		if (take_digits(s) == 0)
			return false;
	}
	if (take(s, 'e') || take(s, 'E')) {
		whole = false;
		if (!take(s, '+'))
			(void)take(s, '-');
		if (take_digits(s) == 0)
			return false;
	}
	return !whole || !overflows(digits, n, minus);
}

/* Four hexadecimal digits; -1 if they are not there. */
static long
take_hex4(struct scan *s)
{
	long v = 0;
	int i;

	for (i = 0; i < 4; i++, s->p++) {
		char c = peek(s);

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v * 16 + (c - 'A' + 10);
		else
			return -1;
	}
	return v;
}

/* What follows a backslash. U+0000 and half a surrogate pair are refused. */
static bool
scan_escape(struct scan *s)
{
	long low, v;

	if (peek(s) != '\0' && strchr("\"\\/bfnrt", peek(s)) != NULL) {
		s->p++;
		return true;
	}
	if (!take(s, 'u'))
		return false;
	v = take_hex4(s);
	if (v <= 0 || (v >= 0xdc00 && v <= 0xdfff))
		return false;
	if (v < 0xd800 || v > 0xdbff)
		return true;
	if (!take(s, '\\') || !take(s, 'u'))
		return false;
	low = take_hex4(s);
	return low >= 0xdc00 && low <= 0xdfff;
}

static bool
scan_string(struct scan *s)
{
	if (!take(s, '"'))
		return false;
	while (s->p < s->end) {
		unsigned char c = (unsigned char)*s->p++;

		if (c == '"')
			return true;
		if (c < 0x20 || (c == '\\' && !scan_escape(s)))
			return false;
	}
	return false;
}

static bool
scan_member(struct scan *s)
{
	skip_space(s);
	if (!scan_string(s))
		return false;
	s->names++;
	skip_space(s);
	return take(s, ':') && scan_value(s);
}

static bool
scan_container(struct scan *s, char close)
{
	s->p++;
	if (++s->depth > DEPTH_MAX)
		return false;
	skip_space(s);
	if (!take(s, close)) {
		do {
			if (!(close == '}' ? scan_member(s) : scan_value(s)))
				return false;
		} while (take(s, ','));
		if (!take(s, close))
			return false;
	}
	s->depth--;
	return true;
}

static bool
scan_value(struct scan *s)
{
	bool ok;

	skip_space(s);
	switch (peek(s)) {
	case '{': ok = scan_container(s, '}'); break;
	case '[': ok = scan_container(s, ']'); break;
	case '"': ok = scan_string(s); break;
	case 't': ok = take_word(s, "true"); break;
	case 'f': ok = take_word(s, "false"); break;
	case 'n': ok = take_word(s, "null"); break;
	default: ok = scan_number(s);
	}
	skip_space(s);
	return ok;
}

static struct json copy(struct arena *, struct json_object *, size_t *names);

static void
copy_object(struct arena *a, struct json_object *o, struct json *to, size_t *names)
{
	struct json_object_iterator it = json_object_iter_begin(o), end = json_object_iter_end(o);
	size_t n = (size_t)json_object_object_length(o);

	to->type = JSON_OBJECT;
	*names += n;
	if (n == 0)
		return;
	to->names = arena_new(a, const char *, n);
	to->items = arena_new(a, struct json, n);
	for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
		to->names[to->n] = arena_str(a, json_object_iter_peek_name(&it));
		to->items[to->n] = copy(a, json_object_iter_peek_value(&it), names);
		to->n++;
	}
}

static void
copy_array(struct arena *a, struct json_object *o, struct json *to, size_t *names)
{
	size_t n = json_object_array_length(o);

	to->type = JSON_ARRAY;
	if (n > 0)
		to->items = arena_new(a, struct json, n);
	for (; to->n < n; to->n++)
		to->items[to->n] = copy(a, json_object_array_get_idx(o, to->n), names);
}

/* json-c stands for null by NULL. The scanner has seen to it that integers are in range and
 * that a string ends at its first NUL. */
static struct json
copy(struct arena *a, struct json_object *o, size_t *names)
{
	struct json to = { .type = JSON_NULL };

	switch (json_object_get_type(o)) {
	case json_type_null:
		break;
	case json_type_boolean:
		to.type = JSON_BOOL;
		to.i = json_object_get_boolean(o) != 0;
		break;
	case json_type_double:
		to.type = JSON_NUMBER;
		break;
	case json_type_int:
		to.type = JSON_INT;
		to.i = json_object_get_int64(o);
		break;
	case json_type_string:
		to.type = JSON_STRING;
		to.s = arena_strn(a, json_object_get_string(o), (size_t)json_object_get_string_len(o));
		break;
	case json_type_array:
		copy_array(a, o, &to, names);
		break;
	case json_type_object:
		copy_object(a, o, &to, names);
		break;
	}
	return to;
}

enum rc
json_parse(struct arena *a, const char *s, size_t len, struct json **ret)
{
	struct scan scan = { .p = s, .end = s + len };
	struct json_tokener *tok;
	struct json_object *root;
	struct json *to;
	size_t names = 0;
	bool ok;

	if (len > INT32_MAX - 1 || !str_utf8(s, len) || !scan_value(&scan) || scan.p != scan.end)
		return RC_INVALID;
	tok = json_tokener_new_ex(DEPTH_MAX + 1);
	if (tok == NULL)
		return RC_BUSY;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);        /* it is UTF-8, as was seen above */
	/* With the NUL, or json-c waits for more of a number that stands alone. */
	root = json_tokener_parse_ex(tok, arena_strn(a, s, len), (int)len + 1);
	ok = json_tokener_get_error(tok) == json_tokener_success;
	json_tokener_free(tok);
	if (ok) {
		to = arena_new(a, struct json, 1);
		*to = copy(a, root, &names);
		ok = names == scan.names;
		if (ok)
			*ret = to;
	}
	json_object_put(root);
	return ok ? RC_OK : RC_INVALID;
}

const struct json *
json_get(const struct json *o, const char *name)
{
	size_t i;

	if (o == NULL || o->type != JSON_OBJECT)
		return NULL;
	for (i = 0; i < o->n; i++)
		if (strcmp(o->names[i], name) == 0)
			return &o->items[i];
	return NULL;
}

const char *
json_text(const struct json *o, const char *name)
{
	const struct json *v = json_get(o, name);

	return v != NULL && v->type == JSON_STRING ? v->s : NULL;
}

bool
json_int(const struct json *o, const char *name, int64_t *ret)
{
	const struct json *v = json_get(o, name);

	if (v == NULL || v->type != JSON_INT)
		return false;
	*ret = v->i;
	return true;
}

enum rc
json_fields(struct arena *a, const char *s, size_t len, struct field **ret, size_t *ret_n)
{
	static const enum field_type types[] = {
		[JSON_NULL] = FIELD_NULL, [JSON_BOOL] = FIELD_BOOL, [JSON_INT] = FIELD_INT,
		[JSON_NUMBER] = FIELD_OTHER, [JSON_STRING] = FIELD_TEXT, [JSON_ARRAY] = FIELD_OTHER,
		[JSON_OBJECT] = FIELD_OTHER,
	};
	struct field *f = NULL;
	struct json *o;
	enum rc rc;
	size_t i;

	rc = json_parse(a, s, len, &o);
	if (rc != RC_OK)
		return rc;
	if (o->type != JSON_OBJECT)
		return RC_INVALID;
	if (o->n > 0)
		f = arena_new(a, struct field, o->n);
	for (i = 0; i < o->n; i++)
		f[i] = (struct field){ .name = o->names[i], .type = types[o->items[i].type],
		    .s = o->items[i].s, .i = o->items[i].i, .typed = true };
	*ret = f;
	*ret_n = o->n;
	return RC_OK;
}

/* The bytes of the character at s if it is well-formed, else 0. */
static size_t
character(const char *s)
{
	unsigned char c = (unsigned char)*s;
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	return strnlen(s, n) == n && str_utf8(s, n) ? n : 0;
}

/* What needs no escape. U+2028 and U+2029 begin with 0xe2. */
static bool
is_plain(unsigned char c, bool utf8)
{
	return c < 0x80 ? c >= 0x20 && c != 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' &&
	    c != '&' : utf8 && c != 0xe2;
}

/* Escaped so that it may stand in HTML too; what is not UTF-8 becomes U+FFFD. */
static void
put_string(struct buf *o, const char *s)
{
	bool utf8 = str_utf8(s, strlen(s));
	size_t n;

	buf_mem(o, "\"", 1);
	while (*s != '\0') {
		const char *from = s;

		while (is_plain((unsigned char)*s, utf8))
			s++;
		if (s > from)
			buf_mem(o, from, (size_t)(s - from));
		if (*s == '\0')
			break;
		n = character(s);
		if (n == 0)
			buf_str(o, "\\ufffd");
		else if (*s == '"' || *s == '\\')
			buf_fmt(o, "\\%c", *s);
		else if (n == 1)
			buf_fmt(o, "\\u%04x", (unsigned)*s);
		else if (memcmp(s, "\u2028", n) == 0 || memcmp(s, "\u2029", n) == 0)
			buf_str(o, s[2] == '\xa8' ? "\\u2028" : "\\u2029");
		else
			buf_mem(o, s, n);
		s += n == 0 ? 1 : n;
	}
	buf_mem(o, "\"", 1);
}

/* The comma, where one is due, and the name. Outside of strings a bracket that opens is always
 * the last byte when its first member comes. */
static void
put_name(struct buf *o, const char *name)
{
	char last = o->len > 0 ? o->s[o->len - 1] : '[';

	if (last != '[' && last != '{')
		buf_mem(o, ",", 1);
	if (name != NULL) {              /* our own words: nothing to escape */
		buf_mem(o, "\"", 1);
		buf_str(o, name);
		buf_mem(o, "\":", 2);
	}
}

void
json_open(struct buf *o, const char *name, char bracket)
{
	put_name(o, name);
	buf_mem(o, &bracket, 1);
}

void
json_close(struct buf *o, char bracket)
{
	buf_mem(o, &bracket, 1);
}

void
json_put_text(struct buf *o, const char *name, const char *s)
{
	put_name(o, name);
	if (s == NULL)
		buf_str(o, "null");
	else
		put_string(o, s);
}

void
json_put_int(struct buf *o, const char *name, int64_t i)
{
	put_name(o, name);
	buf_int(o, i);
}

void
json_put_bool(struct buf *o, const char *name, bool b)
{
	put_name(o, name);
	buf_str(o, b ? "true" : "false");
}

void
json_put_null(struct buf *o, const char *name)
{
	put_name(o, name);
	buf_str(o, "null");
}
