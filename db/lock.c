/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c - the write lock between processes: flock(), and a queue in front of it.
 *
 * Whoever has had the lock would take it again before the next one wakes up, again and again while
 * it is busy. So one stands in a queue of one place, another lock on the same file (fcntl's locks
 * and flock's do not know each other), until one has the lock itself: a busy process finds that
 * place taken and must wait behind whoever stands there. */
#include "db/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>

int
lock_open(const char *db_path)
{
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s.lock", db_path) >= sizeof(path))
		return -1;
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static void
queue(int fd, short type)
{
	struct flock place = { .l_type = type, .l_whence = SEEK_SET, .l_len = 1 };

	while (fcntl(fd, F_OFD_SETLKW, &place) != 0)
		if (errno != EINTR)
			abort();
}

void
lock_take(int fd)
{
	queue(fd, F_WRLCK);
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR)
			abort();
	queue(fd, F_UNLCK);
}

void
lock_give(int fd)
{
	flock(fd, LOCK_UN);
}
