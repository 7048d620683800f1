#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* jwks.h - public keys of a JWK set (RFC 7517), found by kid. Not safe from several threads
 * while it changes. */
#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

struct rsa;

enum { JWKS_MAX = 16 };                      /* further keys of a set are passed over */
enum { JWKS_TEXT_MAX = 64 << 10 };

struct jwks {
	struct { char *kid; struct rsa *rsa; } key[JWKS_MAX];
	size_t n;
};

/* RC_CONFIG unless the text holds a set with at least one RS256 key. named: keys without a kid are
 * passed over; otherwise such a one has the kid "". */
[[nodiscard]] enum rc jwks_parse(struct jwks *ret, const char *s, size_t len, bool named);

/* The same from a file; keys need a kid there. */
[[nodiscard]] enum rc jwks_read(struct jwks *ret, const char *path);
const struct rsa *jwks_find(const struct jwks *, const char *kid);   /* or NULL */
void jwks_free(struct jwks *);               /* leaves an empty set */
