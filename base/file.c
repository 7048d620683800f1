/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - whole files of a bounded size, read and replaced. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

/* One byte more than allowed is asked for, to see that it is longer. */
const char *
file_read(struct arena *a, const char *path, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;
	char *s;

	if (fd < 0)
		return NULL;
	s = arena_alloc(a, max + 2, 1);
	while (n > 0 && len <= max) {
		n = read(fd, s + len, max + 1 - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	close(fd);
	if (n < 0 || len > max)
		return NULL;
	s[len] = '\0';
	return s;
}

static bool
spill(int fd, const char *s)
{
	size_t left = strlen(s);
	ssize_t n = 0;

	for (; left > 0 && (n = write(fd, s, left)) > 0; s += n)
		left -= (size_t)n;
	return left == 0 && fsync(fd) == 0;
}

bool
file_replace(struct arena *a, const char *path, const char *text, mode_t mode)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	const char *fresh = arena_fmt(a, "%.*s.%s.%d", (int)(name - path), path, name, (int)getpid());
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode), was;
	bool done;

	if (fd < 0)
		return false;
	done = spill(fd, text) && fchmod(fd, mode) == 0; /* whatever the umask */
	was = errno;
	if (close(fd) == 0 && done && rename(fresh, path) == 0)
		return true;
	if (done)
		was = errno;
	(void)unlink(fresh);
	errno = was;
	return false;
}
