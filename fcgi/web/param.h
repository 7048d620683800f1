#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* param.h - typed, checked input. A handler never sees a query string, a form or a JSON body:
 * it gets a struct that the route's table has filled in, or is not called. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct arena;

/* One named value as it came in: from a form, a query, a path or a JSON object. */
enum field_type { FIELD_TEXT, FIELD_INT, FIELD_BOOL, FIELD_NULL, FIELD_OTHER };
struct field {
	const char *name;
	enum field_type type;
	const char *s;           /* FIELD_TEXT: decoded, NUL-terminated, valid UTF-8 */
	int64_t i;               /* FIELD_INT, FIELD_BOOL */
	bool typed;              /* from JSON: "1" is not 1; else all are FIELD_TEXT */
};

enum param_type { P_TEXT, P_LINE, P_EMAIL, P_INT, P_BOOL, P_DAY, P_WORD };
struct param {
	const char *name;
	enum param_type type;
	size_t off;
	int64_t min, max;        /* of code points for text, of the value for int */
	bool optional;           /* absent leaves the field as it is (zero) */
	const char *const *words;        /* P_WORD: the allowed ones, NULL at the end */
};

/* A field of another type than the parameter's does not compile. TEXT: any text (newlines
 * too); LINE: text without control or hidden characters; DAY: "YYYY-MM-DD" into days since 1970; BOOL:
 * JSON true/false, or a form's ticked box ("1" or "on"); WORD: one of a list. */
#define PARAM_IS(S, f, T) (0 * sizeof(char[_Generic(((S *)0)->f, T: 1, default: -1)]))
#define PARAM_STR(S, f)   offsetof(S, f) + PARAM_IS(S, f, const char *)
#define PARAM_NUM(S, f)   offsetof(S, f) + PARAM_IS(S, f, int64_t)
#define PARAM_TEXT(S, f, lo, hi, ...)  { .name = #f, .type = P_TEXT,  .off = PARAM_STR(S, f), .min = lo, .max = hi, __VA_ARGS__ }
#define PARAM_LINE(S, f, lo, hi, ...)  { .name = #f, .type = P_LINE,  .off = PARAM_STR(S, f), .min = lo, .max = hi, __VA_ARGS__ }
#define PARAM_EMAIL(S, f, ...)         { .name = #f, .type = P_EMAIL, .off = PARAM_STR(S, f), .min = 3, .max = 254, __VA_ARGS__ }
#define PARAM_INT(S, f, lo, hi, ...)   { .name = #f, .type = P_INT,   .off = PARAM_NUM(S, f), .min = lo, .max = hi, __VA_ARGS__ }
#define PARAM_DAY(S, f, ...)           { .name = #f, .type = P_DAY,   .off = PARAM_NUM(S, f), __VA_ARGS__ }
#define PARAM_BOOL(S, f)               { .name = #f, .type = P_BOOL,  .off = offsetof(S, f) + PARAM_IS(S, f, bool), .optional = true }
#define PARAM_WORD(S, f, list, ...)    { .name = #f, .type = P_WORD,  .off = PARAM_STR(S, f), .words = list, __VA_ARGS__ }
#define PARAM_END                      { .name = NULL }

/* a=b&c=d into fields, in order. RC_INVALID for a bad escape, a NUL, invalid UTF-8, more than
 * 64 fields. len counts bytes; s need not end in NUL. */
[[nodiscard]] enum rc param_form(struct arena *, const char *s, size_t len,
    struct field **ret, size_t *ret_n);

/* Fills ret from fields by the table. RC_INVALID with *ret_bad naming the field: missing, too
 * long, of the wrong type, given twice, or (strict) not in the table. params NULL: no field. */
[[nodiscard]] enum rc param_fill(struct arena *, const struct param *, const struct field *,
    size_t n, bool strict, void *ret, const char **ret_bad);
