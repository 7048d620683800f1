#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* issuer.h - an identity provider of another make, as one process sees it: its tokens are
 * checked, its addresses known, its keys kept fresh by a thread of their own. Safe from many
 * threads; no request thread ever fetches. */
#include <stdbool.h>

#include "base/rc.h"
#include "web/provider_fetch.h"

struct arena;
struct conf;
struct issuer;
struct json;
struct jwt_verifier;

/* Whether the settings name a provider in place of our own auth host. */
bool issuer_is_foreign(const struct conf *);

/* Starts the thread; call it after the fork. db: the program's database, beside which the files
 * are kept. Opens without a provider and without files too. RC_CONFIG: *ret_error. */
[[nodiscard]] enum rc issuer_open(struct issuer **ret, const struct conf *, const char *db,
    const char **ret_error);
struct issuer *issuer_close(struct issuer *);        /* NULL in, NULL out */

struct jwt_verifier *issuer_verifier(const struct issuer *);

/* RC_NOTFOUND until the provider was reached once. */
[[nodiscard]] enum rc issuer_meta(const struct issuer *, struct arena *,
    struct provider_meta *ret);

/* Asks the provider who the bearer of an access token is (OpenID Connect Core 5.3). RC_IO: no
 * usable answer. RC_BUSY: too many ask. RC_UNAUTH: it refuses the token. */
[[nodiscard]] enum rc issuer_userinfo(struct issuer *, struct arena *, const char *token,
    struct json **ret);
