#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h - memory that lives as long as one request or one job.
 *
 * There is no free(). arena_reset() gives all of it back at once and wipes it, so that no
 * password or token outlives its request. The first block is kept: after warm-up a request
 * allocates nothing. Nothing here returns NULL: a request that wants more than its limit, or
 * a process that cannot get memory, aborts, and the parent starts another worker. */
#include <stdarg.h>
#include <stddef.h>

struct arena {
	struct arena_block *blocks;
	size_t used, limit;      /* bytes */
};

void arena_init(struct arena *, size_t limit);
void arena_reset(struct arena *);            /* wipes; keeps the first block */
void arena_free(struct arena *);             /* wipes; keeps nothing */
void *arena_alloc(struct arena *, size_t n, size_t size);   /* zeroed, aligned to 16 */
void *arena_grow(struct arena *, const void *old, size_t old_len, size_t new_len);
char *arena_strn(struct arena *, const char *, size_t len); /* adds a NUL */
char *arena_str(struct arena *, const char *);              /* NULL in, NULL out */
char *arena_fmt(struct arena *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vfmt(struct arena *, const char *fmt, va_list) __attribute__((format(printf, 2, 0)));

#define arena_new(a, type, n) ((type *)arena_alloc((a), (n), sizeof(type)))
