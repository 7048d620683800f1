/* SPDX-License-Identifier: Apache-2.0 */
/* t_readers.c - connections lent to requests: the last one first, a further one when all are out, and
 * when none can be opened, one that is given back. */
#include "t.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "db/migrate.h"
#include "db/readers.h"

enum { MANY = 20 };

static struct readers *readers;

static void *
taker(void *arg)
{
	(void)arg;
	return readers_take(readers);
}

/* No file can be opened any more. */
static void
exhausted(void)
{
	struct rlimit before, none;
	struct db *db = readers_take(readers), *others[MANY];
	pthread_t waiting;
	void *got;
	int i;

	for (i = 0; i < MANY; i++)       /* what is piled up */
		others[i] = readers_take(readers);
	getrlimit(RLIMIT_NOFILE, &before);
	none = (struct rlimit){ 3, before.rlim_max };
	CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
	CHECK(pthread_create(&waiting, NULL, taker, NULL) == 0);
	usleep(100 * 1000);
	readers_give(readers, db);
	CHECK(pthread_join(waiting, &got) == 0 && got == db);
	setrlimit(RLIMIT_NOFILE, &before);
	readers_give(readers, got);
	for (i = 0; i < MANY; i++)
		readers_give(readers, others[i]);
}

int
main(void)
{
	char dir[] = "/tmp/t_readers.XXXXXX", path[64], file[80];
	struct db *a, *b, *many[MANY];
	const char *error = "";
	int done, i;

	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/attend.db", dir);
	CHECK(readers_open(&readers, path, DB_ATTEND, &error) == RC_CONFIG && error[0] != '\0');
	CHECK(db_migrate(path, DB_ATTEND, &done, &error) == RC_OK);
	CHECK(readers_open(&readers, path, DB_ATTEND, &error) == RC_OK);
	a = readers_take(readers);
	b = readers_take(readers);
	CHECK(a != NULL && b != NULL && a != b);
	readers_give(readers, a);
	readers_give(readers, b);
	CHECK(readers_take(readers) == b && readers_take(readers) == a);
	readers_give(readers, a);
	readers_give(readers, b);
	for (i = 0; i < MANY; i++) {
		many[i] = readers_take(readers);
		CHECK(db_snapshot(many[i]) == RC_OK);    /* and left open: ended when it is given back */
	}
	for (i = 0; i < MANY; i++)
		readers_give(readers, many[i]);
	a = readers_take(readers);
	CHECK(db_snapshot(a) == RC_OK);
	readers_give(readers, a);
	exhausted();
	readers = readers_close(readers);
	for (i = 0; i < 4; i++) {
		snprintf(file, sizeof(file), "%s%s", path, (const char *[]){ "", "-wal", "-shm", ".lock" }[i]);
		unlink(file);
	}
	rmdir(dir);
	return DONE();
}
