#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - JSON (RFC 8259) in and out: the only file that knows json-c.
 *
 * Reading is strict: before json-c sees the text, a scanner of our own refuses what json-c
 * lets pass (traps JC-01..06): leading zeros, single quotes, raw control characters, duplicate
 * names, invalid UTF-8, U+0000 and lone surrogates, more than 16 levels, integers outside
 * int64. Numbers with a fraction or an exponent are FIELD_OTHER: no API of ours has them. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct arena;
struct buf;
struct field;

enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* A value, in the arena. */
struct json {
	enum json_kind type;
	int64_t i;               /* JSON_INT, JSON_BOOL */
	const char *s;           /* JSON_STRING */
	const char **names;      /* JSON_OBJECT: n names */
	struct json *items;      /* JSON_ARRAY, JSON_OBJECT: n values */
	size_t n;
};

/* RC_INVALID for anything that is not exactly one value. */
[[nodiscard]] enum rc json_parse(struct arena *, const char *s, size_t len, struct json **ret);

/* A member of an object, or NULL: absent, or not an object. */
const struct json *json_get(const struct json *, const char *name);
/* A member's text, or NULL unless it is a string. */
const char *json_text(const struct json *, const char *name);
/* A member's integer; false unless it is one. */
bool json_int(const struct json *, const char *name, int64_t *ret);

/* The members of a JSON object as fields for param_fill(). RC_INVALID if not an object. */
[[nodiscard]] enum rc json_fields(struct arena *, const char *s, size_t len,
    struct field **ret, size_t *ret_n);

/* Writing into a buf: a comma is put where one is due. name NULL inside an array. */
void json_open(struct buf *, const char *name, char bracket);    /* '{' or '[' */
void json_close(struct buf *, char bracket);                     /* '}' or ']' */
void json_put_text(struct buf *, const char *name, const char *);        /* NULL: null */
void json_put_int(struct buf *, const char *name, int64_t);
void json_put_bool(struct buf *, const char *name, bool);
void json_put_null(struct buf *, const char *name);
