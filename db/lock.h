#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* lock.h - the locks between processes, for writing, for copying the WAL back and for being there: the file FILE.lock next to a database.
 *
 * It is a file of its own: opening the database's files by hand would drop SQLite's locks. Scripts
 * take the one for writing with flock(1). */
#include <stdbool.h>

/* Makes the file if need be. A descriptor, or -1. */
int lock_open(const char *db_path);

/* Sleeps until the lock is free. Aborts if there can be none. */
void lock_take(int fd);
void lock_give(int fd);

/* Whoever copies. False: somebody else does. Any thread may give it back. */
bool lock_copy_take(int fd);
void lock_copy_give(int fd);

/* Whoever has the database open says so, until it closes the descriptor; sleeps while it is replaced. lock_alone():
 * whether nobody has; then nobody can open it until this descriptor is closed. */
void lock_in_use(int fd);
bool lock_alone(int fd);
