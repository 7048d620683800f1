#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h - a growing string in an arena. Writing to it cannot fail. */
#include <stddef.h>
#include <stdint.h>

struct arena;

struct buf {
	struct arena *arena;
	char *s;                 /* ends in NUL once written to; NULL before */
	size_t len, cap;
};

void buf_mem(struct buf *, const char *, size_t len);
void buf_str(struct buf *, const char *);
void buf_int(struct buf *, int64_t);
void buf_fmt(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
