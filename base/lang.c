/* SPDX-License-Identifier: Apache-2.0 */
/* lang.c - chooses the language of a reply from Accept-Language.
 *
 * The header is a list of ranges with weights (RFC 9110 12.4.2, 12.5.4):
 *
 *	en-GB;q=0.8, ko;q=0.5, *;q=0.1
 *
 * A range counts for a language by its first subtag; "*" stands for the languages that are not
 * named. An element that does not fit the grammar is skipped. Of two equal weights the one that
 * comes first in the header wins. */
#include "base/lang.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { ANY = LANG_MAX, RANGES };              /* "*" is kept beside the languages */

static const char *const tags[RANGES] = { [LANG_KO] = "ko", [LANG_EN] = "en", [ANY] = "*" };

const char *
lang_tag(enum lang lang)
{
	return tags[lang];
}

static const char *
skip_space(const char *s)
{
	return s + strspn(s, " \t");
}

/* The weight after a range in thousandths (none is 1000), -1 if malformed. *s ends behind it. */
static int
weight(const char **s)
{
	const char *p = skip_space(*s);
	int q, place;

	if (*p != ';') {
		*s = p;
		return 1000;
	}
	p = skip_space(p + 1);
	if ((*p != 'q' && *p != 'Q') || p[1] != '=' || (p[2] != '0' && p[2] != '1'))
		return -1;
	q = (p[2] - '0') * 1000;
	p += 3;
	if (*p == '.') {
		p++;
		for (place = 100; place > 0 && *p >= '0' && *p <= '9'; place /= 10)
			q += (*p++ - '0') * place;
	}
	*s = skip_space(p);
	return q <= 1000 ? q : -1;
}

enum lang
lang_accept(const char *header)
{
	int best[RANGES], rank[RANGES], n, i, q;
	const char *s, *range;
	size_t len;

	for (i = 0; i < RANGES; i++)
		best[i] = -1, rank[i] = 0;
	for (n = 0, s = header; s != NULL && *s != '\0'; n++, s += *s == ',') {
		range = skip_space(s);
		s = range + strcspn(range, "-;, \t");
		len = (size_t)(s - range);
		s += strcspn(s, ";, \t");
		q = weight(&s);
		if (q < 0 || (*s != ',' && *s != '\0')) {
			s += strcspn(s, ",");
			continue;
		}
		for (i = 0; i < RANGES; i++)
			if (q > best[i] && len == strlen(tags[i]) &&
			    strncasecmp(range, tags[i], len) == 0)
				best[i] = q, rank[i] = n;
	}
	for (i = 0; i < LANG_MAX; i++)
		if (best[i] < 0)
			best[i] = best[ANY], rank[i] = rank[ANY];
	if (best[LANG_EN] > 0 && (best[LANG_EN] > best[LANG_KO] ||
	    (best[LANG_EN] == best[LANG_KO] && rank[LANG_EN] < rank[LANG_KO])))
		return LANG_EN;
	return LANG_KO;
}
