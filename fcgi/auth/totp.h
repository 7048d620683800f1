#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* totp.h - the second factor: codes of an authenticator app, RFC 6238 with the values that all
 * apps know (SHA-1, 6 digits, 30 seconds), and how its secret is kept.
 *
 * A secret is 160 random bits, shown once as base32 (RFC 4648 6) and stored sealed under
 * totp_key, bound to the account's subject (crypto_seal()). */
#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"

struct arena;

enum { TOTP_SECRET_LEN = 20, TOTP_DIGITS = 6, TOTP_STEP_S = 30, TOTP_DRIFT = 1 };

/* A new secret as base32, 32 letters. */
const char *totp_create(struct arena *);

/* The stored form of a base32 secret, and back. NULL: no base32 of 16 to 64 bytes; RC_DB: what is
 * stored does not open (another totp_key, another account). */
const char *totp_seal(struct arena *, const char *key, const char *subject, const char *base32);
[[nodiscard]] enum rc totp_open(struct arena *, const char *key, const char *subject,
    const char *stored, const char **ret_base32);

/* The step that a code belongs to, of those at most TOTP_DRIFT away from now and after the step
 * `used`; 0: the code is not one of them. Spaces in the code do not count. */
int64_t totp_step(struct arena *, const char *base32, const char *code, int64_t now_s,
    int64_t used);

/* The code of a step, RFC 4226 5.3. False: base32 is no secret. */
bool totp_code(struct arena *, const char *base32, int64_t step, char ret[TOTP_DIGITS + 1]);

/* otpauth://totp/... as apps read it from the picture. */
const char *totp_uri(struct arena *, const char *base32, const char *site, const char *email);
