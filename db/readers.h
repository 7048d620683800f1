#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* readers.h - the connections that request threads read with.
 *
 * Many requests are open at once and few of them read at once, so a request borrows a connection, and the
 * one that was used last is lent first: its cache holds what the next one needs too. */
#include "db/db.h"

struct readers;

/* Opens the first; the others follow as they are needed. Errors as of db_open(). */
[[nodiscard]] enum rc readers_open(struct readers **ret, const char *path, enum db_domain,
    const char **ret_error);

/* Never fails: where no further one can be opened, it waits for one that is given back. */
struct db *readers_take(struct readers *);
void readers_give(struct readers *, struct db *);

/* All must have been given back. */
struct readers *readers_close(struct readers *);
