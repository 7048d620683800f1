/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c - the locks between processes: flock() for writing; of the open file description one byte for copying
 * and one for being there. They do not see each other. */
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

enum { COPY, USE };      /* bytes */

static int
lock_byte(int fd, int command, short type, off_t byte)
{
	struct flock it = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

	return fcntl(fd, command, &it);
}

bool
lock_copy_take(int fd)
{
	return lock_byte(fd, F_OFD_SETLK, F_WRLCK, COPY) == 0;
}

void
lock_copy_give(int fd)
{
	if (lock_byte(fd, F_OFD_SETLK, F_UNLCK, COPY) != 0)
		abort();
}

void
lock_in_use(int fd)
{
	while (lock_byte(fd, F_OFD_SETLKW, F_RDLCK, USE) != 0)
		if (errno != EINTR)
			abort();
}

bool
lock_alone(int fd)
{
	return lock_byte(fd, F_OFD_SETLK, F_WRLCK, USE) == 0;
}
