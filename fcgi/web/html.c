/* SPDX-License-Identifier: Apache-2.0 */
/* html.c - escaping for HTML text and double-quoted attributes, written once.
 *
 * The five characters & < > " ' cover both places; templates have no others (no unquoted
 * attributes, no scripts, no styles). A NULL text prints nothing. */
#include "web/html.h"

#include <string.h>

void
html_raw(struct buf *o, const char *literal)
{
	if (literal != NULL)
		buf_str(o, literal);
}

void
html_text(struct buf *o, const char *s)
{
	size_t n;

	if (s == NULL)
		return;
	for (; *s != '\0'; s += n + 1) {
		n = strcspn(s, "&<>\"'");
		buf_mem(o, s, n);
		switch (s[n]) {
		case '&': buf_str(o, "&amp;"); break;
		case '<': buf_str(o, "&lt;"); break;
		case '>': buf_str(o, "&gt;"); break;
		case '"': buf_str(o, "&quot;"); break;
		case '\'': buf_str(o, "&#39;"); break;
		default: return;
		}
	}
}

void
html_int(struct buf *o, int64_t i)
{
	buf_int(o, i);
}

void
html_markup(struct buf *o, struct markup m)
{
	html_raw(o, m.s);
}
