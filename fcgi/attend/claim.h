#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* claim.h - claiming a granted reward, for the API and for the page alike. */
#include "progress.h"

struct req;

/* granted becomes claimed; asked again it is no error. RC_NOTFOUND: no such grant of r->who;
 * RC_CONFLICT with r->reason "owed" or "revoked". */
[[nodiscard]] enum rc claim(struct req *r, int64_t id, struct progress_grant *ret);
