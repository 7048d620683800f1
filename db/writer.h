#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - group commit: one thread with the write connection serves many request threads.
 *
 * Whoever wants to change data hands a function to the writer and waits, or is told later. The writer takes the
 * write lock between processes, runs all that wait inside one transaction, commits once
 * (synchronous=FULL), gives the lock back and wakes them. What a job that says no has written is
 * undone, and nothing else. */
#include <stdbool.h>

#include "db/db.h"

struct writer;

/* Work for the writer that nobody waits for. It, arg and arena belong to the writer from
 * writer_submit() until done() is called. */
struct write_job {
	write_fn *fn;
	void *arg;
	struct arena *arena;
	void (*done)(struct write_job *);        /* rc is final; called once, must be short */
	enum rc rc;
	bool again;              /* fn may be called a second time, after a rollback */

	struct write_job *next;                  /* from here on the writer's own */
	int64_t since;
	bool taken;
};

/* Starts the thread. The writer owns the connection from here on; path is its database's; wal_large: so many
 * pages of its WAL are copied back without waiting for a pause, in a large database four times as many. */
enum { WAL_LARGE = 8000 /* 32 MB */ };
[[nodiscard]] enum rc writer_open(struct writer **ret, struct db *, const char *path, int wal_large);

/* Runs fn inside the next group and returns when it is on disk: RC_OK only then. fn's own rc
 * rolls back what it did and nobody else's. RC_BUSY: not started within two seconds (or
 * undone with all of its group), and it never will be. RC_UNKNOWN: the commit failed; the worker then stops, for its connection is
 * not to be trusted. fn may be called once or not at all, on the writer's thread; the arena
 * is the caller's. */
[[nodiscard]] enum rc writer_run(struct writer *, struct arena *, write_fn *, void *arg);

/* The same without waiting: done() tells the outcome, on the writer's thread or at once on this one.
 * fn, arg, arena and done are set. */
void writer_submit(struct writer *, struct write_job *);

/* No request is computed any more (turn.h): what waits need not wait for others. */
void writer_hurry(struct writer *);

/* Gives up, with RC_BUSY, jobs that have waited for more than two seconds and were not started. To be
 * called each second or so where writer_submit() is used. */
void writer_expire(struct writer *);

/* Goes up when the writer has got the write lock and when it has given it back: odd in between. */
unsigned writer_rounds(struct writer *);

/* True after a failed commit. */
bool writer_broken(struct writer *);

/* Finishes what waits, stops the thread, closes the connection. */
struct writer *writer_close(struct writer *);
