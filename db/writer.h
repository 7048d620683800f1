#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - group commit: one thread with the write connection serves many request threads.
 *
 * Whoever wants to change data hands a function to the writer and waits. The writer takes the
 * write lock between processes, runs all that wait inside one transaction, each under its own
 * savepoint, commits once (synchronous=FULL), gives the lock back and wakes them. */
#include <stdbool.h>

#include "db/db.h"

struct writer;

/* Starts the thread. The writer owns the connection from here on. */
[[nodiscard]] enum rc writer_open(struct writer **ret, struct db *);

/* Runs fn inside the next group and returns when it is on disk: RC_OK only then. fn's own rc
 * rolls back what it did and nobody else's. RC_BUSY: not started within two seconds, and it
 * never will be. RC_UNKNOWN: the commit failed; the worker then stops, for its connection is
 * not to be trusted. fn may be called once or not at all, on the writer's thread; the arena
 * is the caller's. */
[[nodiscard]] enum rc writer_run(struct writer *, struct arena *, write_fn *, void *arg);

/* True after a failed commit. */
bool writer_broken(struct writer *);

/* Finishes what waits, stops the thread, closes the connection. */
struct writer *writer_close(struct writer *);
