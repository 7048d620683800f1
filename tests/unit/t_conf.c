/* SPDX-License-Identifier: Apache-2.0 */
/* t_conf.c - settings files: what is read, what is refused and in which words. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "t.h"

#define KEY "0123456789abcdef0123456789abcdef"
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static char folder[] = "/tmp/t_conf.XXXXXX";
static struct arena a;
static struct conf conf, second;         /* static: what they point at lives for ever */

static char *
in(const char *name)
{
	return arena_fmt(&a, "%s/%s", folder, name);
}

static char *
put(const char *name, const char *text, size_t len, mode_t mode)
{
	char *path = in(name);
	FILE *f = fopen(path, "we");

	CHECK(f != NULL && fwrite(text, 1, len, f) == len && fclose(f) == 0);
	CHECK(chmod(path, mode) == 0);
	return path;
}

static enum rc
load(const char *text, struct conf *ret, const char **ret_error)
{
	return conf_load(put("my.conf", text, strlen(text), 0640), ret, ret_error);
}

static void
good(void)
{
	const char *error = NULL;

	CHECK(load("", &conf, &error) == RC_OK);
	CHECK(conf.workers == 1 && conf.threads == 32 && strcmp(conf.zone, "Asia/Seoul") == 0);
	CHECK(strcmp(conf.site_name, "출첵") == 0 && strcmp(conf.cookie_key, "") == 0);
	CHECK(load("# comment\n"
	    "\n"
	    "  # another\n"
	    "site_name = 가게 #1 = good  \n"
	    "\tworkers=4\r\n"
	    "smtp_user =\n"
	    "cookie_key=cookie.key\n"
	    "client_secret = \n"
	    "zone   =   UTC", &second, &error) == RC_OK);
	CHECK(strcmp(second.site_name, "가게 #1 = good") == 0);
	CHECK(second.workers == 4 && strcmp(second.smtp_user, "") == 0);
	CHECK(strcmp(second.cookie_key, KEY) == 0 && strcmp(second.client_secret, "") == 0);
	CHECK(strcmp(second.zone, "UTC") == 0 && second.threads == 32);
	CHECK(conf.workers == 1 && strcmp(conf.zone, "Asia/Seoul") == 0);
	CHECK(error == NULL);
	CHECK(load("workers=64\nreminder_from_h=0\n", &conf, &error) == RC_OK);
	CHECK(conf.workers == 64 && conf.reminder_from_h == 0);
}

/* Text of the file; what the complaint must contain: the line, and what to do. */
static const struct { const char *text, *where, *what; } bad[] = {
	{ "workers=1\nworker = 2\n", "my.conf:2: ", "no setting \"worker\"; --settings" },
	{ "= 2\n", "my.conf:1: ", "no setting \"\"" },
	{ "Workers = 2\n", "my.conf:1: ", "no setting" },
	{ "workers=1\n\nworkers=1\n", "my.conf:3: ", "workers is set a second time; remove" },
	{ "workers\n", "my.conf:1: ", "no '='; write" },
	{ "[section]\n", "my.conf:1: ", "no '='" },
	{ "workers=0\n", "my.conf:1: ", "workers: 0 is out of range; write a number from 1 to" },
	{ "workers=65\n", "my.conf:1: ", "from 1 to 64" },
	{ "workers=-1\n", "my.conf:1: ", "from 1 to 64" },
	{ "workers=\n", "my.conf:1: ", "workers: \"\" is no number; write decimal" },
	{ "workers=2x\n", "my.conf:1: ", "is no number" },
	{ "workers=2 # two\n", "my.conf:1: ", "is no number" },
	{ "workers=99999999999999999999\n", "my.conf:1: ", "is no number" },
	{ "site_name=a\x01z\n", "my.conf:1: ", "control character; remove" },
	{ "site_name=a\tz\n", "my.conf:1: ", "control character" },
	{ "site_name=\xff\n", "my.conf:1: ", "not UTF-8 text; save" },
	{ "cookie_key=none.key\n", "my.conf:1: ", "/none.key: No such file or directory; create" },
	{ "cookie_key=.\n", "my.conf:1: ", "is no file; name" },
	{ "cookie_key=open.key\n", "my.conf:1: ", "open.key; chmod o= it" },
	{ "cookie_key=empty.key\n", "my.conf:1: ", "empty.key is empty; write" },
	{ "cookie_key=newline.key\n", "my.conf:1: ", "is empty" },
	{ "cookie_key=short.key\n", "my.conf:1: ", "too short; it needs at least 32 bytes" },
	{ "cookie_key=long.key\n", "my.conf:1: ", "too long; a secret has at most" },
	{ "cookie_key=zero.key\n", "my.conf:1: ", "zero byte; write" },
	{ "\n\nsite_name=x\ncookie_key=none.key", "my.conf:4: ", "cookie_key: cannot read" },
};

static void
refused(void)
{
	const char *error;
	char *long_line;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		error = "";
		conf.workers = 42;
		CHECK(load(bad[i].text, &conf, &error) == RC_CONFIG && conf.workers == 42);
		CHECK(strstr(error, bad[i].where) != NULL && strstr(error, bad[i].what) != NULL);
	}
	CHECK(conf_load(in("none.conf"), &conf, &error) == RC_CONFIG);
	CHECK(strstr(error, "none.conf: cannot be opened: No such file or directory; create it"));
	CHECK(conf_load(folder, &conf, &error) == RC_CONFIG && strstr(error, "Is a directory"));
	long_line = arena_fmt(&a, "site_name=%09000d\n", 1);
	CHECK(load(long_line, &conf, &error) == RC_CONFIG);
	CHECK(strstr(error, ":1: the line is too long") != NULL);
	CHECK(conf_load(put("zero.conf", "zone=UTC\0x\n", 11, 0640), &conf, &error) == RC_CONFIG);
	CHECK(strstr(error, "zero.conf:1: ") != NULL);
}

static void
secrets(void)
{
	char longest[4001];
	const char *error;

	CHECK(load(arena_fmt(&a, "cookie_key=%s\n", in("cookie.key")), &conf, &error) == RC_OK);
	CHECK(strcmp(conf.cookie_key, KEY) == 0);
	CHECK(load("shop_dsn=two.key\n", &conf, &error) == RC_OK);
	CHECK(strcmp(conf.shop_dsn, "Driver=x\n") == 0);             /* less one newline, not all */
	memset(longest, 'k', sizeof(longest));
	longest[4000] = '\n';
	(void)put("longest.key", longest, sizeof(longest), 0400);
	CHECK(load("shop_dsn=longest.key\n", &conf, &error) == RC_OK);
	CHECK(strlen(conf.shop_dsn) == 4000);

	CHECK(mkdir(in("cred"), 0700) == 0);
	(void)put("cred/cookie.key", KEY "X\n", 34, 0400);
	CHECK(setenv("CREDENTIALS_DIRECTORY", in("cred"), 1) == 0);
	CHECK(load("cookie_key=cookie.key\n", &conf, &error) == RC_OK);
	CHECK(strcmp(conf.cookie_key, KEY "X") == 0);
	CHECK(load("refresh_key=other.key\n", &conf, &error) == RC_CONFIG);
	CHECK(strstr(error, "/cred/other.key") != NULL);
	CHECK(load(arena_fmt(&a, "cookie_key=%s\n", in("cookie.key")), &conf, &error) == RC_OK);
	CHECK(strcmp(conf.cookie_key, KEY) == 0);
	CHECK(unsetenv("CREDENTIALS_DIRECTORY") == 0);

	CHECK(chdir(folder) == 0);                                   /* a path without a folder */
	CHECK(load("cookie_key=cookie.key\n", &conf, &error) == RC_OK);
	CHECK(conf_load("my.conf", &conf, &error) == RC_OK && strcmp(conf.cookie_key, KEY) == 0);
	CHECK(chdir("/") == 0);
}

static void
printed(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	CHECK(f != NULL);
	conf_print(f);
	CHECK(fclose(f) == 0);
	CHECK(strstr(text, "\nworkers\n    Number from 1 to 64, default 1.\n    worker proc"));
	CHECK(strstr(text, "\ncookie_key\n    Name of a file with a secret of at least 32 bytes, "
	    "default: not set.\n"));
	CHECK(strstr(text, "\nzone\n    Text, default: Asia/Seoul\n"));
	CHECK(strstr(text, "\nsmtp_user\n    Text, default: empty.\n"));
	CHECK(strncmp(text, "site_name\n", 10) == 0);
	free(text);
}

int
main(void)
{
	static const char *const made[] = { "my.conf", "zero.conf", "cookie.key", "open.key",
		"empty.key", "newline.key", "short.key", "long.key", "zero.key", "two.key",
		"longest.key", "cred/cookie.key" };
	char many[5000];
	size_t i;

	(void)unsetenv("CREDENTIALS_DIRECTORY");
	arena_init(&a, 1 << 20);
	CHECK(mkdtemp(folder) != NULL);
	memset(many, 'k', sizeof(many));
	(void)put("cookie.key", KEY "\n", 33, 0640);
	(void)put("open.key", KEY, 32, 0604);
	(void)put("empty.key", "", 0, 0600);
	(void)put("newline.key", "\n", 1, 0600);
	(void)put("short.key", KEY, 31, 0600);
	(void)put("long.key", many, sizeof(many), 0600);
	(void)put("zero.key", KEY "\0x", 34, 0600);
	(void)put("two.key", "Driver=x\n\n", 10, 0600);
	good();
	refused();
	secrets();
	printed();
	for (i = 0; i < COUNT(made); i++)
		CHECK(unlink(in(made[i])) == 0);
	CHECK(rmdir(in("cred")) == 0 && rmdir(folder) == 0);
	arena_free(&a);
	return DONE();
}
