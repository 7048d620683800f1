/* SPDX-License-Identifier: Apache-2.0 */
/* write.c - db_write(): one write transaction for programs with one thread. */
#include "db/db.h"

#include "db/checkpoint.h"
#include "db/engine.h"

enum rc
db_write(struct db *db, struct arena *a, write_fn *fn, void *arg)
{
	struct copy copy;
	bool copies = false;
	enum rc rc;

	engine_lock(db);
	rc = engine_begin(db);
	if (rc == RC_OK) {
		rc = fn(db, a, arg);
		if (rc == RC_OK)
			rc = engine_commit(db);
		else
			engine_rollback(db);
		copies = rc == RC_OK && engine_wal_left(engine_wal(db), engine_wal(db)) >= WAL_SOME && copy_begin(&copy, db);
	}
	engine_unlock(db);
	if (copies)
		copy_run(&copy);
	return rc;
}
