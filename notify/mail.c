/* SPDX-License-Identifier: Apache-2.0 */
/* mail.c - writes a message: headers in encoded words (RFC 2047), the body as base64, so that no
 * line can be too long, none begins with a dot, and Korean arrives as it left.
 *
 * An encoded word has at most 75 characters and holds whole characters only; a line with one has
 * at most 76, so the first word of a header is as much shorter as its name is long. */
#include "mail.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/str.h"

enum {
	WORD_BYTES = 45,                 /* 60 characters of base64, 12 more around them */
	WORD_LINE = 76 - 12,
	LINE_BYTES = 57,                 /* 76 characters of base64 */
	HEADER_MAX = 998                 /* RFC 5322 2.1.1 */
};

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return true;
}

/* Words that mean only themselves, in a subject and in a display name (RFC 5322 atoms; '=' and '?'
 * left out, for they begin encoded words). */
static bool
is_plain(const char *s)
{
	static const char more[] = " !#$%&'*+-/^_`{|}~";
	size_t n = strlen(s), i;

	if (n == 0 || n > WORD_BYTES || s[0] == ' ' || s[n - 1] == ' ')
		return n == 0;
	for (i = 0; i < n; i++)
		if (!(s[i] >= '0' && s[i] <= '9') && !(s[i] >= 'A' && s[i] <= 'Z') &&
		    !(s[i] >= 'a' && s[i] <= 'z') && strchr(more, s[i]) == NULL)
			return false;
	return true;
}

/* Text after "NAME: ", which has used so many characters of the line. */
static void
put_words(struct arena *a, struct buf *o, const char *s, size_t used)
{
	size_t room = (WORD_LINE - used) / 4 * 3, n, left = strlen(s);

	if (is_plain(s)) {
		buf_str(o, s);
		return;
	}
	for (; left > 0; s += n, left -= n, room = WORD_BYTES) {
		n = left < room ? left : room;
		while (n < left && ((unsigned char)s[n] & 0xc0) == 0x80)
			n--;
		buf_fmt(o, "=?UTF-8?B?%s?=%s", base64_encode(a, s, n), n < left ? "\r\n " : "");
	}
}

/* Lines end in LF inside the program and in CRLF inside the mail. */
static char *
with_crlf(struct arena *a, const char *s)
{
	struct buf o = { .arena = a };
	size_t n;

	buf_str(&o, "");
	for (; *s != '\0'; s += n) {
		n = strcspn(s, "\r\n");
		buf_mem(&o, s, n);
		if (s[n] == '\0')
			break;
		buf_str(&o, "\r\n");
		n += s[n] == '\r' && s[n + 1] == '\n' ? 2 : 1;
	}
	return o.s;
}

static void
put_body(struct arena *a, struct buf *o, const char *body)
{
	const char *s = with_crlf(a, body);
	size_t n, left = strlen(s);

	for (; left > 0; s += n, left -= n) {
		n = left < LINE_BYTES ? left : LINE_BYTES;
		buf_str(o, base64_encode(a, s, n));
		buf_str(o, "\r\n");
	}
}

/* Further headers are ours, but what is in them may not be: each line is printable ASCII. */
static bool
put_headers(struct buf *o, const char *headers)
{
	const char *c;
	size_t n;

	for (; *headers != '\0'; headers += n + 1) {
		n = strcspn(headers, "\n");
		if (n == 0 || n > HEADER_MAX || headers[n] == '\0' || memchr(headers, ':', n) == NULL)
			return false;
		for (c = headers; c < headers + n; c++)
			if (*c < 0x20 || *c > 0x7e)
				return false;
		buf_mem(o, headers, n);
		buf_str(o, "\r\n");
	}
	return true;
}

static bool
is_text(const char *s)
{
	return str_utf8(s, strlen(s)) && !str_control(s);
}

enum rc
mail_text(struct arena *a, const struct mail *m, const char **ret)
{
	struct buf o = { .arena = a };
	char date[40];

	if (!str_email(m->from) || !str_email(m->to) || !is_text(m->subject) ||
	    !is_text(m->from_name) || !is_ascii(m->message_id) || !str_utf8(m->body, strlen(m->body)))
		return RC_INVALID;
	time_mail(m->at_ms, date, sizeof(date));
	buf_str(&o, "From: ");
	put_words(a, &o, m->from_name, strlen("From: "));
	buf_fmt(&o, "%s <%s>\r\nTo: %s\r\nSubject: ", is_plain(m->from_name) ? "" : "\r\n", m->from,
	    m->to);
	put_words(a, &o, m->subject, strlen("Subject: "));
	buf_fmt(&o, "\r\nDate: %s\r\nMessage-ID: %s\r\n", date, m->message_id);
	if (!put_headers(&o, m->headers))
		return RC_INVALID;
	buf_str(&o, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n");
	put_body(a, &o, m->body);
	*ret = o.s;
	return RC_OK;
}
