/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.c - the WAL's way back.
 *
 * SQLite before 3.51.3 loses commits when the WAL begins anew between the moment at which a passive
 * checkpoint reads its header and the end of that checkpoint, which can happen only when all of it was
 * copied before. So a copy begins under the write lock, right after a commit (one copy at a time:
 * engine_copy_take()), by opening a snapshot that stays until the copy has ended: the WAL cannot begin anew
 * while somebody reads it. Where another process has just copied all, the snapshot reads the database
 * alone, and SQLite then copies nothing. From then on the write lock is not needed. */
#include "db/checkpoint.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/process.h"
#include "db/engine.h"

struct checkpoint {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	struct db *copier;
	struct db *guard;        /* reads while copier copies, so that the WAL stays */
	bool asked, flush, stop;         /* by mutex */
	bool paused;             /* tried in a pause since the last commit: what others write is theirs to copy */
	int begun_at;            /* pages when it was asked last: not again before there are more */
};

static void *
run(void *arg)
{
	struct checkpoint *c = arg;
	bool flush;

	(void)process_not_urgent();      /* the commits are: whoever opens the writer hears if that is refused */
	pthread_mutex_lock(&c->mutex);
	for (;;) {
		while (!c->asked && !c->stop)
			pthread_cond_wait(&c->wake, &c->mutex);
		if (!c->asked)
			break;
		flush = c->flush;
		pthread_mutex_unlock(&c->mutex);
		engine_copy(c->copier);
		db_snapshot_end(c->guard);
		if (flush)
			engine_flush(c->copier);
		engine_copy_give(c->copier);
		pthread_mutex_lock(&c->mutex);
		c->asked = false;
	}
	pthread_mutex_unlock(&c->mutex);
	return NULL;
}

enum rc
checkpoint_open(struct checkpoint **ret, const char *path)
{
	struct checkpoint *c = calloc(1, sizeof(*c));
	enum rc rc;

	if (c == NULL)
		abort();
	if ((rc = engine_open(&c->copier, path, DB_WRITE, false)) != RC_OK ||
	    (rc = engine_open(&c->guard, path, DB_READ, false)) != RC_OK) {
		db_close(c->copier);
		free(c);
		return rc;
	}
	pthread_mutex_init(&c->mutex, NULL);
	pthread_cond_init(&c->wake, NULL);
	if (pthread_create(&c->thread, NULL, run, c) != 0)
		abort();
	*ret = c;
	return RC_OK;
}

/* False: somebody copies, this thread of ours or another process. */
static bool
take(struct checkpoint *c)
{
	bool ours;

	pthread_mutex_lock(&c->mutex);
	ours = c->asked;
	pthread_mutex_unlock(&c->mutex);
	return !ours && engine_copy_take(c->copier);
}

static void
copy(struct checkpoint *c)
{
	engine_copy(c->copier);
	engine_copy_give(c->copier);
}

/* Wakes the thread, which gives the turn back that engine_copy_take() took. */
static void
begin(struct checkpoint *c)
{
	if (db_snapshot(c->guard) != RC_OK || engine_pragma(c->guard, "PRAGMA user_version") < 0) {
		db_snapshot_end(c->guard);
		engine_copy_give(c->copier);
		return;
	}
	pthread_mutex_lock(&c->mutex);
	c->asked = true;
	c->flush = c->begun_at >= WAL_MOST;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->mutex);
}

void
checkpoint_commit(struct checkpoint *c, struct db *db)
{
	const struct engine_wal *wal = engine_wal(db);
	int left = engine_wal_left(wal, engine_wal(c->copier));
	int enough = wal->pages < WAL_MOST ? WAL_SOME : WAL_LITTLE;

	c->paused = false;
	if (wal->pages < c->begun_at)
		c->begun_at = 0;
	if (!wal->grew || (left < enough ? wal->pages < WAL_MOST : wal->pages - c->begun_at < enough) || !take(c))
		return;
	c->begun_at = wal->pages;
	if (left < enough || wal->pages >= WAL_END)
		copy(c);
	else
		begin(c);
}

bool
checkpoint_wanted(const struct checkpoint *c, struct db *db)
{
	return !c->paused && engine_wal_left(engine_wal(db), engine_wal(c->copier)) >= WAL_SOME;
}

void
checkpoint_pause(struct checkpoint *c)
{
	c->paused = true;
	if (take(c))
		copy(c);
}

struct checkpoint *
checkpoint_close(struct checkpoint *c)
{
	if (c == NULL)
		return NULL;
	pthread_mutex_lock(&c->mutex);
	c->stop = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->mutex);
	pthread_join(c->thread, NULL);
	db_close(c->copier);
	db_close(c->guard);
	pthread_cond_destroy(&c->wake);
	pthread_mutex_destroy(&c->mutex);
	free(c);
	return NULL;
}
