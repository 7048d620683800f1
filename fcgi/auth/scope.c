/* SPDX-License-Identifier: Apache-2.0 */
/* scope.c - lists of words with spaces between. Words that we do not know ask for nothing: the
 * answer says what was granted (RFC 6749 3.3). */
#include "scope.h"

#include <string.h>

#include "base/arena.h"

bool
list_has(const char *list, const char *word)
{
	size_t len = strlen(word), n;

	for (; *list != '\0'; list += n) {
		list += strspn(list, " ");
		n = strcspn(list, " ");
		if (n > 0 && n == len && strncmp(list, word, len) == 0)
			return true;
	}
	return false;
}

const char *
scope_known(struct arena *a, const char *list)
{
	static const char *const words[] = { SCOPE_OPENID, SCOPE_PROFILE, SCOPE_EMAIL };
	const char *ret = "";
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (list_has(list, words[i]))
			ret = arena_fmt(a, "%s%s%s", ret, *ret != '\0' ? " " : "", words[i]);
	return ret;
}

bool
list_within(struct arena *a, const char *list, const char *other)
{
	size_t n;

	for (; *list != '\0'; list += n) {
		list += strspn(list, " ");
		n = strcspn(list, " ");
		if (n > 0 && !list_has(other, arena_strn(a, list, n)))
			return false;
	}
	return true;
}
