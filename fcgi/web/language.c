/* SPDX-License-Identifier: Apache-2.0 */
/* language.c - the reader's language, remembered in cookie "lang".
 *
 *	GET /lang/{lang}  ko or en; then on to ?next=/path, or to where one came from */
#include "web/language.h"

#include <string.h>

#include "base/arena.h"

enum { YEAR_S = 365 * 24 * 3600 };

enum lang
language_of(struct req *r)
{
	const char *s = http_cookie(r, "lang");
	enum lang lang;

	for (lang = LANG_KO; s != NULL && lang < LANG_MAX; lang++)
		if (strcmp(s, lang_tag(lang)) == 0)
			return lang;
	return lang_accept(r->accept_language);
}

struct lang_in {
	const char *lang, *next;
};
static const char *const langs[] = { "ko", "en", NULL };
static const struct param lang_in[] = {
	PARAM_WORD(struct lang_in, lang, langs),
	PARAM_LINE(struct lang_in, next, 1, 500, .optional = true),
	PARAM_END
};

/* Where to go on: ->next, else where this host itself says that he came from. A path of this
 * host only. */
static const char *
lang_back(const struct req *r, const struct lang_in *in)
{
	size_t self = strlen(http_self(r));
	const char *back = in->next, *s;

	if (back == NULL && r->referer != NULL && strncmp(r->referer, http_self(r), self) == 0)
		back = r->referer + self;
	if (back == NULL || back[0] != '/')
		return "/";
	for (s = back; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return "/";
	/* What was done is told once. */
	return strstr(back, "done=") == NULL ? back :
	    arena_strn(r->arena, back, strcspn(back, "?"));
}

static enum rc
lang_get(struct req *r)
{
	const struct lang_in *in = r->in;

	http_cookie_set(r, "lang", in->lang, YEAR_S);
	return http_redirect(r, lang_back(r, in)) == RC_OK ? RC_OK : http_redirect(r, "/");
}

const struct route language_routes[] = {
	ROUTE_IN(GET, "/lang/{lang}", lang_get, PAGE, ANYONE, lang_in, lang_in),
	ROUTE_END
};
