/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c - group commit.
 *
 * A job waits in a list until the writer has the lock between processes; only then is the list
 * taken, so that whoever comes while we wait for the lock or the disk rides along in the next
 * group, and a job that has waited too long can still be withdrawn for certain. What a group
 * did is told to its waiters after the commit, also to those whose job said no: their "no" may
 * rest on what another job of the same group has just written.
 *
 * A commit costs about the same for one job and for many. So while requests are being computed, each of which
 * may bring a job, the writer waits for GATHER of them, but GATHER_MS at most; who comes while nothing else is
 * computed does not wait.
 *
 * The WAL is copied back into the database in a pause, and in a rush beside the commits (checkpoint.h).
 *
 * Each waiter sleeps on a semaphore of its own, so that those who are woken together do not then
 * queue for one lock. */
#include "db/writer.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/turn.h"
#include "db/checkpoint.h"
#include "db/engine.h"

enum { WAIT_MS = 2000, GROUP_MAX = 64, PAUSE_MS = 200, GATHER = 24, GATHER_MS = 2 };

struct writer {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t work;
	struct write_job *first, **last; /* waiting, in order of arrival */
	int waiting, wanted;     /* how many wait; how many wake the writer */
	struct db *db;
	struct checkpoint *checkpoint;
	bool stop;
	atomic_bool broken;
	_Atomic int64_t busy_since;      /* of clock_mono_ms(); 0: waiting for jobs */
	_Atomic unsigned rounds;         /* writer_rounds() */
};

static struct write_job *
take_group(struct writer *w)
{
	struct write_job *group, **end;
	int n = 0;

	pthread_mutex_lock(&w->mutex);
	group = w->first;
	for (end = &group; *end != NULL && n < GROUP_MAX; end = &(*end)->next, n++)
		(*end)->taken = true;
	w->first = *end;
	if (w->first == NULL)
		w->last = &w->first;
	*end = NULL;
	w->waiting -= n;
	pthread_mutex_unlock(&w->mutex);
	return group;
}

/* Runs the jobs of a group, each under a savepoint. RC_UNKNOWN: the transaction fell apart. */
static enum rc
run_apart(struct writer *w, struct write_job *group)
{
	struct write_job *j;

	for (j = group; j != NULL; j = j->next) {
		if (engine_savepoint(w->db) != RC_OK)
			return RC_UNKNOWN;
		j->rc = j->fn(w->db, j->arena, j->arg);
		if (engine_release(w->db, j->rc == RC_OK) != RC_OK)
			return RC_UNKNOWN;
	}
	return RC_OK;
}

/* The same without savepoints, which cost a copy of each page. RC_CONFLICT: one has written and then
 * said no, so all is to be undone and run apart. */
static enum rc
run_together(struct writer *w, struct write_job *group)
{
	struct write_job *j;
	int64_t before;

	for (j = group; j != NULL; j = j->next) {
		before = engine_changes(w->db);
		j->rc = j->fn(w->db, j->arena, j->arg);
		if (!engine_in_transaction(w->db))
			return RC_UNKNOWN;
		if (j->rc != RC_OK && engine_changes(w->db) != before)
			return RC_CONFLICT;
	}
	return RC_OK;
}

static bool
all_again(const struct write_job *group)
{
	for (; group != NULL; group = group->next)
		if (!group->again)
			return false;
	return true;
}

static enum rc
run_group(struct writer *w, struct write_job *group)
{
	enum rc rc;

	if (!all_again(group))
		return run_apart(w, group);
	if ((rc = run_together(w, group)) != RC_CONFLICT)
		return rc;
	engine_rollback(w->db);
	return engine_begin(w->db) == RC_OK ? run_apart(w, group) : RC_UNKNOWN;
}

static void
commit_group(struct writer *w, struct write_job *group)
{
	struct write_job *j;
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
finish_group(struct writer *w, struct write_job *group)
{
	struct write_job *next;

	w->broken = engine_broken(w->db);
	for (; group != NULL; group = next) {
		next = group->next;      /* the job is its owner's again, and may be gone */
		group->done(group);
	}
}

/* Waits for more jobs, where more may come. Under the mutex. */
static void
gather(struct writer *w)
{
	int64_t until = clock_mono_ms() + GATHER_MS;
	struct timespec at = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };

	w->wanted = GATHER;
	while (w->waiting < GATHER && turn_busy() > 0 && !w->stop &&
	    pthread_cond_clockwait(&w->work, &w->mutex, CLOCK_MONOTONIC, &at) == 0)
		;
	w->wanted = 1;
}

/* Waits for jobs, or for a pause in them when the WAL has grown. False: it is time to stop. */
static bool
wait_work(struct writer *w)
{
	bool pages = checkpoint_wanted(w->checkpoint, w->db), pause = false, going;
	int64_t until = clock_mono_ms() + PAUSE_MS;
	struct timespec at = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };

	pthread_mutex_lock(&w->mutex);
	do {                             /* those that wait may be withdrawn while more are gathered */
		while (w->first == NULL && !w->stop && !pause)
			if (pages)
				pause = pthread_cond_clockwait(&w->work, &w->mutex, CLOCK_MONOTONIC, &at) != 0;
			else
				pthread_cond_wait(&w->work, &w->mutex);
		if (w->first != NULL)
			gather(w);
	} while (w->first == NULL && !w->stop && !pause);
	going = w->first != NULL || pause;
	pthread_mutex_unlock(&w->mutex);
	return going;
}

static void *
run(void *arg)
{
	struct writer *w = arg;
	struct write_job *group;

	while (wait_work(w)) {
		w->busy_since = clock_mono_ms();
		engine_lock(w->db);
		w->rounds++;
		group = take_group(w);
		if (group != NULL)
			commit_group(w, group);
		w->busy_since = 0;
		finish_group(w, group);
		if (group == NULL)
			checkpoint_pause(w->checkpoint);
		else
			checkpoint_commit(w->checkpoint, w->db);
		engine_unlock(w->db);
		w->rounds++;
	}
	return NULL;
}

enum rc
writer_open(struct writer **ret, struct db *db, const char *path, int large)
{
	struct writer *w = calloc(1, sizeof(*w));
	enum rc rc;

	if (w == NULL)
		abort();
	if ((rc = checkpoint_open(&w->checkpoint, path, large)) != RC_OK) {
		free(w);
		return rc;
	}
	w->db = db;
	w->last = &w->first;
	w->wanted = 1;
	pthread_mutex_init(&w->mutex, NULL);
	pthread_cond_init(&w->work, NULL);
	if (pthread_create(&w->thread, NULL, run, w) != 0)
		abort();
	*ret = w;
	return RC_OK;
}

/* Takes a job out of the list; false if it is not in it any more. Under the lock. */
static bool
withdraw(struct writer *w, struct write_job *job)
{
	struct write_job **at;

	if (job->taken)
		return false;
	for (at = &w->first; *at != job; at = &(*at)->next)
		;
	*at = job->next;
	if (w->last == &job->next)
		w->last = at;
	w->waiting--;
	job->taken = true;
	return true;
}

/* Puts a job at the end of the list, unless it would wait in vain: whoever waits for the lock or the
 * disk longer than a job may is not joined, for reads need the threads. */
static bool
join(struct writer *w, struct write_job *job)
{
	int64_t since;
	bool joins;

	job->next = NULL;
	job->taken = false;
	job->since = clock_mono_ms();
	pthread_mutex_lock(&w->mutex);
	since = w->busy_since;           /* once: it may become 0 at any moment */
	joins = !w->broken && !w->stop && (since == 0 || job->since - since <= WAIT_MS);
	if (joins) {
		*w->last = job;
		w->last = &job->next;
		if (++w->waiting >= w->wanted)
			pthread_cond_signal(&w->work);
	}
	pthread_mutex_unlock(&w->mutex);
	return joins;
}

void
writer_submit(struct writer *w, struct write_job *job)
{
	if (join(w, job))
		return;
	job->rc = RC_BUSY;
	job->done(job);
}

void
writer_hurry(struct writer *w)
{
	pthread_mutex_lock(&w->mutex);
	if (w->first != NULL)
		pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->mutex);
}

void
writer_expire(struct writer *w)
{
	int64_t now = clock_mono_ms();
	struct write_job *late = NULL, *job;

	/* In order of arrival, so the late ones are in front. */
	pthread_mutex_lock(&w->mutex);
	while ((job = w->first) != NULL && now - job->since > WAIT_MS && withdraw(w, job)) {
		job->next = late;
		late = job;
	}
	pthread_mutex_unlock(&w->mutex);
	for (; late != NULL; late = job) {
		job = late->next;
		late->rc = RC_BUSY;
		late->done(late);
	}
}

/* A job whose owner waits. */
struct waited {
	struct write_job job;
	sem_t wake;
	atomic_bool done;        /* what fn has written is seen by whoever sees this */
};

static void
wake(struct write_job *job)
{
	struct waited *x = (struct waited *)job;

	x->done = true;
	sem_post(&x->wake);
}

/* Waits until the job is done; gives it up only while the writer has not taken it. */
static void
await(struct writer *w, struct waited *x)
{
	int64_t deadline = x->job.since + WAIT_MS;
	struct timespec at = { .tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000 };
	bool ours;

	while (sem_clockwait(&x->wake, CLOCK_MONOTONIC, &at) != 0) {
		if (errno == EINTR)
			continue;
		pthread_mutex_lock(&w->mutex);
		ours = !x->done && withdraw(w, &x->job);
		pthread_mutex_unlock(&w->mutex);
		if (ours) {
			x->job.rc = RC_BUSY;
			return;
		}
		while (sem_wait(&x->wake) != 0)
			;
		break;
	}
	if (!x->done)
		abort();
}

enum rc
writer_run(struct writer *w, struct arena *a, write_fn *fn, void *arg)
{
	struct waited x = { .job = { .fn = fn, .arg = arg, .arena = a, .done = wake } };

	turn_give();
	if (sem_init(&x.wake, 0, 0) != 0)
		abort();
	/* The job stays on this stack until await() has seen it done or withdrawn. */
	if (!join(w, &x.job))
		return RC_BUSY;
	await(w, &x);
	sem_destroy(&x.wake);
	return x.job.rc;
}

unsigned
writer_rounds(struct writer *w)
{
	return w->rounds;
}

bool
writer_broken(struct writer *w)
{
	return w->broken;
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
	checkpoint_close(w->checkpoint);
	db_close(w->db);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->mutex);
	free(w);
	return NULL;
}
