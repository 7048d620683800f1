#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* jwt_keys.h - the folder of signing keys and the JWK set: how keys come, sign and go.
 *
 * A key is published as soon as it is made and signs PUBLISH_S later, when whoever keeps a copy
 * of the set has seen it; then the one before it only verifies, and may go RETIRE_S later, long
 * after the last token that it signed has run out. jwt_keys_create() is in jwt.h. */
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct arena;
struct rsa;

enum { KEYS_MAX = 16, KID_MAX = 128, PUBLISH_S = 600, RETIRE_S = 3600 };

struct jwt_keys {
	struct jwt_key {
		char kid[KID_MAX + 1];
		int64_t made_s;          /* by its kid; 0 if that tells nothing */
		struct rsa *rsa;
	} key[KEYS_MAX];                 /* oldest first */
	size_t n;
};

/* All PEM keys of a folder; there may be none. RC_CONFIG: folder or a file cannot be read. */
[[nodiscard]] enum rc jwt_keys_read(struct jwt_keys *ret, const char *folder,
    const char **ret_error);
void jwt_keys_free(struct jwt_keys *);

/* Which one signs at a time: the newest that was published for long enough, else the oldest. */
size_t jwt_keys_signing(const struct jwt_keys *, int64_t now_s);

/* The public halves as a JWK set (RFC 7517). */
const char *jwt_keys_set(const struct jwt_keys *, struct arena *);

/* Makes the next key, unless one is already waiting for its time, and removes those that have
 * retired. What an earlier call left unfinished is put right. */
[[nodiscard]] enum rc jwt_keys_rotate(const char *folder, const char *jwks_path,
    const char **ret_error);

/* Removes a key at once, for one that is known to others; if it signs, another takes over.
 * RC_CONFLICT: it is the only one. RC_NOTFOUND: neither the folder nor the set has it. */
[[nodiscard]] enum rc jwt_keys_remove(const char *folder, const char *jwks_path, const char *kid,
    const char **ret_error);
