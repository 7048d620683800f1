#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* second_factor.h - asking for the code of an authenticator app (totp.h), wherever one is due. */
#include <stdbool.h>

#include "web/http.h"

struct account_find;

enum second_factor_at { AT_SIGN_IN, AT_RESET, AT_ACCOUNT };

bool second_factor_set(const struct account_find *);

/* The code of an account that has a second factor. Wrong ones are counted where they are given, so
 * that who knows the password and guesses codes at the sign-in holds up nobody who has the
 * mailbox, a session or a known device: device is the proof shown at a sign-in (attempt.h) or NULL.
 * RC_CODE: not the one, or used before.
 * RC_TOO_MANY: after too many wrong ones, unseen. RC_DB: its secret cannot be opened (totp_key was
 * changed). */
[[nodiscard]] enum rc second_factor_check(struct req *, const struct account_find *,
    enum second_factor_at, const char *device, const char *code);

/* Between password and code: the cookie "second" says whose password was right, for five minutes
 * and while that password stays. RC_UNAUTH: nobody's. */
void second_factor_ask(struct req *, const struct account_find *);
[[nodiscard]] enum rc second_factor_who(struct req *, struct account_find *ret);
void second_factor_forget(struct req *);
