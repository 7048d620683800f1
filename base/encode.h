#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* encode.h - bytes as text: base64, base64url, base32. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* base64url without padding (RFC 4648 5). Decoding is strict: no '=', no other character, and
 * the unused bits of the last character must be zero; false otherwise. */
char *base64url_encode(struct arena *, const void *, size_t len);
bool base64url_decode(struct arena *, const char *s, size_t len, uint8_t **ret, size_t *ret_len);

/* base64 with padding (RFC 4648 4): mails. */
char *base64_encode(struct arena *, const void *, size_t len);

/* Crockford base32 of n bytes, upper case, in groups of four: what people read out. */
char *base32_groups(struct arena *, const uint8_t *, size_t len);
