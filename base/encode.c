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

/* What each letter stands for; false if one stands for nothing. Computed rather than looked up, so
 * that secrets leave no trace in the cache, and without branches, many at a time (see Makefile). */
static bool
base64url_values(const int8_t *s, size_t len, int8_t *ret)
{
	int8_t bad = 0, c, v;
	size_t i;

	for (i = 0; i < len; i++) {
		c = s[i];
		v = -1;
		v = (int8_t)(c >= 'A' && c <= 'Z' ? c - 'A' : v);
		v = (int8_t)(c >= 'a' && c <= 'z' ? c - 'a' + 26 : v);
		v = (int8_t)(c >= '0' && c <= '9' ? c - '0' + 52 : v);
		v = (int8_t)(c == '-' ? 62 : v);
		v = (int8_t)(c == '_' ? 63 : v);
		bad |= v;
		ret[i] = v;
	}
	return bad >= 0;
}

bool
base64url_decode(struct arena *a, const char *s, size_t len, uint8_t **ret, size_t *ret_len)
{
	int8_t *v = arena_alloc(a, len + 1, 1);
	uint8_t *data, *p;
	uint32_t word;
	size_t i;

	if (len % 4 == 1 || !base64url_values((const int8_t *)s, len, v))
		return false;
	/* One byte more, and zero: a decoded text is a C string. */
	p = data = arena_alloc(a, len / 4 + 1, 3);
	for (i = 0; i + 4 <= len; i += 4) {
		word = (uint32_t)(v[i] << 18 | v[i + 1] << 12 | v[i + 2] << 6 | v[i + 3]);
		*p++ = (uint8_t)(word >> 16);
		*p++ = (uint8_t)(word >> 8);
		*p++ = (uint8_t)word;
	}
	/* Two letters more are a byte and four bits, three are two bytes and two bits, all of them 0. */
	if (len % 4 == 2) {
		word = (uint32_t)(v[i] << 6 | v[i + 1]);
		*p++ = (uint8_t)(word >> 4);
		if ((word & 15) != 0)
			return false;
	} else if (len % 4 == 3) {
		word = (uint32_t)(v[i] << 12 | v[i + 1] << 6 | v[i + 2]);
		*p++ = (uint8_t)(word >> 10);
		*p++ = (uint8_t)(word >> 2);
		if ((word & 3) != 0)
			return false;
	}
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
