/* SPDX-License-Identifier: Apache-2.0 */
/* t_query.c - every query of both domains prepares, with the inputs and columns it declares. */
#include "t.h"

#include <stdlib.h>
#include <unistd.h>

#include "db/migrate.h"
#include "query.h"

int
main(void)
{
	static const char *const names[] = { [DB_AUTH] = "auth.db", [DB_ATTEND] = "attend.db" };
	char dir[] = "/tmp/t_query.XXXXXX", path[64], trash[80];
	const char *error = "", *bad = "";
	struct db *db;
	int domain, done;

	CHECK(mkdtemp(dir) != NULL);
	for (domain = 0; domain < DB_DOMAIN_MAX; domain++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[domain]);
		CHECK(db_open(&db, path, (enum db_domain)domain, DB_READ, &error) == RC_CONFIG);
		CHECK(db_migrate(path, (enum db_domain)domain, &done, &error) == RC_OK && done > 0);
		CHECK(db_migrate(path, (enum db_domain)domain, &done, &error) == RC_OK && done == 0);
		CHECK(db_open(&db, path, (enum db_domain)!domain, DB_READ, &error) == RC_CONFIG);
		CHECK(db_open(&db, path, (enum db_domain)domain, DB_WRITE, &error) == RC_OK);
		CHECK(db_check(db, queries[domain], &bad) == RC_OK);
		if (t_failed > 0)
			printf("# %s: query %s: %s\n", path, bad, db_error(db));
		db_close(db);
		for (const char *const *end = (const char *const []){ "", "-wal", "-shm", ".lock", NULL };
		    *end != NULL; end++) {
			snprintf(trash, sizeof(trash), "%s%s", path, *end);
			unlink(trash);
		}
	}
	rmdir(dir);
	return DONE();
}
