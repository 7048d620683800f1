/* SPDX-License-Identifier: Apache-2.0 */
/* t_checkpoint.c - the WAL copied back beside the commits: it does not begin anew while a copy runs, two
 * processes that write and copy at once lose nothing, and what hinders a copy is told. */
#include "t.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "db/checkpoint.h"
#include "db/engine.h"
#include "db/migrate.h"
#include "db/writer.h"

enum { ROWS = 9000, BURST = 60, LARGE = 8000, SMALL = 400 /* pages of a WAL */ };    /* a row takes about a page */

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

/* The same of a copy that has begun: others may copy all, and the WAL goes on. */
static void
guarded(struct arena *a)
{
	struct db *db = open_db(DB_WRITE), *copier = open_db(DB_WRITE);
	struct copy copy;
	int before;

	put(db, a, 20);
	CHECK(copy_begin(&copy, copier));
	CHECK(!engine_copy_take(db));
	before = engine_wal(db)->pages;
	engine_copy(db);
	CHECK(engine_wal_left(engine_wal(db), engine_wal(db)) == 0);
	put(db, a, 1);
	CHECK(engine_wal(db)->pages > before);
	copy_run(&copy);
	CHECK(engine_wal(copier)->copied == before);     /* what came later is for the next copy */
	engine_copy(copier);
	put(db, a, 1);
	CHECK(engine_wal(db)->pages < before);
	CHECK(engine_copy_take(db));
	engine_copy_give(db);
	db_close(copier);
	db_close(db);
}

/* SQLite keeps some for the next connection. */
static int
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* What could not be copied in a pause is left alone until somebody has written again; a pause while the thread
 * copies begins no second copy. */
static int
pauses(struct arena *a)
{
	struct db *db = open_db(DB_WRITE), *reader = open_db(DB_READ);
	struct checkpoint *c;

	CHECK(checkpoint_open(&c, path, LARGE) == RC_OK);
	CHECK(db_snapshot(reader) == RC_OK && engine_pragma(reader, "PRAGMA user_version") > 0);
	put(db, a, WAL_SOME);
	CHECK(checkpoint_wanted(c, db));
	engine_lock(db);
	checkpoint_pause(c);
	checkpoint_pause(c);
	engine_unlock(db);
	CHECK(!checkpoint_wanted(c, db));
	db_snapshot_end(reader);
	checkpoint_close(c);
	db_close(reader);
	db_close(db);
	return descriptors();
}

/* How often the log of what was done says so. */
static int
logged(void (*fn)(struct arena *), struct arena *a, const char *what)
{
	char line[1200];
	FILE *log = tmpfile();
	int old = dup(2), n = 0;

	dup2(fileno(log), 2);
	fn(a);
	dup2(old, 2);
	close(old);
	rewind(log);
	while (fgets(line, sizeof(line), log) != NULL)
		n += strstr(line, what) != NULL;
	fclose(log);
	return n;
}

static void
commits(struct checkpoint *c, struct db *db, struct arena *a, int n)
{
	for (; n > 0; n--) {
		put(db, a, 1);
		engine_lock(db);
		checkpoint_commit(c, db);
		engine_unlock(db);
	}
}

/* Somebody reads and reads: the WAL grows. */
static void
pinned(struct arena *a)
{
	struct db *db = open_db(DB_WRITE), *reader = open_db(DB_READ);
	struct checkpoint *c;

	CHECK(checkpoint_open(&c, path, SMALL) == RC_OK);
	CHECK(db_snapshot(reader) == RC_OK && engine_pragma(reader, "PRAGMA user_version") > 0);
	commits(c, db, a, 4 * SMALL);
	CHECK(engine_wal(db)->pages >= 4 * SMALL);
	db_snapshot_end(reader);
	commits(c, db, a, 200 + 2);
	CHECK(engine_wal(db)->pages < WAL_SOME);         /* anew, as soon as nobody reads */
	checkpoint_close(c);
	db_close(reader);
	db_close(db);
}

/* The disk takes no page of the database: nothing is lost, and this connection copies no more. */
static void
refused_by_disk(struct arena *a)
{
	struct rlimit old, small = { .rlim_cur = 4096, .rlim_max = RLIM_INFINITY };
	struct db *db = open_db(DB_WRITE);
	struct checkpoint *c;
	int64_t before = count(db, a, 0);

	CHECK(checkpoint_open(&c, path, LARGE) == RC_OK);
	put(db, a, WAL_SOME);
	CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0);
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	engine_lock(db);
	checkpoint_pause(c);
	engine_unlock(db);
	while (!engine_copy_take(db))
		usleep(1000);
	engine_copy_give(db);
	CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
	commits(c, db, a, 2);
	CHECK(engine_wal_left(engine_wal(db), engine_wal(db)) >= WAL_SOME);
	checkpoint_close(c);
	CHECK(count(db, a, 0) == before + WAL_SOME + 2);
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
	CHECK(writer_open(&w, db, path, LARGE) == RC_OK);
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
	int done, status, n;
	pid_t other;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/attend.db", dir);
	memset(page, 'x', sizeof(page) - 1);
	arena_init(&a, 1 << 16);
	CHECK(db_migrate(path, DB_ATTEND, &done, &error) == RC_OK);
	goes_on(&a);
	guarded(&a);
	n = pauses(&a);
	CHECK(pauses(&a) == n);
	CHECK(logged(refused_by_disk, &a, "the disk has refused to copy") == 1);
	CHECK(logged(pinned, &a, "has grown to 6 MB") == 1);
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
