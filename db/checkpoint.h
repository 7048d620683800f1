#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.h - copies the WAL back into the database beside the commits, so that nobody waits for it.
 *
 * A thread with connections of its own copies what the WAL had when it was woken, while the writer goes
 * on. The WAL begins anew only when all of it is copied and nobody reads it: what a copy has left
 * over, when it is little, is copied by the writer's thread itself, now and then. */
#include <stdbool.h>

#include "db/db.h"

struct checkpoint;

/* path: of a database that is open. */
[[nodiscard]] enum rc checkpoint_open(struct checkpoint **ret, const char *path);

/* After a transaction of this connection, still under the write lock. */
void checkpoint_commit(struct checkpoint *, struct db *);

/* Whether enough was left over to be copied in a pause. */
bool checkpoint_wanted(const struct checkpoint *, struct db *);

/* In a pause, under the write lock: copies all there is, here and now. */
void checkpoint_pause(struct checkpoint *);

/* Waits for the end of a copy. */
struct checkpoint *checkpoint_close(struct checkpoint *);
