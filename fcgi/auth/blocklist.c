/* SPDX-License-Identifier: Apache-2.0 */
/* blocklist.c - the list in memory: its text, and its lines sorted. Each worker has its own. */
#include "blocklist.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE_MAX_BYTES = 32 << 20 };

struct blocklist {
	char *text;
	const char **lines;      /* n of them, sorted without regard to capitals */
	size_t n;
};

static int
compare(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* The whole file with a NUL behind it, or NULL. */
static char *
read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text = NULL;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= SIZE_MAX_BYTES &&
	    (text = malloc((size_t)st.st_size + 1)) != NULL)
		while (n > 0 && len < (size_t)st.st_size)
			if ((n = read(fd, text + len, (size_t)st.st_size - len)) > 0)
				len += (size_t)n;
	close(fd);
	if (text != NULL)
		text[len] = '\0';
	return text;
}

static void
take_lines(struct blocklist *list)
{
	size_t lines = 1;
	char *at, *line;

	for (at = list->text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	if ((list->lines = calloc(lines, sizeof(*list->lines))) == NULL)
		abort();
	for (at = list->text; (line = strsep(&at, "\n")) != NULL;) {
		line[strcspn(line, "\r")] = '\0';
		if (*line != '\0')
			list->lines[list->n++] = line;
	}
	qsort(list->lines, list->n, sizeof(*list->lines), compare);
}

enum rc
blocklist_open(struct blocklist **ret, const char *path, const char **ret_error)
{
	struct blocklist *list = calloc(1, sizeof(*list));

	if (list == NULL)
		abort();
	if (*path != '\0' && (list->text = read_file(path)) == NULL) {
		free(list);
		*ret_error = "password_blocklist: the file cannot be read or has more than 32 MiB";
		return RC_CONFIG;
	}
	if (list->text != NULL)
		take_lines(list);
	*ret = list;
	return RC_OK;
}

struct blocklist *
blocklist_close(struct blocklist *list)
{
	if (list != NULL) {
		free(list->lines);
		free(list->text);
		free(list);
	}
	return NULL;
}

bool
blocklist_has(const struct blocklist *list, const char *password)
{
	return list->n > 0 && bsearch(&password, list->lines, list->n, sizeof(*list->lines),
	    compare) != NULL;
}
