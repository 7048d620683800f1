/* SPDX-License-Identifier: Apache-2.0 */
/* str.c - checks of text that came from outside: UTF-8, integers, e-mail addresses.
 *
 * No function here looks at the locale. Cutting, joining and formatting are arena.h and buf.h. */
#include "base/str.h"

#include <string.h>

#include "base/arena.h"

/* Well-formed sequences, RFC 3629 section 4. Columns: first byte from..to, bytes in all, second
 * byte from..to; a third and a fourth are 80..bf. */
static const struct { uint8_t from, to, len, lo, hi; } sequences[] = {
	{ 0x01, 0x7f, 1, 0,    0 },
	{ 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf },
	{ 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f },
	{ 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf },
	{ 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

/* Length of the sequence that s begins with, 0 if it is not well-formed. */
static size_t
sequence(const uint8_t *s, size_t len)
{
	size_t i, j;

	for (i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		if (*s < sequences[i].from || *s > sequences[i].to)
			continue;
		if (sequences[i].len > len)
			return 0;
		if (sequences[i].len > 1 && (s[1] < sequences[i].lo || s[1] > sequences[i].hi))
			return 0;
		for (j = 2; j < sequences[i].len; j++)
			if ((s[j] & 0xc0) != 0x80)
				return 0;
		return sequences[i].len;
	}
	return 0;
}

/* Eight characters from 1 to 0x7f, as most are: taking one from each borrows where there is a NUL. */
static bool
is_ascii(uint64_t eight)
{
	return ((eight | (eight - 0x0101010101010101)) & 0x8080808080808080) == 0;
}

bool
str_utf8(const char *s, size_t len)
{
	size_t at = 0, n;
	uint64_t eight;

	while (at < len) {
		if (len - at >= sizeof(eight) && (memcpy(&eight, s + at, sizeof(eight)), is_ascii(eight)))
			n = sizeof(eight);
		else if ((n = sequence((const uint8_t *)s + at, len - at)) == 0)
			return false;
		at += n;
	}
	return true;
}

size_t
str_points(const char *s)
{
	size_t n;

	for (n = 0; *s != '\0'; s++)
		n += ((uint8_t)*s & 0xc0) != 0x80;
	return n;
}

bool
str_int(const char *s, int64_t *ret)
{
	bool minus = *s == '-';
	int64_t v = 0;

	s += minus;
	if (*s == '\0' || (*s == '0' && (s[1] != '\0' || minus)))
		return false;
	/* Counted downwards, since the smallest value has no positive counterpart. */
	for (; *s != '\0'; s++)
		if (*s < '0' || *s > '9' || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, *s - '0', &v))
			return false;
	if (!minus && v == INT64_MIN)
		return false;
	*ret = minus ? v : -v;
	return true;
}

static bool
letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Dot-atom: runs of atext with single dots between them. */
static bool
email_local(const char *s, size_t len)
{
	static const char marks[] = "!#$%&'*+-/=?^_`{|}~";
	size_t i;

	if (len < 1 || len > 64 || s[0] == '.' || s[len - 1] == '.')
		return false;
	for (i = 0; i < len; i++) {
		if (s[i] == '.' ? s[i + 1] == '.' :
		    !letter_or_digit(s[i]) && memchr(marks, s[i], sizeof(marks) - 1) == NULL)
			return false;
	}
	return true;
}

static bool
email_domain(const char *s)
{
	size_t labels, len, i;

	for (labels = 0;; labels++) {
		len = strcspn(s, ".");
		if (len < 1 || len > 63 || s[0] == '-' || s[len - 1] == '-')
			return false;
		for (i = 0; i < len; i++)
			if (!letter_or_digit(s[i]) && s[i] != '-')
				return false;
		if (s[len] == '\0')
			return labels > 0;
		s += len + 1;
	}
}

bool
str_email(const char *s)
{
	const char *at = strchr(s, '@');

	return at != NULL && strnlen(s, 255) <= 254 && email_local(s, (size_t)(at - s)) &&
	    email_domain(at + 1);
}

char *
str_lower(struct arena *a, const char *s)
{
	char *lower = arena_str(a, s), *p;

	for (p = lower; p != NULL && *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return lower;
}

bool
str_control(const char *s)
{
	const uint8_t *p;

	for (p = (const uint8_t *)s; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f))
			return true;
	return false;
}

bool
str_hidden(const char *s)
{
	static const struct { uint32_t first, last; } ranges[] = {
		{ 0x00ad, 0x00ad }, { 0x115f, 0x1160 }, { 0x180e, 0x180e }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },
	};
	const uint8_t *p = (const uint8_t *)s;
	uint32_t c;
	size_t i;

	for (; *p != '\0'; p++) {
		/* Only two- and three-byte characters are in the list. */
		if ((*p & 0xe0) == 0xc0)
			c = (uint32_t)(*p & 0x1f) << 6 | (p[1] & 0x3f);
		else if ((*p & 0xf0) == 0xe0)
			c = (uint32_t)(*p & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
		else
			continue;
		for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
			if (c >= ranges[i].first && c <= ranges[i].last)
				return true;
	}
	return false;
}

bool
str_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}
