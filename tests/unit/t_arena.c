/* SPDX-License-Identifier: Apache-2.0 */
/* t_arena.c - arena and buf: alignment, zeroing, wiping, limits, no malloc after warm-up. */
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "t.h"

static bool
zero(const char *p, size_t len)
{
	while (len > 0)
		if (p[--len] != 0)
			return false;
	return true;
}

static const size_t sizes[] = { 0, 1, 15, 16, 17, 100, 4096, 16384, 20000, 32768, 32769, 100000 };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static void
blocks(void)
{
	struct arena a;
	char *p[SIZES];
	size_t i, j, round;

	arena_init(&a, 1 << 20);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < SIZES; i++) {
			p[i] = arena_alloc(&a, 1, sizes[i]);
			CHECK(p[i] != NULL && (uintptr_t)p[i] % 16 == 0);
			CHECK(zero(p[i], sizes[i]));
			memset(p[i], (int)i + 1, sizes[i]);
		}
		for (i = 0; i < SIZES; i++)
			for (j = 0; j < sizes[i]; j += 997)
				CHECK(p[i][j] == (char)(i + 1));
		arena_reset(&a);
		CHECK(a.used == 0 && a.limit == 1 << 20 && a.blocks != NULL);
	}
	arena_free(&a);
	CHECK(a.blocks == NULL && a.used == 0);
	arena_free(&a);
	arena_reset(&a);
	p[0] = arena_alloc(&a, 10, 10);
	CHECK(zero(p[0], 100));
	arena_free(&a);
}

/* What a reset gives back must not be readable in the block that stays. */
static void
wiped(void)
{
	struct arena a;
	char *secret, *again;

	arena_init(&a, 1 << 16);
	secret = arena_str(&a, "correct horse battery staple");
	arena_reset(&a);
	again = arena_alloc(&a, 1, 64);
	CHECK(again == secret);
	CHECK(zero(again, 64));
	arena_free(&a);
}

static void
warm(void)
{
#ifndef __SANITIZE_ADDRESS__
	size_t before, i, round;
	struct arena a;

	arena_init(&a, 1 << 20);
	(void)arena_alloc(&a, 1, 1);
	before = mallinfo2().uordblks;
	for (round = 0; round < 100; round++) {
		for (i = 0; i < 32; i++)
			(void)arena_alloc(&a, 1, 1000);
		CHECK(mallinfo2().uordblks == before);
		arena_reset(&a);
	}
	(void)arena_alloc(&a, 1, 100000);
	arena_reset(&a);
	CHECK(mallinfo2().uordblks == before);
	arena_free(&a);
#endif
}

static void
strings(void)
{
	struct arena a;
	char *s;
	int *n, i;

	arena_init(&a, 1 << 20);
	CHECK(arena_str(&a, NULL) == NULL);
	CHECK(strcmp(arena_str(&a, ""), "") == 0);
	CHECK(strcmp(arena_strn(&a, "abcdef", 3), "abc") == 0);
	CHECK(strcmp(arena_strn(&a, NULL, 0), "") == 0);
	CHECK(strcmp(arena_fmt(&a, "%d-%s", 7, "x"), "7-x") == 0);
	s = arena_fmt(&a, "%0*d", 5000, 1);
	CHECK(strlen(s) == 5000 && s[4999] == '1');
	n = arena_new(&a, int, 4);
	for (i = 0; i < 4; i++)
		n[i] = i;
	n = arena_grow(&a, n, 4 * sizeof(int), 8 * sizeof(int));
	for (i = 0; i < 8; i++)
		CHECK(n[i] == (i < 4 ? i : 0));
	CHECK(memcmp(arena_grow(&a, "abcd", 4, 2), "ab", 2) == 0);
	CHECK(zero(arena_grow(&a, NULL, 0, 40), 40));
	arena_free(&a);
}

static void
buffer(void)
{
	static const struct { int64_t v; const char *text; } ints[] = {
		{ 0, "0" }, { 7, "7" }, { -7, "-7" }, { 1234567890, "1234567890" },
		{ INT64_MAX, "9223372036854775807" }, { INT64_MIN, "-9223372036854775808" },
	};
	struct arena a;
	struct buf b;
	size_t i;

	arena_init(&a, 1 << 20);
	b = (struct buf){ .arena = &a };
	CHECK(b.s == NULL);
	buf_str(&b, "");
	CHECK(b.s != NULL && b.len == 0 && *b.s == '\0');
	for (i = 0; i < 3000; i++)
		buf_mem(&b, "0123456789", 10);
	CHECK(b.len == 30000 && strlen(b.s) == 30000);
	CHECK(b.len < b.cap && strncmp(b.s + 29995, "56789", 6) == 0);
	for (i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
		b = (struct buf){ .arena = &a };
		buf_int(&b, ints[i].v);
		CHECK(strcmp(b.s, ints[i].text) == 0 && b.len == strlen(b.s));
	}
	for (i = 500; i < 530; i++) {        /* around the first capacity */
		b = (struct buf){ .arena = &a };
		buf_fmt(&b, "%0*d", (int)i, 5);
		buf_fmt(&b, "%s", "|end");
		CHECK(b.len == i + 4 && strcmp(b.s + i - 1, "5|end") == 0);
	}
	arena_free(&a);
}

static void
over_limit(void)
{
	struct arena a;

	arena_init(&a, 1000);
	(void)arena_alloc(&a, 1, 500);
	(void)arena_alloc(&a, 1, 497);
}

static void
within_limit(void)
{
	struct arena a;

	arena_init(&a, 1024);
	(void)arena_alloc(&a, 2, 500);
	(void)arena_alloc(&a, 1, 16);
	arena_reset(&a);
	(void)arena_alloc(&a, 1, 1024);
	arena_free(&a);
}

static void
overflow(void)
{
	struct arena a;

	arena_init(&a, SIZE_MAX);
	(void)arena_alloc(&a, SIZE_MAX / 2, 3);
}

static void
huge(void)
{
	struct arena a;

	arena_init(&a, 1 << 16);
	(void)arena_alloc(&a, 1, SIZE_MAX - 4);
}

/* How a child ends that calls f: 0 or the signal. */
static int
ends(void (*f)(void))
{
	int status = -1;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
		(void)close(STDERR_FILENO);
		f();
		_exit(0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

int
main(void)
{
	blocks();
	wiped();
	warm();
	strings();
	buffer();
	CHECK(ends(within_limit) == 0);
	CHECK(ends(over_limit) == SIGABRT);
	CHECK(ends(overflow) == SIGABRT);
	CHECK(ends(huge) == SIGABRT);
	return DONE();
}
