#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h - what db/ itself needs of an engine: the lock between processes, the parts of a
 * transaction, checkpoints. Nothing outside db/ includes this. */
#include <stdbool.h>

#include "db/db.h"
#include "db/lock.h"

[[nodiscard]] enum rc engine_open(struct db **ret, const char *path, enum db_mode, bool create);
int engine_application_id(enum db_domain);
int engine_pragma(struct db *, const char *sql);         /* one integer, or -1 */
[[nodiscard]] enum rc engine_script(struct db *, const char *sql);       /* migrations */

/* The write lock between processes: sleeps until it is free. Aborts if there can be none. */
int engine_lock_fd(const struct db *);
static inline void engine_lock(struct db *db) { lock_take(engine_lock_fd(db)); }
static inline void engine_unlock(struct db *db) { lock_give(engine_lock_fd(db)); }

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

/* The WAL as a connection knows it. */
struct engine_wal {
	int pages;               /* since it began anew, after the last commit */
	bool grew;               /* by the last transaction */
	_Atomic int copied;      /* of these, after its last engine_copy() */
};
struct engine_wal *engine_wal(struct db *);

/* Pages that were not copied, as far as the connection that copies knows. */
static inline int
engine_wal_left(const struct engine_wal *wal, const struct engine_wal *copier)
{
	int copied = copier->copied;

	return wal->pages >= copied ? wal->pages - copied : wal->pages;
}

/* So many pages are copied in a pause. */
enum { WAL_SOME = 1000 };

/* How many times as much WAL a large database gets (4, else 1), as it is when it is opened: there each write is on a
 * page of its own. */
int engine_factor(const struct db *);

/* Copies the WAL back (a passive checkpoint). One of all connections and processes does at a time:
 * engine_copy_take() is false while another one does; it is asked under the write lock only, and the
 * lock is kept until engine_copy() has returned (checkpoint.h tells when not). After an error of the disk this
 * connection is broken and copies no more. */
static inline bool engine_copy_take(struct db *db) { return lock_copy_take(engine_lock_fd(db)); }
static inline void engine_copy_give(struct db *db) { lock_copy_give(engine_lock_fd(db)); }
void engine_copy(struct db *);
const char *engine_path(const struct db *);      /* of its file; lives as long as the connection */

/* Sees to it that what was copied is on disk. SQLite does that itself, but only in the copy after which
 * nothing is left, which may then be one that others wait for. After an error this connection copies no more. */
void engine_flush(struct db *);
