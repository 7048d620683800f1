#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* erase.h - a customer who is gone: nothing here names him any more.
 *
 * Deleted: consents, mails, check-ins, rewards he was owed. Rewards that were reserved for him and
 * not received go back to the stock. Rewards that he received stay in the books, with the day they
 * were earned on, of a customer without a name, whose row stays so that its id is nobody else's. For a day a hash of his subject is kept, so that a
 * token which is still valid does not bring him back. */
#include <stdint.h>

#include "base/rc.h"

struct arena;
struct db;

/* Inside a write; RC_OK also for somebody who never was here. */
[[nodiscard]] enum rc erase_customer(struct db *, struct arena *, const char *issuer,
    const char *subject, int64_t now_ms);

/* RC_UNAUTH for somebody who was erased within a day, else RC_OK. */
[[nodiscard]] enum rc erase_check(struct db *, struct arena *, const char *issuer,
    const char *subject);
