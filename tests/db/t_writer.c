/* SPDX-License-Identifier: Apache-2.0 */
/* t_writer.c - group commit: nothing lost, a refusal undoes only itself, readers see commits,
 * a job that waited too long never runs. Uses the audit table of the attendance domain. */
#include "t.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/turn.h"
#include "db/migrate.h"
#include "db/writer.h"

enum { THREADS = 16, EACH = 50 };

static const struct query add = {
	.name = "add", .id = 500, .nin = 1,
	.sql = "INSERT INTO audit (at, author, action, subject, detail) VALUES ($1, 't', 't', 't', 't')",
};
struct counted { int64_t n; };
static const struct column counted_out[] = { { "n", COL_INT, offsetof(struct counted, n) } };
static const struct query counted = {
	.name = "counted", .id = 501, .nin = 1, .nout = 1, .out = counted_out, .row = sizeof(struct counted),
	.sql = "SELECT COUNT(*) AS n FROM audit WHERE at >= $1",
};

static struct writer *writer;
static int ran;

static enum rc
insert(struct db *db, struct arena *a, void *arg)
{
	int64_t at = *(int64_t *)arg;
	enum rc rc = db_exec(db, a, &add, (struct value []){ db_int(at) }, NULL);

	__atomic_add_fetch(&ran, 1, __ATOMIC_RELAXED);
	/* Every fifth says no after it has written. */
	return rc == RC_OK && at % 5 == 0 ? RC_DENIED : rc;
}

static void *
client(void *arg)
{
	int64_t first = (int64_t)(intptr_t)arg, at;
	struct arena a;
	intptr_t wrong = 0;

	arena_init(&a, 1 << 16);
	for (at = first; at < first + EACH; at++)
		if (writer_run(writer, &a, insert, &at) != (at % 5 == 0 ? RC_DENIED : RC_OK))
			wrong++;
	arena_free(&a);
	return (void *)wrong;
}

static int64_t
count(struct db *db, struct arena *a)
{
	struct counted c = { .n = -1 };

	return db_one(db, a, &counted, (struct value []){ db_int(0) }, &c) == RC_OK ? c.n : -1;
}

/* Jobs that nobody waits for. */
struct posted {
	struct write_job job;
	int64_t at;
	int told;
};
static sem_t told;

static void
tell(struct write_job *job)
{
	((struct posted *)job)->told++;
	sem_post(&told);
}

static void
post(struct posted *p, struct arena *a, int64_t at, bool again)
{
	*p = (struct posted){ .at = at, .job = { .fn = insert, .arena = a, .done = tell, .again = again } };
	p->job.arg = &p->at;
	writer_submit(writer, &p->job);
}

/* With again, groups run without savepoints until one says no. */
static void
submitted(struct db *rdb, struct arena *a, bool again)
{
	static struct posted p[THREADS * EACH];
	int64_t before = count(rdb, a);
	int i, wrong = 0;

	for (i = 0; i < THREADS * EACH; i++)
		post(&p[i], a, 100000 + i, again);
	for (i = 0; i < THREADS * EACH; i++)
		sem_wait(&told);
	for (i = 0; i < THREADS * EACH; i++)
		wrong += p[i].told != 1 || p[i].job.rc != (p[i].at % 5 == 0 ? RC_DENIED : RC_OK);
	CHECK(wrong == 0);
	CHECK(count(rdb, a) - before == THREADS * EACH * 4 / 5);
}

static int ran_when_told;

static void
tell_ran(struct write_job *job)
{
	if (ran_when_told == 0)
		ran_when_told = ran;
	tell(job);
}

static void
all_rest(void *arg)
{
	(void)arg;
	writer_hurry(writer);
}

/* While somebody computes, those that come within a moment ride in one group; whoever is alone then, and
 * while nobody computes, is told all the same. */
static void
gathered(struct arena *a)
{
	static struct posted p[8];
	int round, i, together = 0;

	turn_open(1, all_rest, NULL);
	writer_hurry(writer);
	for (round = 0; round < 20; round++) {
		turn_take();
		ran = ran_when_told = 0;
		for (i = 0; i < 8; i++) {
			p[i] = (struct posted){ .at = 1, .job = { .fn = insert, .arg = &p[i].at, .arena = a, .done = tell_ran, .again = true } };
			writer_submit(writer, &p[i].job);
			if (i == 0)
				usleep(300);     /* the writer has long begun */
		}
		if (round % 2 == 0)
			turn_give();
		for (i = 0; i < 8; i++)
			sem_wait(&told);
		turn_give();
		together += ran_when_told == 8;
	}
	CHECK(together >= 10);           /* some may be torn apart where the machine is busy */
}

/* All that waits is withdrawn while the writer gathers more: it goes on, and takes the next. More jobs than
 * one group takes wait for a lock until their time is up; what is left over then expires within the moment for
 * which the writer waits, since somebody computes. */
static void
withdrawn(struct arena *a, int lock, int ms)
{
	static struct posted p[66];
	int64_t begun;
	int i;

	turn_take();
	CHECK(flock(lock, LOCK_EX) == 0);
	begun = clock_mono_ms();
	for (i = 0; i < 66; i++)
		post(&p[i], a, 1, true);
	while (clock_mono_ms() < begun + ms)
		usleep(100);
	flock(lock, LOCK_UN);
	while (clock_mono_ms() < begun + 2004)
		writer_expire(writer);
	turn_give();
	for (i = 0; i < 66; i++)
		sem_wait(&told);
	do {                             /* refused while the writer still waits for the lock */
		post(&p[0], a, 1, true);
		for (i = 0; i < 30 && sem_trywait(&told) != 0; i++)
			usleep(100000);
	} while (i < 30 && p[0].job.rc != RC_OK);
	CHECK(i < 30);
	if (i == 30)
		exit(DONE());            /* nobody would answer what follows */
}

/* The lock is held elsewhere: what has waited for two seconds is given up, and what has not, is not. */
static void
expired(struct arena *a, int lock)
{
	struct timespec pause = { .tv_sec = 2, .tv_nsec = 100000000 };
	struct posted old, young;

	CHECK(flock(lock, LOCK_EX) == 0);
	ran = 0;
	post(&old, a, 1, true);
	writer_expire(writer);
	CHECK(old.told == 0);
	nanosleep(&pause, NULL);
	writer_expire(writer);
	CHECK(sem_trywait(&told) == 0 && old.told == 1 && old.job.rc == RC_BUSY);
	/* Whoever comes now would wait in vain. */
	post(&young, a, 2, true);
	CHECK(sem_trywait(&told) == 0 && young.told == 1 && young.job.rc == RC_BUSY);
	flock(lock, LOCK_UN);
	post(&young, a, 3, true);
	sem_wait(&told);
	CHECK(young.job.rc == RC_OK || young.job.rc == RC_BUSY);
	CHECK(ran <= 1);
}

/* The disk refuses a commit: nobody can say what became of that group, but whoever was not in it never
 * began. */
static void
broken(struct arena *a, int lock)
{
	static struct posted p[100];
	struct rlimit none = { 1, RLIM_INFINITY }, before;
	int i, unknown = 0, busy = 0;

	CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0 && flock(lock, LOCK_EX) == 0);
	signal(SIGXFSZ, SIG_IGN);
	for (i = 0; i < 100; i++)
		post(&p[i], a, 1, true);
	none.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_FSIZE, &none);
	flock(lock, LOCK_UN);
	for (i = 0; i < 100; i++)
		sem_wait(&told);
	setrlimit(RLIMIT_FSIZE, &before);
	for (i = 0; i < 100; i++) {
		unknown += p[i].job.rc == RC_UNKNOWN;
		busy += p[i].job.rc == RC_BUSY;
	}
	CHECK(unknown > 0 && busy > 0 && unknown + busy == 100);
	CHECK(writer_broken(writer));
}

int
main(void)
{
	char dir[] = "/tmp/t_writer.XXXXXX", path[64], lock[80];
	pthread_t threads[THREADS];
	const char *error = "";
	struct db *wdb, *rdb;
	struct arena a;
	int64_t at = 1;
	int done, i, fd;
	void *wrong;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/attend.db", dir);
	CHECK(db_migrate(path, DB_ATTEND, &done, &error) == RC_OK);
	CHECK(db_open(&wdb, path, DB_ATTEND, DB_WRITE, &error) == RC_OK);
	CHECK(db_open(&rdb, path, DB_ATTEND, DB_READ, &error) == RC_OK);
	CHECK(writer_open(&writer, wdb, path, WAL_LARGE) == RC_OK);
	arena_init(&a, 1 << 16);
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, client, (void *)(intptr_t)(1000 * i));
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &wrong);
		CHECK(wrong == NULL);
	}
	CHECK(count(rdb, &a) == THREADS * EACH * 4 / 5);
	/* A reader cannot write, whatever it tries. */
	CHECK(db_exec(rdb, &a, &add, (struct value []){ db_int(1) }, NULL) == RC_DB);
	/* The lock is held elsewhere: not started within two seconds means never. */
	snprintf(lock, sizeof(lock), "%s.lock", path);
	fd = open(lock, O_RDWR);
	CHECK(fd >= 0 && flock(fd, LOCK_EX) == 0);
	ran = 0;
	CHECK(writer_run(writer, &a, insert, &at) == RC_BUSY);
	close(fd);
	at = 2;
	CHECK(writer_run(writer, &a, insert, &at) == RC_OK);
	CHECK(ran == 1 && count(rdb, &a) == THREADS * EACH * 4 / 5 + 1);
	sem_init(&told, 0, 0);
	submitted(rdb, &a, false);
	submitted(rdb, &a, true);
	gathered(&a);
	fd = open(lock, O_RDWR);
	expired(&a, fd);
	for (i = 1998; i <= 2000; i++)
		withdrawn(&a, fd, i);
	gathered(&a);                    /* it still knows how many wait */
	CHECK(!writer_broken(writer));
	broken(&a, fd);
	close(fd);
	db_close(rdb);
	writer_close(writer);
	arena_free(&a);
	for (i = 0; i < 4; i++) {
		snprintf(lock, sizeof(lock), "%s%s", path, (const char *[]){ "", "-wal", "-shm", ".lock" }[i]);
		unlink(lock);
	}
	rmdir(dir);
	return DONE();
}
