/* SPDX-License-Identifier: Apache-2.0 */
/* odbc.c - ODBC 3 by way of unixODBC: the only file that knows it.
 *
 * Each connection has an environment of its own, so that no two threads meet in the driver
 * manager. Results are fetched as text into buffers of a fixed size, since drivers disagree about
 * types more than about text. Drivers that do not know an attribute say so; that is no fault.
 *
 * What the time limits are worth is the driver's affair: most know one for connecting and one
 * that the server keeps, few one for a server that has stopped dead. shop_ask.c does not rely on
 * them. */
#include "odbc.h"

#include <sql.h>
#include <sqlext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { COLUMN_NAME = 128 };

struct odbc {
	SQLHENV env;
	SQLHDBC dbc;
	SQLHSTMT stmt;           /* the statement under way, or NULL */
	bool connected;
	size_t n;
	bool has[ODBC_COLUMNS];
	char text[ODBC_COLUMNS][ODBC_TEXT];
	SQLLEN len[ODBC_COLUMNS];
	char why[ODBC_WHY];
};

static bool
ok(SQLRETURN rc)
{
	return SQL_SUCCEEDED(rc);
}

static SQLPOINTER
number(int64_t i)
{
	return (SQLPOINTER)(intptr_t)i;
}

/* Asks the driver what was wrong. */
static void
explain(SQLSMALLINT type, SQLHANDLE handle, char why[ODBC_WHY])
{
	SQLCHAR state[6] = "-", text[ODBC_WHY - 16] = "the driver does not say why";

	(void)SQLGetDiagRec(type, handle, 1, state, NULL, text, sizeof(text), NULL);
	snprintf(why, ODBC_WHY, "%s %s", (char *)state, (char *)text);
}

static bool
fail(struct odbc *o)
{
	explain(SQL_HANDLE_STMT, o->stmt, o->why);
	return false;
}

struct odbc *
odbc_close(struct odbc *o)
{
	if (o == NULL)
		return NULL;
	odbc_end(o);
	if (o->connected)
		SQLDisconnect(o->dbc);
	if (o->dbc != NULL)
		SQLFreeHandle(SQL_HANDLE_DBC, o->dbc);
	if (o->env != NULL)
		SQLFreeHandle(SQL_HANDLE_ENV, o->env);
	free(o);
	return NULL;
}

struct odbc *
odbc_open(const char *connection, int64_t timeout_s, char why[ODBC_WHY])
{
	struct odbc *o = calloc(1, sizeof(*o));
	SQLCHAR *text = (SQLCHAR *)(uintptr_t)connection;

	if (o == NULL)
		abort();
	snprintf(why, ODBC_WHY, "unixODBC does not work");
	if (!ok(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &o->env)) ||
	    !ok(SQLSetEnvAttr(o->env, SQL_ATTR_ODBC_VERSION, number(SQL_OV_ODBC3), 0)) ||
	    !ok(SQLAllocHandle(SQL_HANDLE_DBC, o->env, &o->dbc)))
		return odbc_close(o);
	(void)SQLSetConnectAttr(o->dbc, SQL_ATTR_LOGIN_TIMEOUT, number(timeout_s), 0);
	(void)SQLSetConnectAttr(o->dbc, SQL_ATTR_CONNECTION_TIMEOUT, number(timeout_s), 0);
	(void)SQLSetConnectAttr(o->dbc, SQL_ATTR_ACCESS_MODE, number(SQL_MODE_READ_ONLY), 0);
	o->connected = ok(SQLDriverConnect(o->dbc, NULL, text, SQL_NTS, NULL, 0, NULL,
	    SQL_DRIVER_NOPROMPT));
	if (o->connected)
		return o;
	explain(SQL_HANDLE_DBC, o->dbc, why);
	return odbc_close(o);
}

/* Binds each name that is asked for to the first column of that name. */
static bool
bind_columns(struct odbc *o, const char *const *names)
{
	SQLCHAR name[COLUMN_NAME];
	SQLSMALLINT columns = 0, len, i;
	size_t at;

	if (!ok(SQLNumResultCols(o->stmt, &columns)))
		return fail(o);
	for (i = 1; i <= columns; i++) {
		if (!ok(SQLDescribeCol(o->stmt, (SQLUSMALLINT)i, name, sizeof(name), &len, NULL,
		    NULL, NULL, NULL)))
			return fail(o);
		for (at = 0; at < o->n && strcasecmp((char *)name, names[at]) != 0; at++)
			;
		if (at == o->n || o->has[at])
			continue;
		if (!ok(SQLBindCol(o->stmt, (SQLUSMALLINT)i, SQL_C_CHAR, o->text[at], ODBC_TEXT,
		    &o->len[at])))
			return fail(o);
		o->has[at] = true;
	}
	return true;
}

bool
odbc_start(struct odbc *o, const char *sql, const char *parameter, const char *const *names,
    size_t n, int64_t rows, int64_t timeout_s)
{
	SQLLEN len = (SQLLEN)strlen(parameter);
	SQLPOINTER text = (SQLPOINTER)(uintptr_t)parameter;
	SQLSMALLINT params = 0;

	odbc_end(o);
	o->n = n;
	memset(o->has, 0, sizeof(o->has));
	if (!ok(SQLAllocHandle(SQL_HANDLE_STMT, o->dbc, &o->stmt))) {
		explain(SQL_HANDLE_DBC, o->dbc, o->why);
		return false;
	}
	(void)SQLSetStmtAttr(o->stmt, SQL_ATTR_QUERY_TIMEOUT, number(timeout_s), 0);
	(void)SQLSetStmtAttr(o->stmt, SQL_ATTR_MAX_ROWS, number(rows), 0);
	if (!ok(SQLPrepare(o->stmt, (SQLCHAR *)(uintptr_t)sql, SQL_NTS)) ||
	    !ok(SQLNumParams(o->stmt, &params)))
		return fail(o);
	/* Without its parameter a statement would answer for everybody. */
	if (params != 1) {
		snprintf(o->why, ODBC_WHY, "the statement has %d parameters, not one", params);
		return false;
	}
	if (!ok(SQLBindParameter(o->stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR,
	    (SQLULEN)(len + 1), 0, text, len, &len)) || !ok(SQLExecute(o->stmt)))
		return fail(o);
	return bind_columns(o, names);
}

void
odbc_end(struct odbc *o)
{
	if (o->stmt != NULL)
		SQLFreeHandle(SQL_HANDLE_STMT, o->stmt);
	o->stmt = NULL;
}

bool
odbc_has(const struct odbc *o, size_t i)
{
	return o->has[i];
}

enum rc
odbc_fetch(struct odbc *o)
{
	SQLRETURN rc = SQLFetch(o->stmt);

	if (rc == SQL_NO_DATA)
		return RC_NOTFOUND;
	if (ok(rc))
		return RC_OK;
	(void)fail(o);
	return RC_SHOP;
}

const char *
odbc_text(const struct odbc *o, size_t i, size_t *ret_len, bool *ret_cut)
{
	if (!o->has[i] || o->len[i] == SQL_NULL_DATA)
		return NULL;
	*ret_len = strnlen(o->text[i], ODBC_TEXT - 1);
	*ret_cut = o->len[i] == SQL_NO_TOTAL || o->len[i] >= ODBC_TEXT;
	return o->text[i];
}

const char *
odbc_why(const struct odbc *o)
{
	return o->why;
}
