/* SPDX-License-Identifier: Apache-2.0 */
/* encode.c - bytes as text, and back. */
#include "base/encode.h"

#include <string.h>

#include "base/arena.h"

static const char base64url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *
base64url_encode(struct arena *a, const void *data, size_t len)
{
	const uint8_t *p = data;
	char *text = arena_alloc(a, len / 3 + 1, 4), *q = text;
	uint32_t bits = 0;
	int n = 0;

	for (; len > 0; len--) {
		bits = bits << 8 | *p++;
		for (n += 8; n >= 6; n -= 6)
			*q++ = base64url[bits >> (n - 6) & 63];
	}
	if (n > 0)
		*q++ = base64url[bits << (6 - n) & 63];
	*q = '\0';
	return text;
}

/* The other alphabet's two last letters, and padding. */
char *
base64_encode(struct arena *a, const void *data, size_t len)
{
	char *text = base64url_encode(a, data, len), *padded, *q;
	size_t n = strlen(text);

	padded = arena_alloc(a, n + 4, 1);
	memcpy(padded, text, n);
	for (q = padded; *q != '\0'; q++)
		*q = (char)(*q == '-' ? '+' : *q == '_' ? '/' : *q);
	while (n++ % 4 != 0)
		*q++ = '=';
	return padded;
}

/* Computed rather than looked up, so that secrets leave no trace in the cache. */
static int
base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool
base64url_decode(struct arena *a, const char *s, size_t len, uint8_t **ret, size_t *ret_len)
{
	uint32_t bits = 0;
	uint8_t *data, *p;
	size_t i;
	int n = 0, v;

	if (len % 4 == 1)
		return false;
	/* One byte more, and zero: a decoded text is a C string. */
	p = data = arena_alloc(a, len / 4 + 1, 3);
	for (i = 0; i < len; i++) {
		if ((v = base64url_value(s[i])) < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		if ((n += 6) >= 8) {
			n -= 8;
			*p++ = (uint8_t)(bits >> n);
		}
	}
	if ((bits & ((1U << n) - 1)) != 0)
		return false;
	*ret = data;
	*ret_len = (size_t)(p - data);
	return true;
}

char *
base32_groups(struct arena *a, const uint8_t *data, size_t len)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char *text = arena_alloc(a, len + 1, 2), *q = text;
	uint32_t bits = 0;
	size_t at, letters = (len * 8 + 4) / 5;
	int n = 0;

	for (at = 0; at < letters; at++) {
		if (n < 5) {
			bits = bits << 8 | (len > 0 ? *data : 0);
			n += 8;
			if (len > 0)
				data++, len--;
		}
		n -= 5;
		if (at > 0 && at % 4 == 0)
			*q++ = '-';
		*q++ = alphabet[bits >> n & 31];
	}
	*q = '\0';
	return text;
}
