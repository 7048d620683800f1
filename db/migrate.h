#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* migrate.h - brings a database to this program's schema.
 *
 * db/migrations/DOMAIN/NNNN_name.sql, numbered from 0001, forward only, each in a transaction
 * together with its number (PRAGMA user_version). The files are embedded at build. */
#include "db/db.h"

struct migration { int number; const char *name, *sql; };
extern const struct migration *const migrations[DB_DOMAIN_MAX];  /* each ends with number 0 */

/* Creates the file if it is missing. RC_CONFIG for a file of another program or a newer
 * schema. *ret_done is how many migrations were applied. */
[[nodiscard]] enum rc db_migrate(const char *path, enum db_domain, int *ret_done,
    const char **ret_error);
int db_version(enum db_domain);              /* the newest number */

/* The schema that a file has, of whichever program, and changes nothing. RC_CONFIG: it is none of this domain. */
[[nodiscard]] enum rc db_schema(const char *path, enum db_domain, int *ret, const char **ret_error);
