/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c - group commit.
 *
 * A job waits in a list until the writer has the lock between processes; only then is the list
 * taken, so that whoever comes while we wait for the lock or the disk rides along in the next
 * group, and a job that has waited too long can still be withdrawn for certain. What a group
 * did is told to its waiters after the commit, also to those whose job said no: their "no" may
 * rest on what another job of the same group has just written. */
#include "db/writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "db/engine.h"

enum { WAIT_MS = 2000, GROUP_MAX = 256 };

struct job {
	struct job *next;
	write_fn *fn;
	void *arg;
	struct arena *arena;
	enum rc rc;
	bool taken, done;
	pthread_cond_t wake;
};

struct writer {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t work;
	struct job *first, **last;       /* waiting, in order of arrival */
	struct db *db;
	bool stop, broken;
	int64_t locking_since;           /* of clock_mono_ms(); 0: not waiting for the lock */
};

static struct job *
take_group(struct writer *w)
{
	struct job *group, **end;
	int n = 0;

	pthread_mutex_lock(&w->mutex);
	group = w->first;
	for (end = &group; *end != NULL && n < GROUP_MAX; end = &(*end)->next, n++)
		(*end)->taken = true;
	w->first = *end;
	if (w->first == NULL)
		w->last = &w->first;
	*end = NULL;
	pthread_mutex_unlock(&w->mutex);
	return group;
}

/* Runs the jobs of a group under savepoints. RC_UNKNOWN: the transaction fell apart. */
static enum rc
run_group(struct writer *w, struct job *group)
{
	struct job *j;

	for (j = group; j != NULL; j = j->next) {
		if (engine_savepoint(w->db) != RC_OK)
			return RC_UNKNOWN;
		j->rc = j->fn(w->db, j->arena, j->arg);
		if (engine_release(w->db, j->rc == RC_OK) != RC_OK)
			return RC_UNKNOWN;
	}
	return RC_OK;
}

static void
commit_group(struct writer *w, struct job *group)
{
	struct job *j;
	enum rc rc;

	rc = engine_begin(w->db);
	if (rc == RC_OK) {
		rc = run_group(w, group);
		if (rc == RC_OK)
			rc = engine_commit(w->db);
		else {
			/* Nothing was committed, so nothing of the group exists. */
			engine_rollback(w->db);
			rc = RC_BUSY;
		}
	}
	if (rc != RC_OK)
		for (j = group; j != NULL; j = j->next)
			j->rc = rc;
}

static void
wake_group(struct writer *w, struct job *group)
{
	struct job *next;

	pthread_mutex_lock(&w->mutex);
	w->broken = engine_broken(w->db);
	for (; group != NULL; group = next) {
		next = group->next;      /* the job is its waiter's, gone once done */
		group->done = true;
		pthread_cond_signal(&group->wake);
	}
	pthread_mutex_unlock(&w->mutex);
}

static bool
wait_work(struct writer *w)
{
	bool any;

	pthread_mutex_lock(&w->mutex);
	while (w->first == NULL && !w->stop)
		pthread_cond_wait(&w->work, &w->mutex);
	any = w->first != NULL;
	pthread_mutex_unlock(&w->mutex);
	return any;
}

static void
note_locking(struct writer *w, int64_t since)
{
	pthread_mutex_lock(&w->mutex);
	w->locking_since = since;
	pthread_mutex_unlock(&w->mutex);
}

static void *
run(void *arg)
{
	struct writer *w = arg;
	struct job *group;

	while (wait_work(w)) {
		note_locking(w, clock_mono_ms());
		engine_lock(w->db);
		note_locking(w, 0);
		group = take_group(w);
		if (group != NULL)
			commit_group(w, group);
		wake_group(w, group);
		if (engine_checkpoint_due(w->db))
			engine_checkpoint(w->db);
		engine_unlock(w->db);
	}
	return NULL;
}

enum rc
writer_open(struct writer **ret, struct db *db)
{
	struct writer *w = calloc(1, sizeof(*w));

	if (w == NULL)
		abort();
	w->db = db;
	w->last = &w->first;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->work, NULL);
	if (pthread_create(&w->thread, NULL, run, w) != 0) {
		free(w);
		return RC_BUSY;
	}
	*ret = w;
	return RC_OK;
}

static void
withdraw(struct writer *w, struct job *job)
{
	struct job **at;

	for (at = &w->first; *at != job; at = &(*at)->next)
		;
	*at = job->next;
	if (w->last == &job->next)
		w->last = at;
}

/* Waits until the job is done; gives it up only while the writer has not taken it. */
static void
await(struct writer *w, struct job *job)
{
	int64_t deadline = clock_mono_ms() + WAIT_MS;
	struct timespec at = { .tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000 };

	while (!job->done) {
		if (job->taken)
			pthread_cond_wait(&job->wake, &w->mutex);
		else if (pthread_cond_clockwait(&job->wake, &w->mutex, CLOCK_MONOTONIC, &at) != 0 &&
		    !job->taken && !job->done) {
			withdraw(w, job);
			job->rc = RC_BUSY;
			return;
		}
	}
}

enum rc
writer_run(struct writer *w, struct arena *a, write_fn *fn, void *arg)
{
	struct job job = { .fn = fn, .arg = arg, .arena = a, .wake = PTHREAD_COND_INITIALIZER };

	pthread_mutex_lock(&w->mutex);
	/* Who waits for the lock longer than a job may is not joined: reads need the threads. */
	if (w->broken || w->stop ||
	    (w->locking_since != 0 && clock_mono_ms() - w->locking_since > WAIT_MS)) {
		pthread_mutex_unlock(&w->mutex);
		return RC_BUSY;
	}
	*w->last = &job;
	/* The job stays on this stack until await() has seen it done or withdrawn. */
	/* cppcheck-suppress autoVariables */
	w->last = &job.next;
	pthread_cond_signal(&w->work);
	await(w, &job);
	pthread_mutex_unlock(&w->mutex);
	pthread_cond_destroy(&job.wake);
	return job.rc;
}

bool
writer_broken(struct writer *w)
{
	bool broken;

	pthread_mutex_lock(&w->mutex);
	broken = w->broken;
	pthread_mutex_unlock(&w->mutex);
	return broken;
}

struct writer *
writer_close(struct writer *w)
{
	if (w == NULL)
		return NULL;
	pthread_mutex_lock(&w->mutex);
	w->stop = true;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->mutex);
	pthread_join(w->thread, NULL);
	db_close(w->db);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->mutex);
	free(w);
	return NULL;
}
