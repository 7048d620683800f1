#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* db.h - the seam between typed queries (db/queries, generated into query.h) and an engine.
 *
 * Nothing but db_sqlite.c includes sqlite3.h. Open after fork(), never before: a SQLite
 * connection must not cross one. A connection belongs to one thread at a time. */
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"

struct db;

enum coltype { COL_INT, COL_TEXT };
struct column { const char *name; enum coltype type; size_t off; };
struct query {
	const char *name, *sql;
	const struct column *out;
	int id, nin, nout;       /* id: place in the connection's table of statements */
	size_t row;              /* sizeof the row's struct */
};
struct value { enum coltype type; int64_t i; const char *s; };

static inline struct value db_int(int64_t i) { return (struct value){ COL_INT, i, NULL }; }
static inline struct value db_text(const char *s) { return (struct value){ COL_TEXT, 0, s }; }

/* READ cannot change the database; WRITE is for the writer, the jobs and the tools. */
enum db_mode { DB_READ, DB_WRITE };

/* Which of the two databases: its application_id and migrations. */
enum db_domain { DB_AUTH, DB_ATTEND, DB_DOMAIN_MAX };

/* Opens an existing database of the domain at the schema version of this program, else
 * RC_CONFIG; *ret_error (static storage, may be NULL) then says what to do. */
[[nodiscard]] enum rc db_open(struct db **ret, const char *path, enum db_domain, enum db_mode,
    const char **ret_error);
struct db *db_close(struct db *);            /* NULL in, NULL out */
const char *db_error(const struct db *);     /* the engine's last words, for the log */

/* One row: RC_NOTFOUND for none, RC_DB for two. Rows live in the arena. Text inputs may be
 * NULL (SQL NULL); a NULL integer reads as 0, a NULL text as NULL. RC_CONFLICT: a key or a
 * CHECK of the schema said no. RC_BUSY: another program holds the database. */
[[nodiscard]] enum rc db_one(struct db *, struct arena *, const struct query *,
    const struct value *in, void *ret);
[[nodiscard]] enum rc db_many(struct db *, struct arena *, const struct query *,
    const struct value *in, void **ret, size_t *ret_n);
/* ret_changes may be NULL. */
[[nodiscard]] enum rc db_exec(struct db *, struct arena *, const struct query *,
    const struct value *in, int64_t *ret_changes);

/* The id of the row that this connection's last INSERT has made. */
int64_t db_last_id(const struct db *);

/* What a domain remembers with a connection, made of memory of its own; NULL at first. */
struct db_memo { struct arena arena; const void *what; };
struct db_memo *db_memo(struct db *);

/* Several reads from one snapshot. db_snapshot_end takes a connection without one too. */
[[nodiscard]] enum rc db_snapshot(struct db *);
void db_snapshot_end(struct db *);

/* A write transaction as a function, for programs with one thread (jobs, tools): takes the
 * write lock between processes, BEGIN IMMEDIATE, fn, COMMIT. fn's rc other than RC_OK rolls
 * back and is returned. RC_UNKNOWN: the commit failed, it may or may not be on disk.
 * Request threads use writer_run() (db/writer.h), which commits many at once. */
typedef enum rc write_fn(struct db *, struct arena *, void *arg);
[[nodiscard]] enum rc db_write(struct db *, struct arena *, write_fn *, void *arg);

/* Prepares every query of a domain and compares inputs, columns and names with the SQL. */
[[nodiscard]] enum rc db_check(struct db *, const struct query *const *all, const char **ret_bad);
