/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c - the growing string that pages, JSON and mails are written into. It at least doubles
 * each time, so that a reply of n bytes costs O(n); what it outgrew stays in the arena. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { FIRST = 512 };

/* Makes room for len more bytes and the NUL. */
static void
reserve(struct buf *b, size_t len)
{
	size_t cap;

	if (len < b->cap - b->len)
		return;
	if (__builtin_add_overflow(b->cap + FIRST / 2, len, &cap) ||
	    __builtin_mul_overflow(cap, 2, &cap))
		abort();
	b->s = arena_grow(b->arena, b->s, b->len, cap);
	b->cap = cap;
}

void
buf_mem(struct buf *b, const char *s, size_t len)
{
	reserve(b, len);
	if (len > 0)
		memcpy(b->s + b->len, s, len);
	b->len += len;
	b->s[b->len] = '\0';
}

void
buf_str(struct buf *b, const char *s)
{
	buf_mem(b, s, strlen(s));
}

void
buf_int(struct buf *b, int64_t v)
{
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	char text[20];               /* "-9223372036854775808" */
	size_t at = sizeof(text);

	do
		text[--at] = (char)('0' + u % 10);
	while ((u /= 10) > 0);
	if (v < 0)
		text[--at] = '-';
	buf_mem(b, text + at, sizeof(text) - at);
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	reserve(b, 0);
	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(b->s + b->len, b->cap - b->len, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if ((size_t)n >= b->cap - b->len) {
		reserve(b, (size_t)n);
		(void)vsnprintf(b->s + b->len, b->cap - b->len, fmt, again);
	}
	va_end(again);
	b->len += (size_t)n;
}
