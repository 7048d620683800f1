#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* conf.h - settings: one table for all programs, one file per program.
 *
 * A file has lines "name = value", '#' comments and blank lines. Values run to the end of the
 * line. Types: TEXT (kept as it is), INT (decimal, lo..hi), SECRET (the path of a file whose
 * content, less one trailing newline, becomes the value; a relative path is taken from
 * $CREDENTIALS_DIRECTORY if that is set, else from the folder of the settings file). The
 * programs print this table with --settings, and the manual includes it.
 *
 * The rows of the table are in conf_list.h. */
#include <stdint.h>
#include <stdio.h>

#include "base/conf_list.h"
#include "base/rc.h"

enum conf_type { CONF_TEXT, CONF_INT, CONF_SECRET };

#define CONF_FIELD_TEXT(name)   const char *name;
#define CONF_FIELD_INT(name)    int64_t name;
#define CONF_FIELD_SECRET(name) const char *name;

struct conf {
#define X(type, name, def, lo, hi, help) CONF_FIELD_##type(name)
	CONF_LIST(X)
#undef X
};

/* Reads a settings file over the defaults. Lives until the process ends. On RC_CONFIG
 * *ret_error says file, line, what is wrong and what to do (static storage). */
[[nodiscard]] enum rc conf_load(const char *path, struct conf *ret, const char **ret_error);

/* Likewise, for a program that may not read the secrets: all of them are "". */
[[nodiscard]] enum rc conf_load_no_secrets(const char *path, struct conf *ret, const char **ret_error);

/* The table, one setting a paragraph: name, type, default, help. */
void conf_print(FILE *);
