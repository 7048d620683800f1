#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* ctl.h - the commands of chulcheckctl. Each prints what it did, or on standard error what is
 * wrong and what to do, and returns an exit code. */
#include "db/db.h"

int ctl_migrate(const char *path, enum db_domain);
int ctl_schema(const char *path, enum db_domain);            /* its number */
int ctl_verify(const char *path);            /* of the attendance domain */

int ctl_backup(const char *path, enum db_domain, const char *to);
int ctl_restore(const char *backup, enum db_domain, const char *path);

/* Days are YYYY-MM-DD. NULL: all campaigns, no first day, no last day. */
struct export_args {
	const char *author, *reason, *campaign, *from, *to;
};
int ctl_export(const char *path, const struct export_args *);  /* CSV to standard output */

int ctl_keys(int argc, char **argv);         /* the words after "keys" */
int ctl_keys_fetch(const char *config);      /* of the event host; its auth host is elsewhere */
int ctl_client(int argc, char **argv);       /* what follows "client"; -1: wrong usage */
int ctl_password(void);                      /* standard input to standard output */
int ctl_token(void);
int ctl_staff_code(const char *path, const char *role);      /* prints a one-time code */
int ctl_totp(const char *key_path, const char *subject);     /* standard input to standard output */
