/* SPDX-License-Identifier: Apache-2.0 */
/* param.c - forms and queries into fields, fields into a handler's struct.
 *
 * Forms are application/x-www-form-urlencoded (WHATWG URL 5): names and values joined by '=',
 * pairs by '&', %XX and '+' undone in both. Fields of a JSON body come from json_fields(), of
 * a path from http.c; here they meet the table. What a text may hold is decided here once:
 * no handler looks for control characters, lengths or encodings again. */
#include "web/param.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"

enum { FIELDS_MAX = 64, PARAMS_MAX = 64 };

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undoes %XX and '+'. NULL for a bad escape, a NUL, or what is not UTF-8. */
static const char *
decode(struct arena *a, const char *s, size_t len)
{
	char *out = arena_alloc(a, 1, len + 1), *p = out;
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] != '%') {
			*p++ = s[i] == '+' ? ' ' : s[i];
			continue;
		}
		if (len - i < 3 || hex(s[i + 1]) < 0 || hex(s[i + 2]) < 0)
			return NULL;
		*p++ = (char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));
		i += 2;
	}
	return str_utf8(out, (size_t)(p - out)) ? out : NULL;
}

enum rc
param_form(struct arena *a, const char *s, size_t len, struct field **ret, size_t *ret_n)
{
	const char *end = s + len, *stop, *eq;
	struct field *f = NULL;
	size_t n = 0;

	for (; s < end; s = stop + 1) {
		stop = memchr(s, '&', (size_t)(end - s));
		if (stop == NULL)
			stop = end;
		if (stop == s)
			continue;
		if (n == FIELDS_MAX)
			return RC_INVALID;
		if (f == NULL)
			f = arena_new(a, struct field, FIELDS_MAX);
		eq = memchr(s, '=', (size_t)(stop - s));
		if (eq == NULL)
			eq = stop;
		f[n].name = decode(a, s, (size_t)(eq - s));
		f[n].s = eq == stop ? "" : decode(a, eq + 1, (size_t)(stop - eq - 1));
		if (f[n].name == NULL || f[n].s == NULL)
			return RC_INVALID;
		n++;
	}
	*ret = f;
	*ret_n = n;
	return RC_OK;
}

/* Text of several lines: no control character but the line ends \n and \r\n. */
static bool
is_text(const char *s)
{
	const unsigned char *p;

	for (p = (const unsigned char *)s; *p != '\0'; p++)
		if ((*p < 0x20 && *p != '\n' && !(*p == '\r' && p[1] == '\n')) || *p == 0x7f ||
		    (*p == 0xc2 && p[1] < 0xa0))
			return false;
	return true;
}

/* Nothing but spaces: U+0020, U+00A0 and the wide one of Korean keyboards, U+3000. */
static bool
is_blank(const char *s)
{
	size_t n;

	for (; *s != '\0'; s += n) {
		n = *s == ' ' ? 1 : str_prefix(s, "\u00a0") ? 2 : str_prefix(s, "\u3000") ? 3 : 0;
		if (n == 0)
			return false;
	}
	return true;
}

static bool
is_word(const char *const *words, const char *s)
{
	for (; *words != NULL; words++)
		if (strcmp(*words, s) == 0)
			return true;
	return false;
}

static bool
store_text(const struct param *p, const struct field *f, void *at)
{
	int64_t points;

	if (f->type != FIELD_TEXT)
		return false;
	points = (int64_t)str_points(f->s);
	if (p->type == P_WORD ? !is_word(p->words, f->s) : points < p->min || points > p->max)
		return false;
	if (p->type == P_TEXT && !is_text(f->s))
		return false;
	if (p->type == P_LINE && (str_control(f->s) || str_hidden(f->s) || (p->min >= 1 && is_blank(f->s))))
		return false;
	if (p->type == P_EMAIL && !str_email(f->s))
		return false;
	*(const char **)at = f->s;
	return true;
}

static bool
store_number(const struct param *p, const struct field *f, void *at)
{
	int64_t i = f->i;

	if (p->type == P_DAY) {
		/* A day without a range of its own has both ends 0. */
		if (f->type != FIELD_TEXT || !day_parse(f->s, &i) ||
		    ((p->min != 0 || p->max != 0) && (i < p->min || i > p->max)))
			return false;
	} else if (!(f->typed ? f->type == FIELD_INT : f->type == FIELD_TEXT && str_int(f->s, &i)) ||
	    i < p->min || i > p->max)
		return false;
	*(int64_t *)at = i;
	return true;
}

static bool
store_bool(const struct field *f, void *at)
{
	bool ticked = !f->typed && f->type == FIELD_TEXT &&
	    (strcmp(f->s, "1") == 0 || strcmp(f->s, "on") == 0);

	if (f->typed ? f->type != FIELD_BOOL : !ticked)
		return false;
	*(bool *)at = ticked || f->i != 0;
	return true;
}

static bool
store(const struct param *p, const struct field *f, void *ret)
{
	void *at = (char *)ret + p->off;

	switch (p->type) {
	case P_TEXT:
	case P_LINE:
	case P_EMAIL:
	case P_WORD:
		return store_text(p, f, at);
	case P_INT:
	case P_DAY:
		return store_number(p, f, at);
	case P_BOOL:
		return store_bool(f, at);
	}
	return false;
}

/* Browsers send an empty input of a form as the empty string: no number, no day, no address. */
static bool
is_absent(const struct param *p, const struct field *f)
{
	return p->optional && !f->typed && f->type == FIELD_TEXT && *f->s == '\0' &&
	    (p->type == P_INT || p->type == P_DAY || p->type == P_EMAIL);
}

static size_t
find(const struct param *p, const char *name)
{
	size_t i;

	for (i = 0; p != NULL && p[i].name != NULL; i++)
		if (strcmp(p[i].name, name) == 0) {
			if (i >= PARAMS_MAX)
				abort();
			return i;
		}
	return SIZE_MAX;
}

enum rc
param_fill(struct arena *a, const struct param *p, const struct field *f, size_t n, bool strict,
    void *ret, const char **ret_bad)
{
	uint64_t seen = 0;
	size_t i, at;

	(void)a;
	for (i = 0; i < n; i++) {
		at = find(p, f[i].name);
		if (at == SIZE_MAX && !strict)
			continue;
		if (at == SIZE_MAX || (seen >> at & 1) != 0 ||
		    (!is_absent(&p[at], &f[i]) && !store(&p[at], &f[i], ret))) {
			*ret_bad = f[i].name;
			return RC_INVALID;
		}
		seen |= UINT64_C(1) << at;
	}
	for (i = 0; p != NULL && p[i].name != NULL; i++)
		if (!p[i].optional && (seen >> i & 1) == 0) {
			*ret_bad = p[i].name;
			return RC_INVALID;
		}
	return RC_OK;
}
