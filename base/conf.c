/* SPDX-License-Identifier: Apache-2.0 */
/* conf.c - reads a settings file over the defaults of the table in conf.h, strictly: whoever
 * made a mistake is told the line and what to do, and the program does not start.
 *
 *	# a comment
 *	name = value to the end of the line
 *
 * Spaces around name and value do not count. A line is at most 8,000 bytes of UTF-8 without
 * control characters, a secret at most 4,000 bytes. For a SECRET the column lo is the least
 * length in bytes. Values that were read are never freed. */
#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/str.h"

enum { LINE_MAX_LEN = 8000, SECRET_MAX_LEN = 4000, MEMORY = 16 << 20 };

static const struct setting {
	enum conf_type type;
	const char *name, *def;
	int64_t lo, hi;
	const char *help;
	size_t at;               /* offset in struct conf */
} settings[] = {
#define X(type, name, def, lo, hi, help) \
	{ CONF_##type, #name, def, lo, hi, help, offsetof(struct conf, name) },
	CONF_LIST(X)
#undef X
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

/* Both live as long as the process: the values, and what conf_load() last complained about. */
static struct arena memory = { .limit = MEMORY };
static char problem[1024];

/* Where the reader is. */
struct source {
	const char *path;
	int line;                /* 0: the file as a whole */
	bool seen[SETTINGS];
	bool no_secrets;         /* their files are left alone */
};

static enum rc complain(const struct source *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static enum rc
complain(const struct source *src, const char *fmt, ...)
{
	int saved = errno, n;
	va_list ap;

	n = src->line == 0 ? snprintf(problem, sizeof(problem), "%.300s: ", src->path) :
	    snprintf(problem, sizeof(problem), "%.300s:%d: ", src->path, src->line);
	errno = saved;               /* for %m */
	va_start(ap, fmt);
	(void)vsnprintf(problem + n, sizeof(problem) - (size_t)n, fmt, ap);
	va_end(ap);
	return RC_CONFIG;
}

static void
set_text(struct conf *c, const struct setting *s, const char *value)
{
	memcpy((char *)c + s->at, &value, sizeof(value));
}

static enum rc
set_int(struct source *src, struct conf *c, const struct setting *s, const char *value)
{
	int64_t v;

	if (!str_int(value, &v))
		return complain(src, "%s: \"%.40s\" is no number; write decimal digits only",
		    s->name, value);
	if (v < s->lo || v > s->hi)
		return complain(src, "%s: %.40s is out of range; write a number from %jd to %jd",
		    s->name, value, (intmax_t)s->lo, (intmax_t)s->hi);
	memcpy((char *)c + s->at, &v, sizeof(v));
	return RC_OK;
}

static char *
secret_path(struct source *src, const char *value)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY"), *slash = strrchr(src->path, '/');

	if (*value == '/')
		return arena_str(&memory, value);
	if (folder != NULL && *folder != '\0')
		return arena_fmt(&memory, "%s/%s", folder, value);
	if (slash == NULL)
		return arena_str(&memory, value);
	return arena_fmt(&memory, "%.*s/%s", (int)(slash - src->path), src->path, value);
}

/* Reads the file behind fd. One byte more than allowed is asked for, to see that it is longer. */
static enum rc
secret_read(struct source *src, struct conf *c, const struct setting *s, const char *path, int fd)
{
	char text[SECRET_MAX_LEN + 2];
	size_t len = 0;
	enum rc rc = RC_OK;
	struct stat st;
	ssize_t n = 1;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return complain(src, "%s: %s is no file; name the file with the secret", s->name,
		    path);
	if ((st.st_mode & 0007) != 0)
		return complain(src, "%s: everybody on this machine can use %s; chmod o= it, and "
		    "replace the secret if it may have been read", s->name, path);
	while (n > 0 && len < sizeof(text)) {
		n = read(fd, text + len, sizeof(text) - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n < 0)
			rc = complain(src, "%s: cannot read %s: %m; make it a readable file",
			    s->name, path);
		else
			len += (size_t)n;
	}
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (rc != RC_OK)
		;
	else if (len == 0)
		rc = complain(src, "%s: %s is empty; write the secret into it", s->name, path);
	else if (len > SECRET_MAX_LEN)
		rc = complain(src, "%s: %s is too long; a secret has at most %d bytes", s->name,
		    path, SECRET_MAX_LEN);
	else if (len < (size_t)s->lo)
		rc = complain(src, "%s: the secret in %s is too short; it needs at least %jd bytes "
		    "(chulcheckctl token makes one)", s->name, path, (intmax_t)s->lo);
	else if (memchr(text, '\0', len) != NULL)
		rc = complain(src, "%s: %s has a zero byte; write the secret as text", s->name,
		    path);
	else
		set_text(c, s, arena_strn(&memory, text, len));
	crypto_wipe(text, sizeof(text));
	return rc;
}

static enum rc
set_secret(struct source *src, struct conf *c, const struct setting *s, const char *value)
{
	enum rc rc;
	char *path;
	int fd;

	if (*value == '\0' || src->no_secrets) {
		set_text(c, s, "");
		return RC_OK;
	}
	path = secret_path(src, value);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return complain(src, "%s: cannot read %s: %m; create it with mode 0600 for the "
		    "user of this program", s->name, path);
	rc = secret_read(src, c, s, path, fd);
	(void)close(fd);
	return rc;
}

/* Cuts spaces off both ends, in place. */
static char *
trim(char *s)
{
	size_t len;

	s += strspn(s, " \t\r\n");
	for (len = strlen(s); len > 0 && strchr(" \t\r\n", s[len - 1]) != NULL; len--)
		;
	s[len] = '\0';
	return s;
}

static enum rc
set(struct source *src, struct conf *c, const char *name, const char *value)
{
	size_t i;

	for (i = 0; i < SETTINGS && strcmp(settings[i].name, name) != 0; i++)
		;
	if (i == SETTINGS)
		return complain(src, "there is no setting \"%.40s\"; --settings lists them all",
		    name);
	if (src->seen[i])
		return complain(src, "%s is set a second time; remove one of the lines", name);
	src->seen[i] = true;
	switch (settings[i].type) {
	case CONF_INT:
		return set_int(src, c, &settings[i], value);
	case CONF_SECRET:
		return set_secret(src, c, &settings[i], value);
	case CONF_TEXT:
		set_text(c, &settings[i], arena_str(&memory, value));
	}
	return RC_OK;
}

static enum rc
read_line(struct source *src, struct conf *c, char *line, size_t len)
{
	char *name, *value;

	if (len > LINE_MAX_LEN)
		return complain(src, "the line is too long; at most %d bytes", LINE_MAX_LEN);
	if (!str_utf8(line, len))
		return complain(src, "the line is not UTF-8 text; save the file as UTF-8");
	name = trim(line);
	if (*name == '\0' || *name == '#')
		return RC_OK;
	value = strchr(name, '=');
	if (value == NULL)
		return complain(src, "there is no '='; write \"name = value\", or '#' before a "
		    "comment");
	*value++ = '\0';
	name = trim(name);
	value = trim(value);
	if (str_control(name) || str_control(value))
		return complain(src, "the line has a control character; remove it");
	return set(src, c, name, value);
}

static enum rc
read_file(struct source *src, struct conf *c, FILE *f)
{
	enum rc rc = RC_OK;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while (rc == RC_OK && (len = getline(&line, &cap, f)) >= 0) {
		src->line++;
		rc = read_line(src, c, line, (size_t)len);
	}
	if (rc == RC_OK && ferror(f)) {
		src->line = 0;
		rc = complain(src, "cannot be read: %m; make it a readable file");
	}
	free(line);
	return rc;
}

static enum rc
load(struct source src, struct conf *ret, const char **ret_error)
{
	struct conf c = { 0 };
	enum rc rc = RC_OK;
	size_t i;
	FILE *f;

	for (i = 0; i < SETTINGS && rc == RC_OK; i++) {
		if (settings[i].type == CONF_INT)
			rc = set_int(&src, &c, &settings[i], settings[i].def);
		else
			set_text(&c, &settings[i], settings[i].def);
	}
	if (rc == RC_OK && (f = fopen(src.path, "re")) == NULL)
		rc = complain(&src, "cannot be opened: %m; create it (--settings lists what may be "
		    "in it) or name another one with --config");
	else if (rc == RC_OK) {
		rc = read_file(&src, &c, f);
		(void)fclose(f);
	}
	if (rc != RC_OK) {
		*ret_error = problem;
		return rc;
	}
	*ret = c;
	return RC_OK;
}

enum rc
conf_load(const char *path, struct conf *ret, const char **ret_error)
{
	return load((struct source){ .path = path }, ret, ret_error);
}

enum rc
conf_load_no_secrets(const char *path, struct conf *ret, const char **ret_error)
{
	return load((struct source){ .path = path, .no_secrets = true }, ret, ret_error);
}

void
conf_print(FILE *f)
{
	const struct setting *s;

	for (s = settings; s < settings + SETTINGS; s++) {
		fprintf(f, "%s%s\n", s == settings ? "" : "\n", s->name);
		if (s->type == CONF_INT)
			fprintf(f, "    Number from %jd to %jd, default %s.\n", (intmax_t)s->lo,
			    (intmax_t)s->hi, s->def);
		else if (s->type == CONF_SECRET && s->lo > 0)
			fprintf(f, "    Name of a file with a secret of at least %jd bytes, "
			    "default: not set.\n", (intmax_t)s->lo);
		else if (s->type == CONF_SECRET)
			fprintf(f, "    Name of a file with a secret, default: not set.\n");
		else if (*s->def == '\0')
			fprintf(f, "    Text, default: empty.\n");
		else
			fprintf(f, "    Text, default: %s\n", s->def);
		fprintf(f, "    %s\n", s->help);
	}
}
