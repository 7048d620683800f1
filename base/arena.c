/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c - the only malloc of ours: blocks that are filled from the front and given back whole.
 *
 * The list begins with the first block, which stays; behind it the block that is being filled,
 * then full ones and large requests, which have a block each. Memory is zero because blocks
 * come from calloc() and the part of the first block that was used is wiped by a reset. Under
 * the address sanitizer everything that was not handed out is poisoned, with a gap between any
 * two pieces, so that reading past a string is caught as it would be on the heap. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { GAP = 16 };
#define HIDE(p, len) ASAN_POISON_MEMORY_REGION(p, len)
#define SHOW(p, len) ASAN_UNPOISON_MEMORY_REGION(p, len)
#else
enum { GAP = 0 };
#define HIDE(p, len) ((void)(p), (void)(len))
#define SHOW(p, len) ((void)(p), (void)(len))
#endif

enum { ALIGN = 16, BLOCK = 32 * 1024, LARGE = BLOCK / 2 };

struct arena_block {
	struct arena_block *next;
	size_t cap, used;
	_Alignas(ALIGN) char data[];
};

static _Noreturn void
full(const struct arena *a, size_t want)
{
	fprintf(stderr, "arena: no memory: used %zu, limit %zu, want %zu\n",
	    a->used, a->limit, want);
	abort();
}

static struct arena_block *
block_open(const struct arena *a, size_t cap)
{
	struct arena_block *b = NULL;

	if (cap <= SIZE_MAX - sizeof(*b))
		b = calloc(1, sizeof(*b) + cap);
	if (b == NULL)
		full(a, cap);
	b->cap = cap;
	HIDE(b->data, cap);
	return b;
}

static void
block_wipe(struct arena_block *b)
{
	SHOW(b->data, b->cap);
	explicit_bzero(b->data, b->used);
	b->used = 0;
}

static void
block_close(struct arena_block *b)
{
	block_wipe(b);
	free(b);
}

void
arena_init(struct arena *a, size_t limit)
{
	*a = (struct arena){ .limit = limit };
}

void
arena_reset(struct arena *a)
{
	struct arena_block *first = a->blocks, *b;

	a->used = 0;
	if (first == NULL)
		return;
	while ((b = first->next) != NULL) {
		first->next = b->next;
		block_close(b);
	}
	block_wipe(first);
	HIDE(first->data, first->cap);
}

void
arena_free(struct arena *a)
{
	arena_reset(a);
	if (a->blocks != NULL)
		block_close(a->blocks);
	a->blocks = NULL;
}

/* A block with room for want bytes. */
static struct arena_block *
room(struct arena *a, size_t want)
{
	struct arena_block *first, *b, **at;

	if (a->blocks == NULL)
		a->blocks = block_open(a, BLOCK);
	first = a->blocks;
	if (want <= first->cap - first->used)
		return first;
	b = first->next;
	if (b != NULL && want <= b->cap - b->used)
		return b;
	/* A large request must not end the filling of the block that is in use. */
	at = want > LARGE && b != NULL ? &b->next : &first->next;
	b = block_open(a, want > LARGE ? want : BLOCK);
	b->next = *at;
	*at = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t n, size_t size)
{
	struct arena_block *b;
	size_t len, want;
	char *p;

	if (__builtin_mul_overflow(n, size, &len) || len > SIZE_MAX - ALIGN - GAP)
		full(a, SIZE_MAX);
	want = len == 0 ? ALIGN : (len + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (want > a->limit - a->used)
		full(a, want);
	a->used += want;
	b = room(a, want + GAP);
	p = b->data + b->used;
	b->used += want + GAP;
	SHOW(p, len);
	return p;
}

void *
arena_grow(struct arena *a, const void *old, size_t old_len, size_t new_len)
{
	void *p = arena_alloc(a, 1, new_len);

	if (old_len > new_len)
		old_len = new_len;
	if (old_len > 0)
		memcpy(p, old, old_len);
	return p;
}

char *
arena_strn(struct arena *a, const char *s, size_t len)
{
	char *p;

	if (len == SIZE_MAX)
		full(a, len);
	p = arena_alloc(a, 1, len + 1);
	if (len > 0)
		memcpy(p, s, len);
	return p;
}

char *
arena_str(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_strn(a, s, strlen(s));
}

char *
arena_vfmt(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	size_t cap;
	char *p;
	int n;

	va_copy(again, ap);
	n = fmt == NULL ? -1 : vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		full(a, SIZE_MAX);
	cap = (size_t)n + 1;
	p = arena_alloc(a, 1, cap);
	(void)vsnprintf(p, cap, fmt, ap);
	return p;
}

char *
arena_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vfmt(a, fmt, ap);
	va_end(ap);
	return p;
}
