#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - what db/ itself needs of an engine: the lock between processes, the parts of a
 * transaction, checkpoints. Nothing outside db/ includes this. */
#include <stdbool.h>

#include "db/db.h"

[[nodiscard]] enum rc engine_open(struct db **ret, const char *path, enum db_mode, bool create);
int engine_application_id(enum db_domain);
int engine_pragma(struct db *, const char *sql);         /* one integer, or -1 */
[[nodiscard]] enum rc engine_script(struct db *, const char *sql);       /* migrations */

/* The write lock between processes: sleeps until it is free. Aborts if there can be none. */
void engine_lock(struct db *);
void engine_unlock(struct db *);

/* RC_BUSY: a program that does not know the lock holds the database. */
[[nodiscard]] enum rc engine_begin(struct db *);
void engine_rollback(struct db *);
/* RC_UNKNOWN: it may or may not be on disk; the connection is broken from here on. */
[[nodiscard]] enum rc engine_commit(struct db *);
bool engine_broken(const struct db *);

/* A savepoint around one job of a group. RC_UNKNOWN: the whole transaction is gone. */
[[nodiscard]] enum rc engine_savepoint(struct db *);
[[nodiscard]] enum rc engine_release(struct db *, bool keep);

/* Rows changed so far by this connection, triggers included; only ever compared. */
int64_t engine_changes(struct db *);
/* False after an error that ends a transaction by itself, such as a full disk. */
bool engine_in_transaction(const struct db *);

/* How many pages the WAL has that were not checkpointed, as this connection knows it. From WAL_SOME on
 * it is time when nobody waits, from WAL_MOST (32 MB) on in any case. */
enum { WAL_SOME = 1000, WAL_MOST = 8000 };
int engine_wal_pages(const struct db *);

/* Under the lock only. */
void engine_checkpoint(struct db *);
