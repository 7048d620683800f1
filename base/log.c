/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - one line per event on standard error, in one write, so that the lines of several
 * threads and processes do not mix.
 *
 *	<4>chulcheck-attend: text          standard error is the journal (sd-daemon(3))
 *	chulcheck-attend: warning: text    it is anything else
 *
 * JOURNAL_STREAM is "device:inode" of the journal's stream; it is compared with standard error,
 * because children inherit the variable also when their standard error goes elsewhere. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

enum { LINE = 1000 };

static const struct { int priority; const char *word; } levels[] = {
	[LEVEL_ERROR] = { 3, "error: " },
	[LEVEL_WARN] = { 4, "warning: " },
	[LEVEL_INFO] = { 6, "" },
};

/* Written once by log_name(), before there are threads. */
static const char *name = "chulcheck";
static bool journal;

void
log_name(const char *program)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[48];
	struct stat st;

	name = program;
	journal = false;
	if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
		return;
	(void)snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	journal = strcmp(stream, own) == 0;
}

/* Length of the character at s if it may be shown, else 0. */
static size_t
shown(const char *s, size_t len)
{
	size_t n, i;

	for (n = 1; n <= 4 && n <= len; n++)
		if (str_utf8(s, n)) {
			char c[5] = { 0 };

			for (i = 0; i < n; i++)
				c[i] = s[i];
			return str_control(c) ? 0 : n;
		}
	return 0;
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	int saved = errno, n;
	char line[LINE + 1];
	size_t len, at, step;
	va_list ap;

	n = journal ? snprintf(line, LINE, "<%d>%.64s: ", levels[level].priority, name) :
	    snprintf(line, LINE, "%.64s: %s", name, levels[level].word);
	len = (size_t)n;
	errno = saved;               /* for %m */
	va_start(ap, fmt);
	n = vsnprintf(line + len, LINE - len, fmt, ap);
	va_end(ap);
	at = len;
	if (n > 0)
		len += (size_t)n < LINE - len ? (size_t)n : LINE - len - 1;
	for (; at < len; at += step) {
		if ((step = shown(line + at, len - at)) == 0) {
			line[at] = '?';
			step = 1;
		}
	}
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		errno = saved;       /* There is nowhere left to complain. */
	errno = saved;
}
