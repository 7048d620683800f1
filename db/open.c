/* SPDX-License-Identifier: Apache-2.0 */
/* open.c - db_open(): whether a database is one of ours, and of this program's schema. */
#include "db/db.h"

#include "db/engine.h"
#include "db/migrate.h"

enum rc
db_open(struct db **ret, const char *path, enum db_domain domain, enum db_mode mode,
    const char **ret_error)
{
	const char *error = NULL;
	enum rc rc = RC_CONFIG;
	struct db *db;
	int version;

	if (engine_open(&db, path, mode, false) != RC_OK) {
		if (ret_error != NULL)
			*ret_error = "cannot be opened: check the path and who may write there, or create "
			    "it with: chulcheckctl migrate";
		return RC_CONFIG;
	}
	version = engine_pragma(db, "PRAGMA user_version");
	if (version < 0)
		error = "is not a database, or is damaged: restore the backup";
	else if (engine_pragma(db, "PRAGMA application_id") != engine_application_id(domain))
		error = "is not a database of this program";
	else if (version < db_version(domain))
		error = "has an older schema: run chulcheckctl migrate";
	else if (version > db_version(domain))
		error = "has a newer schema: install the newer program";
	else
		rc = RC_OK;
	if (rc != RC_OK) {
		if (ret_error != NULL)
			*ret_error = error;
		db_close(db);
		return rc;
	}
	*ret = db;
	return RC_OK;
}
