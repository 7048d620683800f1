#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* odbc.h - a connection to a database of any make, read only, and one statement at a time on it.
 *
 * A connection belongs to one thread while it is used. Every failure leaves its reason in
 * odbc_why() or in the buffer given; after one the connection is good for odbc_close() only. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum { ODBC_COLUMNS = 6, ODBC_TEXT = 1001, ODBC_WHY = 320 };   /* bytes, with the NUL */

struct odbc;

/* NULL: no connection, and why. */
struct odbc *odbc_open(const char *connection, int64_t timeout_s, char why[ODBC_WHY]);
struct odbc *odbc_close(struct odbc *);      /* NULL in, NULL out */

/* Runs a statement with its one parameter and finds the columns of these names (at most
 * ODBC_COLUMNS, in any order, capitals or not; without repetition) in its result. rows: no more
 * are of interest. */
[[nodiscard]] bool odbc_start(struct odbc *, const char *sql, const char *parameter,
    const char *const *names, size_t n, int64_t rows, int64_t timeout_s);
void odbc_end(struct odbc *);

/* The result has the column. */
bool odbc_has(const struct odbc *, size_t i);

/* The next row. RC_NOTFOUND behind the last, RC_SHOP. */
[[nodiscard]] enum rc odbc_fetch(struct odbc *);

/* A value of the row as text, in whatever encoding, cut to ODBC_TEXT - 1 bytes; NULL for NULL and
 * for a column that is not there. Good until the next row. */
const char *odbc_text(const struct odbc *, size_t i, size_t *ret_len, bool *ret_cut);

const char *odbc_why(const struct odbc *);
