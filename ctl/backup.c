/* SPDX-License-Identifier: Apache-2.0 */
/* backup.c - chulcheckctl backup and restore. The work is done in db/backup.c; here it is told. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "ctl.h"
#include "db/backup.h"

enum { TOLD_AFTER = 10 };  /* tenths of a second */

struct watch {
	const char *path, *part;
	atomic_bool ended;
	bool told;
};

static double
megabytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (double)st.st_size / 1e6 : 0;
}

/* On a terminal, how far it is: one statement makes the whole copy, so the file that grows is looked at. */
static void *
watch_run(void *arg)
{
	struct watch *w = arg;
	double before = 0, now;
	int n = 0;

	while (!w->ended) {
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
		if (++n % TOLD_AFTER != 0 || w->ended)
			continue;
		now = megabytes(w->part);
		fprintf(stderr, now > 0 && now == before ? "\r%.0f MB copied; being checked    " :
		    "\r%.0f of about %.0f MB copied", now, megabytes(w->path));
		before = now;
		w->told = true;
	}
	if (w->told)
		fputs("\r\033[K", stderr);
	return NULL;
}

int
ctl_backup(const char *path, enum db_domain domain, const char *to)
{
	int64_t bytes, began = clock_mono_ms();
	struct watch watch = { .path = path };
	const char *error;
	pthread_t thread;
	struct arena a;
	bool watched;
	enum rc rc;

	arena_init(&a, 1 << 16);
	watch.part = arena_fmt(&a, "%s.part", to);
	watched = isatty(STDERR_FILENO) && pthread_create(&thread, NULL, watch_run, &watch) == 0;
	rc = db_backup(path, domain, to, &bytes, &error);
	watch.ended = true;
	if (watched)
		pthread_join(thread, NULL);
	arena_free(&a);
	if (rc != RC_OK) {
		fprintf(stderr, "chulcheckctl: %s %s\n", rc == RC_CONFLICT ? to : path, error);
		return rc_exit(rc);
	}
	printf("%s: %.1f MB, checked, in %.1f s\n", to, (double)bytes / 1e6, (double)(clock_mono_ms() - began) / 1e3);
	return 0;
}

int
ctl_restore(const char *backup, enum db_domain domain, const char *path)
{
	char now[TIME_TEXT];
	const char *error;
	struct arena a;
	enum rc rc;
	char *aside, *p;

	arena_init(&a, 1 << 16);
	time_text(clock_now_ms(), now);
	for (p = now; *p != '\0'; p++)   /* scp(1) would take what is before a colon for a host */
		if (*p == ':')
			*p = '-';
	aside = arena_fmt(&a, "%s.before-%.19s", path, now);
	rc = db_restore(backup, domain, path, aside, &error);
	if (rc != RC_OK)
		fprintf(stderr, "chulcheckctl: %s %s\n", rc == RC_CONFIG ? backup : path, error);
	else
		printf("%s is restored; what was there is %s\n", path, aside);
	arena_free(&a);
	return rc == RC_OK ? 0 : rc_exit(rc);
}
