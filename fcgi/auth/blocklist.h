#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* blocklist.h - passwords that nobody may choose, from a file of the operator's: lists of breached
 * passwords, names of his products. One a line, UTF-8; capitals do not count. */
#include <stdbool.h>

#include "base/rc.h"

struct blocklist;

/* path "": an empty list. RC_CONFIG: *ret_error. At most 32 MiB. Safe from many threads. */
[[nodiscard]] enum rc blocklist_open(struct blocklist **ret, const char *path,
    const char **ret_error);
struct blocklist *blocklist_close(struct blocklist *);       /* NULL in, NULL out */
bool blocklist_has(const struct blocklist *, const char *password);
