#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.h - copies the WAL back into the database, so that nobody waits for it.
 *
 * In a pause a thread with a connection of its own copies it. In a rush nothing is copied, for each page that is
 * written to the database is one that a commit waits for, until the WAL is large; then that thread copies
 * what there is while the writer goes on. The WAL begins anew only when all of it is copied and nobody reads it:
 * what a copy has left over, when it is little, is copied by the writer's thread itself, and all of it when the
 * WAL is four times as large. */
#include <stdbool.h>

#include "db/db.h"

struct checkpoint;

/* path: of a database that is open; large: pages of the WAL, in a database that is small
 * (engine_factor()). */
[[nodiscard]] enum rc checkpoint_open(struct checkpoint **ret, const char *path, int large);

/* After a transaction of this connection, still under the write lock. Says in the log when somebody reads for
 * so long that the WAL cannot begin anew, and when the disk has refused a copy. */
void checkpoint_commit(struct checkpoint *, struct db *);

/* Whether enough was left over to be copied in a pause. */
bool checkpoint_wanted(const struct checkpoint *, struct db *);

/* In a pause, under the write lock: has all copied that there is. */
void checkpoint_pause(struct checkpoint *);

/* Waits for the end of a copy. */
struct checkpoint *checkpoint_close(struct checkpoint *);

/* A copy beside everybody's commits. copy_begin() under the write lock, right after a commit; false when somebody
 * copies already. Then copy_run(), in any one thread, without the lock. copier: a connection that may write. */
struct copy { struct db *copier, *guard; };
bool copy_begin(struct copy *, struct db *copier);
void copy_run(struct copy *);
