#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* backup.h - a copy of a database while it is in use, and the way back. */
#include "db/db.h"

/* Copies the database as it is at this moment into a new file, to: whoever writes goes on meanwhile. The copy is
 * written beside its name (.part), synced, checked (PRAGMA integrity_check) and renamed. Readable by its owner alone.
 * *ret_bytes: its size. RC_CONFLICT: there is a file of that name. RC_CONFIG, RC_IO: *ret_error says what is wrong;
 * no file is left behind. */
[[nodiscard]] enum rc db_backup(const char *path, enum db_domain, const char *to, int64_t *ret_bytes, const char **ret_error);

/* Puts a copy of a backup in the place of a database that no program uses. The backup is checked, brought to this
 * program's schema and synced before it takes the name; what was there keeps its data under the name aside.
 * RC_CONFLICT: a program has the database open, or there is a file of the name aside. RC_CONFIG, RC_IO: as above,
 * and the database is as it was. */
[[nodiscard]] enum rc db_restore(const char *backup, enum db_domain, const char *path, const char *aside, const char **ret_error);
