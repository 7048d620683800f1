/* SPDX-License-Identifier: Apache-2.0 */
/* migrate.c - creates a database or brings it to this program's schema, or tells which it has. The
 * work is done in db/migrate.c; here it is told. */
#include <stdio.h>

#include "ctl.h"
#include "db/migrate.h"

int
ctl_migrate(const char *path, enum db_domain domain)
{
	const char *error = "";
	int done;
	enum rc rc = db_migrate(path, domain, &done, &error);

	if (rc != RC_OK) {
		fprintf(stderr, "chulcheckctl: %s %s\n", path, error);
		return rc_exit(rc == RC_DB ? RC_CONFIG : rc);
	}
	printf("%s: schema %d, %d migrations applied\n", path, db_version(domain), done);
	return 0;
}

int
ctl_schema(const char *path, enum db_domain domain)
{
	const char *error = "";
	int version;
	enum rc rc = db_schema(path, domain, &version, &error);

	if (rc != RC_OK) {
		fprintf(stderr, "chulcheckctl: %s %s\n", path, error);
		return rc_exit(rc);
	}
	printf("%d\n", version);
	return 0;
}
