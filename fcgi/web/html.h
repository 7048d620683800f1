#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* html.h - printing into a page. html_put() escapes by type: text is always escaped, and the
 * only way to print markup is to hold a struct markup, which only page functions make. */
#include <stdint.h>

#include "base/buf.h"
#include "base/lang.h"

struct markup { const char *s; };

void html_raw(struct buf *, const char *literal);        /* templates only */
void html_text(struct buf *, const char *);
void html_int(struct buf *, int64_t);
void html_markup(struct buf *, struct markup);

#define html_put(o, x) _Generic((x), \
	char *: html_text, const char *: html_text, \
	int: html_int, int64_t: html_int, \
	struct markup: html_markup)((o), (x))

/* The same for plain text (mails): nothing is escaped. */
#define html_plain(o, x) _Generic((x), \
	char *: html_raw, const char *: html_raw, \
	int: html_int, int64_t: html_int)((o), (x))
