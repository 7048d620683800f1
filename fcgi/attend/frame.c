/* SPDX-License-Identifier: Apache-2.0 */
/* frame.c - the frame of the pages of the event host (fcgi/pages/layout.tmpl) and their words. */
#include "frame.h"

#include <string.h>

#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "page.h"
#include "web/csrf.h"

/* A page that answers a form stands at an address that cannot be asked for by GET; the one above
 * it can. NULL: this page's own will do. */
static const char *
back(const struct req *r)
{
	const char *last = strrchr(r->path, '/');

	if (r->method == GET)
		return NULL;
	return last == r->path ? "/" : arena_strn(r->arena, r->path, (size_t)(last - r->path));
}

void
frame_top(struct req *r, const char *title_ko, const char *title_en)
{
	page_top(&r->body_out, &(struct page_top){
		.lang = r->lang, .title = r->lang == LANG_KO ? title_ko : title_en,
		.site = r->conf->site_name, .home = "/", .who = r->who != NULL ? attend_customer(r) : NULL,
		.csrf = r->who != NULL ? csrf_token(r) : NULL,
		.admin = r->who != NULL && r->who->role >= ROLE_VIEWER && r->who->role <= ROLE_OWNER,
		.path = r->path, .back = back(r),
	});
}

void
frame_bottom(struct req *r)
{
	page_bottom(&r->body_out, &(struct page_bottom){ .lang = r->lang });
}

const char *
frame_state(enum lang lang, const char *state)
{
	static const struct { const char *state, *text[LANG_MAX]; } words[] = {
		{ "granted", { "지급 완료", "granted" } },
		{ "owed", { "지급 대기", "owed" } },
		{ "claimed", { "수령 확인", "claimed" } },
		{ "fulfilled", { "전달 완료", "fulfilled" } },
		{ "revoked", { "취소됨", "revoked" } },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].state, state) == 0)
			return words[i].text[lang];
	return state;
}

const char *
frame_time(struct arena *a, int64_t at_ms)
{
	char text[TIME_TEXT];

	time_text(at_ms, text);
	return arena_fmt(a, "%.10s %.5s", text, text + 11);
}

const char *
frame_day(struct arena *a, int64_t day)
{
	char text[DAY_TEXT];

	day_text(day, text);
	return arena_str(a, text);
}

bool
frame_month(const char *s, int64_t *ret_first)
{
	char text[DAY_TEXT] = "";

	if (strlen(s) != 7)
		return false;
	memcpy(text, s, 7);
	memcpy(text + 7, "-01", 4);
	return day_parse(text, ret_first);
}
