/* SPDX-License-Identifier: Apache-2.0 */
/* db_sqlite.c - db.h and engine.h over SQLite in WAL mode.
 *
 * Between processes one lock (lock.c) is taken around every write transaction, by every program of ours; no
 * connection checkpoints by itself. checkpoint.c tells why SQLite's WAL-reset race cannot happen.
 *
 * A commit that fails has an unknown outcome (the pages may reach the disk all the same), so
 * the connection is then marked broken and refuses everything. */
#include "db/db.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "db/engine.h"
#include "db/lock.h"
#include "query.h"

enum {
	BUSY_MS = 2000,          /* a foreign program holds the database: then RC_BUSY */
	LARGE_PAGES = 1 << 16,   /* 256 MiB */
	WAL_LIMIT_KIB = 48 << 10,        /* what stays of the file after a checkpoint: writing into it costs less than growing it */
	STATEMENTS = 512,
	MEMO = 16 << 20          /* what a connection may remember */
};
/* Pages kept in memory, in KiB: in a large database the upper pages of its trees alone would fill what is enough
 * for a small one (docs/cost.md). */
static const int cache_kib[2][2] = {     /* [large][mode] */
	{ [DB_READ] = 4 << 10, [DB_WRITE] = 12 << 10 }, { [DB_READ] = 8 << 10, [DB_WRITE] = 32 << 10 },
};
static const int application_id[DB_DOMAIN_MAX] = { [DB_AUTH] = 0x63685f61, [DB_ATTEND] = 0x63685f74 };

/* The parts of transactions: prepared once, as queries are. */
enum step { READ, BEGIN, SAVEPOINT, ROLLBACK_TO, RELEASE, COMMIT, ROLLBACK, STEP_MAX };
static const char *const steps[] = {
	[READ] = "BEGIN", [BEGIN] = "BEGIN IMMEDIATE", [SAVEPOINT] = "SAVEPOINT job",
	[ROLLBACK_TO] = "ROLLBACK TO job", [RELEASE] = "RELEASE job", [COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
};

struct db {
	sqlite3 *conn;
	int lock_fd;             /* FILE.lock; -1 for a reader */
	struct engine_wal wal;
	int factor;
	_Atomic bool broken;     /* the copying thread sets it, the writer looks */
	struct db_memo memo;
	sqlite3_stmt *steps[STEP_MAX];           /* those of a transaction */
	sqlite3_stmt *stmts[STATEMENTS];         /* by query id */
};

static enum rc
rc_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
		return RC_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_FULL:
		return RC_BUSY;
	case SQLITE_CONSTRAINT:
		return RC_CONFLICT;
	default:
		return RC_DB;
	}
}

static int
on_wal(void *arg, sqlite3 *conn, const char *name, int pages)
{
	struct db *db = arg;

	(void)conn, (void)name;
	db->wal.pages = pages;
	db->wal.grew = true;
	return SQLITE_OK;
}

static int
run_text(struct db *db, const char *sql)
{
	return sqlite3_exec(db->conn, sql, NULL, NULL, NULL);
}

static int
run_step(struct db *db, enum step step)
{
	sqlite3_stmt **st = &db->steps[step];
	int code;

	if (*st == NULL && (code = sqlite3_prepare_v3(db->conn, steps[step], -1,
	    SQLITE_PREPARE_PERSISTENT, st, NULL)) != SQLITE_OK)
		return code;
	code = sqlite3_step(*st);
	(void)sqlite3_reset(*st);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

int
engine_pragma(struct db *db, const char *sql)
{
	sqlite3_stmt *st;
	int value = -1;

	if (sqlite3_prepare_v2(db->conn, sql, -1, &st, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(st) == SQLITE_ROW)
		value = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return value;
}

static enum rc
harden(struct db *db, enum db_mode mode)
{
	sqlite3 *c = db->conn;
	char sql[400];

	sqlite3_db_config(c, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(c, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(c, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(c, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	sqlite3_db_config(c, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	if (sqlite3_busy_timeout(c, BUSY_MS) != SQLITE_OK)
		return RC_DB;
	db->factor = engine_pragma(db, "PRAGMA page_count") >= LARGE_PAGES ? 4 : 1;
	snprintf(sql, sizeof(sql),
	    "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;"
	    "PRAGMA secure_delete=ON; PRAGMA mmap_size=0; PRAGMA wal_autocheckpoint=0;"
	    "PRAGMA cache_size=-%d; PRAGMA journal_size_limit=%d; PRAGMA temp_store=MEMORY; PRAGMA query_only=%s",
	    cache_kib[db->factor > 1][mode], db->factor * (WAL_LIMIT_KIB << 10), mode == DB_READ ? "ON" : "OFF");
	if (run_text(db, sql) != SQLITE_OK)
		return RC_DB;
	sqlite3_wal_hook(c, on_wal, db);
	return RC_OK;
}

/* No counting of memory: it costs a lock that all threads share, at each allocation. Statement
 * journals in small pieces, not in 64 KB that are got and given back for each statement. */
static void
configure(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	(void)sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, 64 << 10);
}

/* Whatever its version is; db_open() and db_migrate() look further. */
enum rc
engine_open(struct db **ret, const char *path, enum db_mode mode, bool create)
{
	struct db *db = calloc(1, sizeof(*db));
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (db == NULL)
		abort();
	pthread_once(&once, configure);
	db->lock_fd = -1;
	arena_init(&db->memo.arena, MEMO);
	if (sqlite3_open_v2(path, &db->conn, flags, NULL) != SQLITE_OK || harden(db, mode) != RC_OK ||
	    (mode == DB_WRITE && (db->lock_fd = lock_open(path)) < 0)) {
		db_close(db);
		return RC_DB;
	}
	if (db->lock_fd >= 0)
		lock_in_use(db->lock_fd);
	sqlite3_extended_result_codes(db->conn, 1);
	*ret = db;
	return RC_OK;
}

struct db *
db_close(struct db *db)
{
	size_t i;

	if (db == NULL)
		return NULL;
	for (i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(db->stmts[i]);
	for (i = 0; i < STEP_MAX; i++)
		sqlite3_finalize(db->steps[i]);
	sqlite3_close(db->conn);
	arena_free(&db->memo.arena);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	free(db);
	return NULL;
}

const char *
db_error(const struct db *db)
{
	return sqlite3_errmsg(db->conn);
}

static sqlite3_stmt *
prepared(struct db *db, const struct query *q)
{
	if (q->id >= STATEMENTS)
		abort();
	if (db->stmts[q->id] == NULL)
		sqlite3_prepare_v3(db->conn, q->sql, -1, SQLITE_PREPARE_PERSISTENT,
		    &db->stmts[q->id], NULL);
	return db->stmts[q->id];
}

static enum rc
start(struct db *db, const struct query *q, const struct value *in, sqlite3_stmt **ret)
{
	sqlite3_stmt *st;
	int i, code = SQLITE_OK;

	if (db->broken || (st = prepared(db, q)) == NULL)
		return RC_DB;
	for (i = 0; i < q->nin && code == SQLITE_OK; i++)
		code = in[i].type == COL_INT ? sqlite3_bind_int64(st, i + 1, in[i].i) :
		    in[i].s == NULL ? sqlite3_bind_null(st, i + 1) :
		    sqlite3_bind_text(st, i + 1, in[i].s, -1, SQLITE_STATIC);
	if (code != SQLITE_OK)
		return rc_of(code);
	*ret = st;
	return RC_OK;
}

static void
stop(sqlite3_stmt *st)
{
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

static void
row(sqlite3_stmt *st, struct arena *a, const struct query *q, char *ret)
{
	int i;

	for (i = 0; i < q->nout; i++) {
		void *field = ret + q->out[i].off;

		if (q->out[i].type == COL_INT)
			*(int64_t *)field = sqlite3_column_int64(st, i);
		else {
			const char *s = (const char *)sqlite3_column_text(st, i);

			*(const char **)field = s == NULL ? NULL :
			    arena_strn(a, s, (size_t)sqlite3_column_bytes(st, i));
		}
	}
}

enum rc
db_many(struct db *db, struct arena *a, const struct query *q, const struct value *in,
    void **ret, size_t *ret_n)
{
	sqlite3_stmt *st;
	char *rows = NULL;
	size_t n = 0, cap = 0;
	enum rc rc;
	int code;

	if ((rc = start(db, q, in, &st)) != RC_OK)
		return rc;
	while ((code = sqlite3_step(st)) == SQLITE_ROW) {
		if (n == cap) {
			cap = cap * 2 + 4;
			rows = arena_grow(a, rows, n * q->row, cap * q->row);
		}
		row(st, a, q, rows + n++ * q->row);
	}
	stop(st);
	if (code != SQLITE_DONE)
		return rc_of(code);
	*ret = rows;
	*ret_n = n;
	return RC_OK;
}

enum rc
db_one(struct db *db, struct arena *a, const struct query *q, const struct value *in, void *ret)
{
	sqlite3_stmt *st;
	enum rc rc;
	int code;

	if ((rc = start(db, q, in, &st)) != RC_OK)
		return rc;
	code = sqlite3_step(st);
	if (code == SQLITE_ROW) {
		row(st, a, q, ret);
		code = sqlite3_step(st);
		rc = code == SQLITE_DONE ? RC_OK : code == SQLITE_ROW ? RC_DB : rc_of(code);
	} else
		rc = code == SQLITE_DONE ? RC_NOTFOUND : rc_of(code);
	stop(st);
	return rc;
}

enum rc
db_exec(struct db *db, struct arena *a, const struct query *q, const struct value *in,
    int64_t *ret_changes)
{
	sqlite3_stmt *st;
	enum rc rc;
	int code;

	(void)a;
	if ((rc = start(db, q, in, &st)) != RC_OK)
		return rc;
	while ((code = sqlite3_step(st)) == SQLITE_ROW)
		;
	stop(st);
	if (code != SQLITE_DONE)
		return rc_of(code);
	if (ret_changes != NULL)
		*ret_changes = sqlite3_changes64(db->conn);
	return RC_OK;
}

int64_t
db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->conn);
}

struct db_memo *
db_memo(struct db *db)
{
	return &db->memo;
}

enum rc
db_snapshot(struct db *db)
{
	return rc_of(run_step(db, READ));
}

void
db_snapshot_end(struct db *db)
{
	if (!sqlite3_get_autocommit(db->conn))
		run_step(db, ROLLBACK);
}

int
engine_lock_fd(const struct db *db)
{
	return db->lock_fd;
}

enum rc
engine_begin(struct db *db)
{
	db->wal.grew = false;
	return db->broken ? RC_BUSY : rc_of(run_step(db, BEGIN));
}

enum rc
engine_savepoint(struct db *db)
{
	return rc_of(run_step(db, SAVEPOINT));
}

enum rc
engine_release(struct db *db, bool keep)
{
	/* A full disk or an I/O error ends the transaction by itself: then there is no savepoint. */
	if (sqlite3_get_autocommit(db->conn))
		return RC_UNKNOWN;
	if (!keep && run_step(db, ROLLBACK_TO) != SQLITE_OK)
		return RC_UNKNOWN;
	return run_step(db, RELEASE) == SQLITE_OK ? RC_OK : RC_UNKNOWN;
}

enum rc
engine_commit(struct db *db)
{
	int code = sqlite3_get_autocommit(db->conn) ? SQLITE_ABORT : run_step(db, COMMIT);

	if (code == SQLITE_OK)
		return RC_OK;
	db->broken = true;
	return RC_UNKNOWN;
}

void
engine_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->conn) && run_step(db, ROLLBACK) != SQLITE_OK)
		db->broken = true;
}

bool
engine_broken(const struct db *db)
{
	return db->broken;
}

int64_t
engine_changes(struct db *db)
{
	return sqlite3_total_changes64(db->conn);
}

bool
engine_in_transaction(const struct db *db)
{
	return !sqlite3_get_autocommit(db->conn);
}

struct engine_wal *
engine_wal(struct db *db)
{
	return &db->wal;
}

int
engine_factor(const struct db *db)
{
	return db->factor;
}

const char *
engine_path(const struct db *db)
{
	return sqlite3_db_filename(db->conn, "main");
}

void
engine_copy(struct db *db)
{
	int copied, code;

	if (db->broken)
		return;
	code = sqlite3_wal_checkpoint_v2(db->conn, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, &copied);
	if (code == SQLITE_OK)
		db->wal.copied = copied;
	db->broken = (code & 0xff) == SQLITE_IOERR;
}

void
engine_flush(struct db *db)
{
	sqlite3_file *file;

	if (sqlite3_file_control(db->conn, NULL, SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
	    file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY) != SQLITE_OK)
		db->broken = true;       /* the kernel tells it once only */
}

enum rc
engine_script(struct db *db, const char *sql)
{
	return rc_of(run_text(db, sql));
}

int
engine_application_id(enum db_domain domain)
{
	return application_id[domain];
}

enum rc
db_check(struct db *db, const struct query *const *all, const char **ret_bad)
{
	for (; *all != NULL; all++) {
		const struct query *q = *all;
		sqlite3_stmt *st = prepared(db, q);
		int i;

		*ret_bad = q->name;
		if (st == NULL || sqlite3_bind_parameter_count(st) != q->nin ||
		    sqlite3_column_count(st) != q->nout)
			return RC_DB;
		for (i = 0; i < q->nout; i++)
			if (strcmp(sqlite3_column_name(st, i), q->out[i].name) != 0)
				return RC_DB;
	}
	return RC_OK;
}
