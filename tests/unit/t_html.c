/* SPDX-License-Identifier: Apache-2.0 */
/* t_html.c - what a page may print: text escaped, integers, markup as it is. */
#include "t.h"

#include <string.h>

#include "base/arena.h"
#include "web/html.h"

int
main(void)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "\"><svg onload=alert(1)>'", "&quot;&gt;&lt;svg onload=alert(1)&gt;&#39;" },
		{ "&amp;", "&amp;amp;" },
		{ "<", "&lt;" },
		{ "김출석 & 이출석", "김출석 &amp; 이출석" },
		{ "{{7*7}}", "{{7*7}}" },
		{ NULL, "" },
	};
	struct arena a;
	size_t i;

	arena_init(&a, 1 << 20);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = { .arena = &a };

		html_put(&b, cases[i].in);
		CHECK(strcmp(b.s == NULL ? "" : b.s, cases[i].out) == 0);
	}
	struct buf b = { .arena = &a };

	html_put(&b, (int64_t)INT64_MIN);
	html_put(&b, 7);
	html_put(&b, (struct markup){ "<b>" });
	html_put(&b, (struct markup){ NULL });
	html_plain(&b, "<&");
	html_raw(&b, "</b>");
	CHECK(strcmp(b.s, "-92233720368547758087<b><&</b>") == 0);
	arena_free(&a);
	return DONE();
}
