/* SPDX-License-Identifier: Apache-2.0 */
/* migrate.c - applies the embedded migrations that a database lacks, one transaction each.
 *
 * WAL mode is set here and nowhere else: it stays in the file, and setting it from several
 * processes at once fails now and then. */
#include "db/migrate.h"

#include <stdio.h>

#include "base/arena.h"
#include "db/engine.h"

int
db_version(enum db_domain domain)
{
	const struct migration *m = migrations[domain];
	int n = 0;

	for (; m->number != 0; m++)
		n = m->number;
	return n;
}

static enum rc
apply(struct db *db, struct arena *a, void *arg)
{
	const struct migration *m = arg;
	char sql[64];
	enum rc rc;

	(void)a;
	/* Two programs may migrate at once: the number is read again under the lock. */
	if (engine_pragma(db, "PRAGMA user_version") >= m->number)
		return RC_OK;
	rc = engine_script(db, m->sql);
	if (rc != RC_OK)
		return rc;
	snprintf(sql, sizeof(sql), "PRAGMA user_version=%d", m->number);
	return engine_script(db, sql);
}

/* An empty file becomes ours; any other must be ours already. */
static enum rc
adopt(struct db *db, enum db_domain domain, const char **ret_error)
{
	int id = engine_pragma(db, "PRAGMA application_id");
	int tables = engine_pragma(db, "SELECT COUNT(*) FROM sqlite_schema");
	char sql[96];

	if (id == engine_application_id(domain))
		return RC_OK;
	if (id != 0 || tables != 0) {
		*ret_error = "is not a database of this program";
		return RC_CONFIG;
	}
	snprintf(sql, sizeof(sql), "PRAGMA journal_mode=WAL; PRAGMA application_id=%d",
	    engine_application_id(domain));
	*ret_error = "cannot be set up";
	return engine_script(db, sql);
}

static enum rc
bring_up(struct db *db, enum db_domain domain, int *ret_done, const char **ret_error)
{
	const struct migration *m;
	struct arena a;
	int version;
	enum rc rc;

	engine_lock(db);
	rc = adopt(db, domain, ret_error);
	engine_unlock(db);
	if (rc != RC_OK)
		return rc;
	version = engine_pragma(db, "PRAGMA user_version");
	if (version > db_version(domain)) {
		*ret_error = "has a newer schema than this program: install the newer program";
		return RC_CONFIG;
	}
	arena_init(&a, 1 << 16);
	for (m = migrations[domain]; m->number != 0 && rc == RC_OK; m++) {
		if (m->number <= version)
			continue;
		rc = db_write(db, &a, apply, (void *)(uintptr_t)m);
		if (rc == RC_OK)
			++*ret_done;
		else
			*ret_error = db_error(db);
	}
	arena_free(&a);
	return rc;
}

enum rc
db_schema(const char *path, enum db_domain domain, int *ret, const char **ret_error)
{
	struct db *db;
	bool ours;

	*ret_error = "cannot be opened: check the path and who may read there";
	if (engine_open(&db, path, DB_READ, false) != RC_OK)
		return RC_CONFIG;
	ours = engine_pragma(db, "PRAGMA application_id") == engine_application_id(domain);
	*ret = engine_pragma(db, "PRAGMA user_version");
	db_close(db);
	*ret_error = "is not a database of this domain";
	return ours && *ret >= 0 ? RC_OK : RC_CONFIG;
}

enum rc
db_migrate(const char *path, enum db_domain domain, int *ret_done, const char **ret_error)
{
	static char error[300];
	const char *why = "cannot be opened: check the path and who may write there";
	struct db *db;
	enum rc rc;

	*ret_done = 0;
	rc = engine_open(&db, path, DB_WRITE, true);
	if (rc == RC_OK) {
		rc = bring_up(db, domain, ret_done, &why);
		snprintf(error, sizeof(error), "%s", why);
		db_close(db);
		why = error;
	}
	if (rc != RC_OK)
		*ret_error = why;
	return rc;
}
