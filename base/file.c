/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - reading whole files of a bounded size. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
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
