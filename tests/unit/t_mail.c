/* SPDX-License-Identifier: Apache-2.0 */
/* t_mail.c - messages: encoded words at every length, limits of lines, what is refused. That mail
 * programs read them as they were meant is looked at in tests/mail/. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "notify/mail.h"
#include "t.h"

static const struct mail usual = {
	.from_name = "출첵", .from = "event@example.kr", .to = "a@example.kr", .subject = "(광고)제목",
	.message_id = "<1@example.kr>", .headers = "", .body = "본문\n", .at_ms = 1795341600000,
};

static int
digit(char c)
{
	const char *all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", *p = strchr(all, c);

	return c != '\0' && p != NULL ? (int)(p - all) : -1;
}

static void
decode(struct buf *o, const char *s, size_t len)
{
	unsigned bits = 0, have = 0;
	size_t i;

	for (i = 0; i < len && s[i] != '='; i++) {
		bits = bits << 6 | (unsigned)digit(s[i]);
		have += 6;
		if (have >= 8) {
			char c = (char)(bits >> (have -= 8) & 0xff);

			buf_mem(o, &c, 1);
		}
	}
}

/* The value of a header, decoded; *ret_good: every word and line keeps its limit. The fold between
 * two encoded words is not part of the text, any other one is a space. */
static const char *
header(struct arena *a, const char *text, const char *name, bool *ret_good)
{
	const char *p = strstr(text, arena_fmt(a, "\r\n%s: ", name)), *end;
	size_t line = strlen(name) + 2;
	struct buf o = { .arena = a };
	bool word = false;

	buf_str(&o, "");
	*ret_good = true;
	p = p == NULL ? text + line : p + 2 + line;
	while (*p != '\r' || p[2] == ' ') {
		if (*p == '\r') {
			p += 2;
			line = 0;
			if (word && strncmp(p, " =?", 3) == 0) {
				p++;
				line++;
			}
		} else if (strncmp(p, "=?UTF-8?B?", 10) == 0) {
			end = strstr(p, "?=");
			line += (size_t)(end - p) + 2;
			*ret_good = *ret_good && end - p + 2 <= 75 && line <= 76 && end - p > 10;
			decode(&o, p + 10, (size_t)(end - p - 10));
			p = end + 2;
			word = true;
		} else {
			buf_mem(&o, p++, 1);
			line++;
			word = false;
		}
	}
	return o.s;
}

/* Each encoded word by itself is whole characters: none begins in the middle of one. */
static bool
words_are_whole(struct arena *a, const char *text)
{
	const char *p;

	for (p = text; (p = strstr(p, "=?UTF-8?B?")) != NULL; p++) {
		struct buf o = { .arena = a };

		buf_str(&o, "");
		decode(&o, p + 10, strcspn(p + 10, "?"));
		if (((unsigned char)o.s[0] & 0xc0) == 0x80)
			return false;
	}
	return true;
}

/* Every line ends in CRLF, is at most 998 long and, in the body, at most 76. */
static bool
lines_are_good(const char *text)
{
	size_t n, max = 998;

	for (; *text != '\0'; text += n + 2) {
		n = strcspn(text, "\r\n");
		if (n > max || text[n] != '\r' || text[n + 1] != '\n')
			return false;
		if (n == 0)
			max = 76;
	}
	return true;
}

static void
subjects(struct arena *a)
{
	static const char *const letters[] = { "a", "é", "광", "🎁", "=", " " };
	size_t i, n, shift;

	for (i = 0; i < 6; i++)
		for (shift = 0; shift < 4; shift++)
			for (n = 0; n < 130; n++) {
				struct mail m = usual;
				struct buf s = { .arena = a };
				const char *text;
				bool good;
				size_t k;

				buf_mem(&s, "bcd", shift);
				for (k = 0; k < n; k++)
					buf_str(&s, letters[i]);
				m.subject = s.s;
				CHECK(mail_text(a, &m, &text) == RC_OK);
				CHECK(strcmp(header(a, text, "Subject", &good), s.s) == 0 && good);
				CHECK(lines_are_good(text) && words_are_whole(a, text));
				arena_reset(a);
			}
}

static void
names(struct arena *a)
{
	static const char *const all[] = { "", "Shop", "Shop, Inc.", "\"Shop\"", "a <b@c.kr>", "별빛상점",
	    "(x)", "a.b", "=?UTF-8?B?YQ==?=", " a", "a ", "A shop that has a rather long name, longer than a line" };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct mail m = usual;
		const char *text, *got;
		bool good;

		m.from_name = all[i];
		CHECK(mail_text(a, &m, &text) == RC_OK);
		got = header(a, text, "From", &good);
		CHECK(good && strcmp(got, arena_fmt(a, "%s <event@example.kr>", all[i])) == 0);
		CHECK(strcmp(all[i], "Shop") != 0 || strncmp(text, "From: Shop <", 12) == 0);
		CHECK(strpbrk(all[i], "\",.(<") == NULL || strncmp(text, "From: =?UTF-8?B?", 16) == 0);
	}
}

static void
refused(struct arena *a)
{
	static const struct { size_t at; const char *value; } bad[] = {
#define BAD(field, value) { offsetof(struct mail, field), value }
		BAD(from, "event"), BAD(from, "event@example.kr\r\nX: y"), BAD(to, "a@example.kr\n"),
		BAD(to, "a@example.kr>"), BAD(to, ""), BAD(subject, "a\nb"), BAD(subject, "a\rb"),
		BAD(subject, "\xff"), BAD(subject, "\x7f"), BAD(subject, "\xc2\x85"), BAD(from_name, "a\nb"),
		BAD(from_name, "\xed\xa0\x80"), BAD(message_id, "<a@b>\r\nX: y"), BAD(message_id, "<광@b>"),
		BAD(headers, "X: y"), BAD(headers, "X\n"), BAD(headers, "\n"), BAD(headers, "X: y\n\n"),
		BAD(headers, "X: y\r\n"), BAD(headers, "X: 광\n"), BAD(body, "\xff"),
	};
	struct buf long_header = { .arena = a };
	struct mail m;
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		m = usual;
		memcpy((char *)&m + bad[i].at, &bad[i].value, sizeof(bad[i].value));
		CHECK(mail_text(a, &m, &text) == RC_INVALID);
	}
	buf_str(&long_header, "X: ");
	while (long_header.len < 998)
		buf_str(&long_header, "y");
	m = usual;
	m.headers = arena_fmt(a, "%s\n", long_header.s);
	CHECK(mail_text(a, &m, &text) == RC_OK);
	m.headers = arena_fmt(a, "%sy\n", long_header.s);
	CHECK(mail_text(a, &m, &text) == RC_INVALID);
}

int
main(void)
{
	struct arena a;
	const char *text;

	arena_init(&a, 64 << 20);
	CHECK(clock_zone("Asia/Seoul") == RC_OK);
	subjects(&a);
	names(&a);
	refused(&a);
	CHECK(mail_text(&a, &usual, &text) == RC_OK);
	CHECK(strcmp(text, "From: =?UTF-8?B?7Lac7LK1?=\r\n <event@example.kr>\r\nTo: a@example.kr\r\n"
	    "Subject: =?UTF-8?B?KOq0keqzoCnsoJzrqqk=?=\r\nDate: Sun, 22 Nov 2026 19:00:00 +0900\r\n"
	    "Message-ID: <1@example.kr>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n67O466y4DQo=\r\n") == 0);
	arena_free(&a);
	return DONE();
}
