/* SPDX-License-Identifier: Apache-2.0 */
/* rc.c - the list of outcomes in rc.h as a table that can be asked. */
#include "base/rc.h"

static const struct {
	int http, exit;
	const char *slug, *title[LANG_MAX];
} table[RC_MAX] = {
#define X(name, http, exit, slug, ko, en) \
	[RC_##name] = { http, exit, slug, { [LANG_KO] = ko, [LANG_EN] = en } },
	RC_LIST(X)
#undef X
};

int
rc_http(enum rc rc)
{
	return table[rc].http;
}

int
rc_exit(enum rc rc)
{
	return table[rc].exit;
}

const char *
rc_slug(enum rc rc)
{
	return table[rc].slug;
}

const char *
rc_title(enum rc rc, enum lang lang)
{
	return table[rc].title[lang];
}
