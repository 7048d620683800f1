#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* terms.h - the terms and the privacy notice in force: where they are, and who has accepted them.
 * Acceptances are a ledger, a row for each document and version. */
#include <stdbool.h>

#include "web/http.h"

/* Addresses of both documents: the shop's own, or the pages of this host. */
const char *terms_url(const struct req *);
const char *privacy_url(const struct req *);

/* Has this account accepted the versions in force? */
[[nodiscard]] enum rc terms_current(struct req *, int64_t account_id, bool *ret);

/* Inside a write: it does so now; or it did when it signed up, with these versions. */
[[nodiscard]] enum rc terms_accept(struct req *, struct db *, int64_t account_id);
[[nodiscard]] enum rc terms_accepted(struct db *, struct arena *, int64_t account_id,
    const char *terms, const char *privacy);
