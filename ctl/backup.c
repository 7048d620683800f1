/* SPDX-License-Identifier: Apache-2.0 */
/* backup.c - chulcheckctl backup and restore. The work is done in db/backup.c; here it is told. */
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "ctl.h"
#include "db/backup.h"

int
ctl_backup(const char *path, enum db_domain domain, const char *to)
{
	int64_t bytes, began = clock_mono_ms();
	const char *error;
	enum rc rc = db_backup(path, domain, to, &bytes, &error);

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
