/* SPDX-License-Identifier: Apache-2.0 */
/* t_scope.c - lists of words: what is in them, what is granted of them. */
#include "t.h"

#include <string.h>

#include "auth/scope.h"
#include "base/arena.h"

/* Columns: list, word, whether it is in it. */
static const struct { const char *list, *word; bool in; } has[] = {
	{ "openid", "openid", true }, { "openid email", "email", true },
	{ "  openid   email ", "email", true }, { "openid", "open", false },
	{ "openid", "openidx", false }, { "xopenid", "openid", false }, { "", "openid", false },
	{ "openid", "", false }, { "", "", false }, { " ", "", false }, { "Openid", "openid", false },
	{ "openid email", "openid email", false }, { "openid\temail", "email", false },
	{ "https://a/cb https://a/cb2", "https://a/cb", true },
	{ "https://a/cb2", "https://a/cb", false }, { "https://a/cb", "https://a/cb2", false },
};

/* Columns: what is asked for, what is granted of it. */
static const struct { const char *asked, *granted; } known[] = {
	{ "", "" }, { "openid", "openid" }, { "email openid", "openid email" },
	{ "openid profile email", SCOPE_ALL }, { "email email", "email" },
	{ "openid phone offline_access", "openid" }, { "verifications", "" }, { " openid ", "openid" },
};

/* Columns: list, the other one, whether all of it is there. */
static const struct { const char *list, *other; bool within; } within[] = {
	{ "", "", true }, { "", "openid", true }, { "  ", "", true }, { "openid", SCOPE_ALL, true },
	{ "email openid", SCOPE_ALL, true }, { "openid email", "openid", false },
	{ "none login", "none", false }, { "none none", "none", true }, { "open", "openid", false },
};

int
main(void)
{
	struct arena a;
	size_t i;

	arena_init(&a, 1 << 16);
	for (i = 0; i < sizeof(has) / sizeof(has[0]); i++)
		CHECK(list_has(has[i].list, has[i].word) == has[i].in);
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		CHECK(strcmp(scope_known(&a, known[i].asked), known[i].granted) == 0);
	for (i = 0; i < sizeof(within) / sizeof(within[0]); i++)
		CHECK(list_within(&a, within[i].list, within[i].other) == within[i].within);
	arena_free(&a);
	return DONE();
}
