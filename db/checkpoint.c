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

#include "base/log.h"
#include "base/process.h"
#include "db/engine.h"

enum { LITTLE = 200, TOO_LARGE = 4 };

struct checkpoint {
	int large;               /* pages */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t wake;
	struct db *copier;
	struct copy copy;        /* the thread's, from being asked to its end */
	bool asked, stop;        /* by mutex */
	bool paused;             /* tried in a pause since the last commit: what others write is theirs to copy */
	bool told;               /* what hinders it, since the WAL has begun anew */
	int begun_at;            /* pages when it was asked last: not again before there are more */
};

bool
copy_begin(struct copy *x, struct db *copier)
{
	if (!engine_copy_take(copier))
		return false;
	*x = (struct copy){ .copier = copier };
	if (engine_open(&x->guard, engine_path(copier), DB_READ, false) == RC_OK &&
	    db_snapshot(x->guard) == RC_OK && engine_pragma(x->guard, "PRAGMA user_version") >= 0)
		return true;
	db_close(x->guard);
	engine_copy_give(copier);
	return false;
}

void
copy_run(struct copy *x)
{
	engine_copy(x->copier);
	db_close(x->guard);
	engine_flush(x->copier);
	engine_copy_give(x->copier);
}

static void *
run(void *arg)
{
	struct checkpoint *c = arg;

	(void)process_not_urgent();      /* the commits are: whoever opens the writer hears if that is refused */
	pthread_mutex_lock(&c->mutex);
	for (;;) {
		while (!c->asked && !c->stop)
			pthread_cond_wait(&c->wake, &c->mutex);
		if (!c->asked)
			break;
		pthread_mutex_unlock(&c->mutex);
		copy_run(&c->copy);
		pthread_mutex_lock(&c->mutex);
		c->asked = false;
	}
	pthread_mutex_unlock(&c->mutex);
	return NULL;
}

enum rc
checkpoint_open(struct checkpoint **ret, const char *path, int large)
{
	struct checkpoint *c = calloc(1, sizeof(*c));
	enum rc rc;

	if (c == NULL)
		abort();
	if ((rc = engine_open(&c->copier, path, DB_WRITE, false)) != RC_OK) {
		free(c);
		return rc;
	}
	c->large = large * engine_factor(c->copier);
	pthread_mutex_init(&c->mutex, NULL);
	pthread_cond_init(&c->wake, NULL);
	if (pthread_create(&c->thread, NULL, run, c) != 0)
		abort();
	*ret = c;
	return RC_OK;
}

/* Whether the thread copies: its turn is taken by this process, so that engine_copy_take() would not say no. */
static bool
ours(struct checkpoint *c)
{
	bool asked;

	pthread_mutex_lock(&c->mutex);
	asked = c->asked;
	pthread_mutex_unlock(&c->mutex);
	return asked;
}

static void
beside(struct checkpoint *c)
{
	if (ours(c) || !copy_begin(&c->copy, c->copier))
		return;
	pthread_mutex_lock(&c->mutex);
	c->asked = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->mutex);
}

static void
here(struct checkpoint *c)
{
	if (ours(c) || !engine_copy_take(c->copier))
		return;
	engine_copy(c->copier);
	engine_copy_give(c->copier);
}

static void
tell(struct checkpoint *c, int pages)
{
	if (c->told || (pages < TOO_LARGE * c->large && !engine_broken(c->copier)))
		return;
	c->told = true;
	if (engine_broken(c->copier))
		log_error("the disk has refused to copy %s-wal into the database (%s); nothing is lost, but the file "
		    "grows: look at the disk, then restart", engine_path(c->copier), db_error(c->copier));
	else
		log_warn("%s-wal has grown to %d MB: a program keeps reading from it, or the disk is too slow; find the "
		    "program with fuser and end it", engine_path(c->copier), pages / 256);
}

void
checkpoint_commit(struct checkpoint *c, struct db *db)
{
	const struct engine_wal *wal = engine_wal(db);
	int left = engine_wal_left(wal, engine_wal(c->copier));

	c->paused = false;
	if (wal->pages < c->begun_at) {
		c->begun_at = 0;
		c->told = false;
	}
	tell(c, wal->pages);
	if (!wal->grew || wal->pages < c->large || (left >= LITTLE && wal->pages - c->begun_at < LITTLE))
		return;
	c->begun_at = wal->pages;
	if (left < LITTLE || wal->pages >= TOO_LARGE * c->large)
		here(c);
	else
		beside(c);
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
	beside(c);
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
	pthread_cond_destroy(&c->wake);
	pthread_mutex_destroy(&c->mutex);
	free(c);
	return NULL;
}
