/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c - the locks between processes: flock() for writing, one of the open file description for copying,
 * which do not see each other. */
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

void
lock_take(int fd)
{
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR)
			abort();
}

void
lock_give(int fd)
{
	flock(fd, LOCK_UN);
}

static int
lock_copy(int fd, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &whole);
}

bool
lock_copy_take(int fd)
{
	return lock_copy(fd, F_WRLCK) == 0;
}

void
lock_copy_give(int fd)
{
	if (lock_copy(fd, F_UNLCK) != 0)
		abort();
}
