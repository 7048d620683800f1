/* SPDX-License-Identifier: Apache-2.0 */
/* t_checkpoint.c - the WAL copied back beside the commits: it does not begin anew while a copy runs, and
 * two processes that write and copy at once lose nothing. */
#include "t.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "db/checkpoint.h"
#include "db/engine.h"
#include "db/migrate.h"
#include "db/writer.h"

enum { ROWS = 9000, BURST = 60 };        /* a row takes about a page */

static const struct query add = {
	.name = "add", .id = 500, .nin = 2,
	.sql = "INSERT INTO audit (at, author, action, subject, detail) VALUES ($1, 't', 't', 't', $2)",
};
struct counted { int64_t n; };
static const struct column counted_out[] = { { "n", COL_INT, offsetof(struct counted, n) } };
static const struct query counted = {
	.name = "counted", .id = 501, .nin = 1, .nout = 1, .out = counted_out, .row = sizeof(struct counted),
	.sql = "SELECT COUNT(*) AS n FROM audit WHERE at >= $1",
};

static char path[64], page[3500];

static struct db *
open_db(enum db_mode mode)
{
	struct db *db = NULL;
	const char *error;

	CHECK(db_open(&db, path, DB_ATTEND, mode, &error) == RC_OK);
	return db;
}

static int64_t
count(struct db *db, struct arena *a, int64_t from)
{
	struct counted c = { .n = -1 };

	return db_one(db, a, &counted, (struct value []){ db_int(from) }, &c) == RC_OK ? c.n : -1;
}

static enum rc
insert(struct db *db, struct arena *a, void *arg)
{
	return db_exec(db, a, &add, (struct value []){ db_int(*(int64_t *)arg), db_text(page) }, NULL);
}

static void
put(struct db *db, struct arena *a, int n)
{
	int64_t at = 0;

	for (; n > 0; n--) {
		engine_lock(db);
		CHECK(engine_begin(db) == RC_OK && insert(db, a, &at) == RC_OK && engine_commit(db) == RC_OK);
		engine_unlock(db);
	}
}

/* What the copy beside the commits rests on: while somebody has a snapshot with pages that were not
 * copied when it began, the WAL goes on, also after all of it was copied. */
static void
goes_on(struct arena *a)
{
	struct db *db = open_db(DB_WRITE), *guard = open_db(DB_READ), *copier = open_db(DB_WRITE);
	int before;

	put(db, a, 20);
	CHECK(engine_wal(db)->grew);
	CHECK(engine_copy_take(copier) && !engine_copy_take(db));        /* one at a time */
	CHECK(db_snapshot(guard) == RC_OK && engine_pragma(guard, "PRAGMA user_version") > 0);
	before = engine_wal(db)->pages;
	engine_copy(copier);
	CHECK(engine_wal(copier)->copied == before && engine_wal_left(engine_wal(db), engine_wal(copier)) == 0);
	put(db, a, 1);
	CHECK(engine_wal(db)->pages > before);
	CHECK(engine_wal_left(engine_wal(db), engine_wal(copier)) == engine_wal(db)->pages - before);
	db_snapshot_end(guard);
	engine_copy(copier);
	engine_copy_give(copier);
	put(db, a, 1);
	CHECK(engine_wal(db)->pages < before);           /* anew */
	CHECK(engine_copy_take(db));
	engine_copy_give(db);
	/* A transaction that changes nothing adds no page to rely on. */
	engine_lock(db);
	CHECK(engine_begin(db) == RC_OK && engine_commit(db) == RC_OK && !engine_wal(db)->grew);
	engine_unlock(db);
	db_close(guard);
	db_close(copier);
	db_close(db);
}

/* What could not be copied in a pause is left alone until somebody has written again. */
static void
pauses(struct arena *a)
{
	struct db *db = open_db(DB_WRITE), *reader = open_db(DB_READ);
	struct checkpoint *c;

	CHECK(checkpoint_open(&c, path) == RC_OK);
	CHECK(db_snapshot(reader) == RC_OK && engine_pragma(reader, "PRAGMA user_version") > 0);
	put(db, a, WAL_SOME);
	CHECK(checkpoint_wanted(c, db));
	engine_lock(db);
	checkpoint_pause(c);
	engine_unlock(db);
	CHECK(!checkpoint_wanted(c, db));
	db_snapshot_end(reader);
	checkpoint_close(c);
	db_close(reader);
	db_close(db);
}

static sem_t told;
static atomic_int refused;

static void
tell(struct write_job *job)
{
	if (job->rc != RC_OK)
		refused++;
	sem_post(&told);
}

/* ROWS rows from one on, BURST of them under way at a time; how large the WAL has become. */
static off_t
rush(struct db *db, int64_t first)
{
	static struct { struct write_job job; int64_t at; } jobs[ROWS];
	struct writer *w;
	struct stat wal;
	char name[80];
	struct arena a;
	int i;

	arena_init(&a, 1 << 16);
	snprintf(name, sizeof(name), "%s-wal", path);
	sem_init(&told, 0, BURST);
	CHECK(writer_open(&w, db, path) == RC_OK);
	for (i = 0; i < ROWS; i++) {
		jobs[i].at = first + i;
		jobs[i].job = (struct write_job){ .fn = insert, .arg = &jobs[i].at, .arena = &a, .done = tell, .again = true };
		sem_wait(&told);
		writer_submit(w, &jobs[i].job);
	}
	for (i = 0; i < BURST; i++)
		sem_wait(&told);
	CHECK(stat(name, &wal) == 0);
	writer_close(w);
	arena_free(&a);
	return wal.st_size;
}

int
main(void)
{
	char dir[] = "/tmp/t_checkpoint.XXXXXX", command[200];
	const char *error;
	struct db *rdb;
	struct arena a;
	int done, status;
	pid_t other;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/attend.db", dir);
	memset(page, 'x', sizeof(page) - 1);
	arena_init(&a, 1 << 16);
	CHECK(db_migrate(path, DB_ATTEND, &done, &error) == RC_OK);
	goes_on(&a);
	pauses(&a);
	if ((other = fork()) == 0) {
		(void)rush(open_db(DB_WRITE), 1000000);
		_exit(refused != 0);
	}
	CHECK(rush(open_db(DB_WRITE), 2000000) < 2 * ROWS * 4096);       /* began anew meanwhile */
	CHECK(waitpid(other, &status, 0) == other && status == 0);
	CHECK(refused == 0);
	rdb = open_db(DB_READ);
	CHECK(count(rdb, &a, 1000000) == 2 * ROWS);
	db_close(rdb);
	snprintf(command, sizeof(command), "[ \"$(sqlite3 %s 'PRAGMA integrity_check; SELECT COUNT(*) FROM audit WHERE at > 0')\" = \"ok\n%d\" ] && rm -r %s",
	    path, 2 * ROWS, dir);
	CHECK(system(command) == 0);
	arena_free(&a);
	return DONE();
}
