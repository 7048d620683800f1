#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* str.h - the few questions about text that libc does not answer. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, <= U+10FFFF) without U+0000. */
bool str_utf8(const char *s, size_t len);

/* Code points in well-formed UTF-8. */
size_t str_points(const char *s);

/* Whole string is a decimal int64: optional '-', digits, no leading zeros, no spaces. */
bool str_int(const char *s, int64_t *ret);

/* An e-mail address that is safe in SMTP and in headers: local@domain, ASCII 0x21..0x7e, at
 * most 254 bytes, one '@', dot-atom local part of at most 64 bytes (RFC 5321 4.1.2, 4.5.3.1), a
 * domain of LDH labels with at least one dot. */
bool str_email(const char *s);

/* Lower-case ASCII copy: addresses are compared and stored this way. */
char *str_lower(struct arena *, const char *s);

/* True for a control character (C0, DEL, C1) anywhere in UTF-8 text. */
bool str_control(const char *s);

/* True for a character that is not seen or turns the direction of others (zero width, bidi
 * controls, Hangul fillers) anywhere in UTF-8 text: names that look alike or like nothing. */
bool str_hidden(const char *s);

/* True if s begins with prefix. */
bool str_prefix(const char *s, const char *prefix);
