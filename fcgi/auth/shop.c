/* SPDX-License-Identifier: Apache-2.0 */
/* shop.c - the shop's database over ODBC 3 (unixODBC): the only file that knows it.
 *
 * Connections are made when needed, kept for the next question, and belong to one thread while
 * it asks. An idle one may have died in the meantime, so a question that fails on a kept
 * connection is asked once more on a new one. At most CONNECTIONS questions run at once, the
 * others wait behind a gate, and after a question that waited in vain the shop is left alone
 * for AWAY_MS, then tried by one thread: a shop that hangs takes neither the threads of the
 * worker nor the patience of who signs in.
 *
 * Results are fetched as text into buffers of a fixed size, since drivers disagree about types
 * more than about text. */
#include "shop.h"

#include <pthread.h>
#include <sql.h>
#include <sqlext.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/gate.h"
#include "base/log.h"
#include "base/str.h"

enum {
	CONNECTIONS = 8,
	COLUMNS = 3, COLUMN_NAME = 128, TEXT_CAP = 1001,     /* bytes, with the NUL */
	AWAY_MS = 5000, COMPLAIN_MS = 10000
};

/* An environment of its own for each connection: no two threads meet in the driver manager. */
struct link {
	SQLHENV env;
	SQLHDBC dbc;
	bool connected;
};

struct shop {
	const struct conf *conf;
	struct gate gate;
	pthread_mutex_t mutex;
	struct link *idle[CONNECTIONS];
	size_t idle_n;
	int64_t away_until, quiet_until;         /* of clock_mono_ms() */
};

/* A question under way: its columns by name and the row that was fetched last. */
struct cursor {
	SQLHSTMT stmt;
	const char *const *names;        /* n of them */
	size_t n;
	char text[COLUMNS][TEXT_CAP];
	SQLLEN len[COLUMNS];
};

/* Reads the result. RC_OK or RC_SHOP. */
typedef enum rc read_fn(struct cursor *, struct arena *, void *arg);

struct question {
	struct cursor cursor;
	const char *sql, *email;
	int64_t rows;            /* at most so many are of interest */
	read_fn *fn;
	void *arg;
};

static bool
ok(SQLRETURN rc)
{
	return SQL_SUCCEEDED(rc);
}

static struct link *
link_close(struct link *l)
{
	if (l == NULL)
		return NULL;
	if (l->connected)
		SQLDisconnect(l->dbc);
	if (l->dbc != NULL)
		SQLFreeHandle(SQL_HANDLE_DBC, l->dbc);
	if (l->env != NULL)
		SQLFreeHandle(SQL_HANDLE_ENV, l->env);
	free(l);
	return NULL;
}

static SQLPOINTER
number(int64_t i)
{
	return (SQLPOINTER)(intptr_t)i;
}

/* Tells the operator what the driver says; at most one line in COMPLAIN_MS. */
static void
complain(struct shop *s, SQLSMALLINT type, SQLHANDLE handle, const char *what)
{
	SQLCHAR state[6] = "-", text[300] = "the answer is not what the manual asks for";
	bool quiet;

	pthread_mutex_lock(&s->mutex);
	quiet = clock_mono_ms() < s->quiet_until;
	if (!quiet)
		s->quiet_until = clock_mono_ms() + COMPLAIN_MS;
	pthread_mutex_unlock(&s->mutex);
	if (quiet)
		return;
	(void)SQLGetDiagRec(type, handle, 1, state, NULL, text, sizeof(text), NULL);
	log_warn("shop: %s: %s %s", what, (char *)state, (char *)text);
}

/* A new connection, or NULL. Drivers that do not know an attribute say so; that is no fault. */
static struct link *
link_open(struct shop *s)
{
	const struct conf *conf = s->conf;
	struct link *l = calloc(1, sizeof(*l));
	SQLCHAR *dsn = (SQLCHAR *)(uintptr_t)conf->shop_dsn;
	SQLPOINTER timeout = number(conf->shop_timeout_s);

	if (l == NULL)
		abort();
	if (!ok(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &l->env)) ||
	    !ok(SQLSetEnvAttr(l->env, SQL_ATTR_ODBC_VERSION, number(SQL_OV_ODBC3), 0)) ||
	    !ok(SQLAllocHandle(SQL_HANDLE_DBC, l->env, &l->dbc)))
		return link_close(l);
	(void)SQLSetConnectAttr(l->dbc, SQL_ATTR_LOGIN_TIMEOUT, timeout, 0);
	(void)SQLSetConnectAttr(l->dbc, SQL_ATTR_CONNECTION_TIMEOUT, timeout, 0);
	(void)SQLSetConnectAttr(l->dbc, SQL_ATTR_ACCESS_MODE, number(SQL_MODE_READ_ONLY), 0);
	l->connected = ok(SQLDriverConnect(l->dbc, NULL, dsn, SQL_NTS, NULL, 0, NULL,
	    SQL_DRIVER_NOPROMPT));
	if (l->connected)
		return l;
	complain(s, SQL_HANDLE_DBC, l->dbc, "no connection");
	return link_close(l);
}

static struct link *
take_idle(struct shop *s)
{
	struct link *l = NULL;

	pthread_mutex_lock(&s->mutex);
	if (s->idle_n > 0)
		l = s->idle[--s->idle_n];
	pthread_mutex_unlock(&s->mutex);
	return l;
}

/* The gate lets in no more threads than there are places here. */
static void
put_idle(struct shop *s, struct link *l)
{
	pthread_mutex_lock(&s->mutex);
	s->idle[s->idle_n++] = l;
	pthread_mutex_unlock(&s->mutex);
}

/* Binds each name that is asked for to the first column of that name. */
static bool
bind_columns(struct cursor *c)
{
	SQLCHAR name[COLUMN_NAME];
	SQLSMALLINT columns = 0, len, i;
	bool bound[COLUMNS] = { false };
	size_t at, found = 0;

	if (!ok(SQLNumResultCols(c->stmt, &columns)))
		return false;
	for (i = 1; i <= columns; i++) {
		if (!ok(SQLDescribeCol(c->stmt, (SQLUSMALLINT)i, name, sizeof(name), &len, NULL,
		    NULL, NULL, NULL)))
			return false;
		for (at = 0; at < c->n && strcasecmp((char *)name, c->names[at]) != 0; at++)
			;
		if (at == c->n || bound[at])
			continue;
		if (!ok(SQLBindCol(c->stmt, (SQLUSMALLINT)i, SQL_C_CHAR, c->text[at], TEXT_CAP,
		    &c->len[at])))
			return false;
		bound[at] = true;
		found++;
	}
	return found == c->n;
}

static bool
start(struct cursor *c, const struct conf *conf, const struct question *q)
{
	SQLLEN email_len = (SQLLEN)strlen(q->email);
	SQLPOINTER email = (SQLPOINTER)(uintptr_t)q->email;
	SQLSMALLINT params = 0;

	(void)SQLSetStmtAttr(c->stmt, SQL_ATTR_QUERY_TIMEOUT, number(conf->shop_timeout_s), 0);
	(void)SQLSetStmtAttr(c->stmt, SQL_ATTR_MAX_ROWS, number(q->rows), 0);
	/* Without its parameter a statement would answer for everybody. */
	if (!ok(SQLPrepare(c->stmt, (SQLCHAR *)(uintptr_t)q->sql, SQL_NTS)) ||
	    !ok(SQLNumParams(c->stmt, &params)) || params != 1)
		return false;
	return ok(SQLBindParameter(c->stmt, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR,
	    (SQLULEN)(email_len + 1), 0, email, email_len, &email_len)) &&
	    ok(SQLExecute(c->stmt)) && bind_columns(c);
}

/* RC_NOTFOUND behind the last row. */
static enum rc
fetch(struct cursor *c)
{
	SQLRETURN rc = SQLFetch(c->stmt);

	return rc == SQL_NO_DATA ? RC_NOTFOUND : ok(rc) ? RC_OK : RC_SHOP;
}

/* The fetched value of column i as text, "" for NULL; what was cut is cut between characters. */
static enum rc
column(struct arena *a, struct cursor *c, size_t i, const char **ret)
{
	size_t len = 0;

	if (c->len[i] != SQL_NULL_DATA)
		len = strnlen(c->text[i], TEXT_CAP - 1);
	if (c->len[i] == SQL_NO_TOTAL || c->len[i] >= TEXT_CAP)
		while (len > 0 && !str_utf8(c->text[i], len) && len > TEXT_CAP - 5)
			len--;
	if (!str_utf8(c->text[i], len))
		return RC_SHOP;
	*ret = arena_strn(a, c->text[i], len);
	return RC_OK;
}

/* False while the shop is left alone. After that time one thread goes ahead to see whether it is
 * back (*ret_probe), and the others wait for what it finds. */
static bool
may_ask(struct shop *s, bool *ret_probe)
{
	int64_t now = clock_mono_ms();
	bool away, probe = false;

	pthread_mutex_lock(&s->mutex);
	away = now < s->away_until;
	if (!away && s->away_until != 0) {
		probe = true;
		s->away_until = now + AWAY_MS;
	}
	pthread_mutex_unlock(&s->mutex);
	*ret_probe = probe;
	return !away;
}

static bool
is_away(struct shop *s)
{
	bool away;

	pthread_mutex_lock(&s->mutex);
	away = clock_mono_ms() < s->away_until;
	pthread_mutex_unlock(&s->mutex);
	return away;
}

/* A quick refusal says nothing about the next question; a slow one does. */
static void
settle(struct shop *s, bool answered, bool slow)
{
	pthread_mutex_lock(&s->mutex);
	s->away_until = answered || !slow ? 0 : clock_mono_ms() + AWAY_MS;
	pthread_mutex_unlock(&s->mutex);
}

static enum rc
ask_once(struct shop *s, struct link *l, struct arena *a, struct question *q)
{
	enum rc rc = RC_SHOP;

	if (l == NULL)
		return RC_SHOP;
	if (ok(SQLAllocHandle(SQL_HANDLE_STMT, l->dbc, &q->cursor.stmt))) {
		if (start(&q->cursor, s->conf, q))
			rc = q->fn(&q->cursor, a, q->arg);
		if (rc != RC_OK)
			complain(s, SQL_HANDLE_STMT, q->cursor.stmt, "no answer");
		SQLFreeHandle(SQL_HANDLE_STMT, q->cursor.stmt);
	}
	if (rc == RC_OK)
		put_idle(s, l);
	else
		link_close(l);
	return rc;
}

static enum rc
ask(struct shop *s, struct arena *a, struct question *q)
{
	int64_t began = clock_mono_ms(), slow = s->conf->shop_timeout_s * 1000 / 2;
	struct link *l;
	bool probe;
	enum rc rc;

	if (s->conf->shop_dsn == NULL || *s->conf->shop_dsn == '\0' || !may_ask(s, &probe) ||
	    gate_enter(&s->gate, slow) != RC_OK)
		return RC_SHOP;
	if (!probe && is_away(s)) {          /* it was found out while we waited */
		gate_leave(&s->gate);
		return RC_SHOP;
	}
	l = take_idle(s);
	rc = l != NULL ? ask_once(s, l, a, q) : RC_SHOP;
	if (rc != RC_OK && clock_mono_ms() - began < slow)
		rc = ask_once(s, link_open(s), a, q);
	settle(s, rc == RC_OK, clock_mono_ms() - began >= slow);
	gate_leave(&s->gate);
	return rc;
}

static bool
count_column(struct arena *a, struct cursor *c, size_t i, int64_t *ret)
{
	const char *text;

	return c->len[i] != SQL_NULL_DATA && column(a, c, i, &text) == RC_OK &&
	    str_int(text, ret) && *ret >= 0;
}

static enum rc
read_standing(struct cursor *c, struct arena *a, void *arg)
{
	enum { REGISTERED, PURCHASES };
	enum standing *ret = arg;
	int64_t registered, purchases;
	enum rc rc = fetch(c);

	*ret = STANDING_NOT_REGISTERED;
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_OK : rc;
	if (!count_column(a, c, REGISTERED, &registered) ||
	    !count_column(a, c, PURCHASES, &purchases) || fetch(c) != RC_NOTFOUND)
		return RC_SHOP;
	if (registered > 0)
		*ret = purchases > 0 ? STANDING_VERIFIED : STANDING_NO_PURCHASE;
	return RC_OK;
}

enum rc
shop_standing(struct shop *s, struct arena *a, const char *email, enum standing *ret)
{
	static const char *const names[] = { "registered", "purchases" };
	enum standing standing = STANDING_UNKNOWN;
	struct question q = {
		.cursor = { .names = names, .n = sizeof(names) / sizeof(names[0]) },
		.sql = s->conf->shop_standing_sql, .email = email, .rows = 2,
		.fn = read_standing, .arg = &standing,
	};
	enum rc rc = ask(s, a, &q);

	if (rc == RC_OK)
		*ret = standing;
	return rc;
}

struct page {
	int64_t offset, limit;
	struct shop_purchase *rows;
	size_t n;
	bool more;
};

static enum rc
read_purchases(struct cursor *c, struct arena *a, void *arg)
{
	enum { ID, PRODUCT, COUNT };
	struct page *p = arg;
	struct shop_purchase *row;
	enum rc rc = RC_OK;
	int64_t i;

	p->n = 0;
	for (i = 0; i < p->offset && rc == RC_OK; i++)
		rc = fetch(c);
	while (rc == RC_OK && (rc = fetch(c)) == RC_OK && p->n < (size_t)p->limit) {
		row = &p->rows[p->n++];
		if (column(a, c, ID, &row->id) != RC_OK ||
		    column(a, c, PRODUCT, &row->product) != RC_OK ||
		    column(a, c, COUNT, &row->count) != RC_OK)
			return RC_SHOP;
	}
	p->more = rc == RC_OK;
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

enum rc
shop_purchases(struct shop *s, struct arena *a, const char *email, int64_t offset, int64_t limit,
    struct shop_purchase **ret, size_t *ret_n, bool *ret_more)
{
	static const char *const names[] = { "id", "product", "count" };
	struct page p = {
		.offset = offset, .limit = limit,
		.rows = arena_new(a, struct shop_purchase, (size_t)limit),
	};
	struct question q = {
		.cursor = { .names = names, .n = sizeof(names) / sizeof(names[0]) },
		.sql = s->conf->shop_purchases_sql, .email = email, .rows = offset + limit + 1,
		.fn = read_purchases, .arg = &p,
	};
	enum rc rc = ask(s, a, &q);

	if (rc != RC_OK)
		return rc;
	*ret = p.rows;
	*ret_n = p.n;
	*ret_more = p.more;
	return RC_OK;
}

struct shop *
shop_open(const struct conf *conf)
{
	struct shop *s = calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->conf = conf;
	gate_init(&s->gate, CONNECTIONS, conf->threads);
	pthread_mutex_init(&s->mutex, NULL);
	return s;
}

struct shop *
shop_close(struct shop *s)
{
	if (s == NULL)
		return NULL;
	while (s->idle_n > 0)
		link_close(s->idle[--s->idle_n]);
	pthread_mutex_destroy(&s->mutex);
	gate_destroy(&s->gate);
	free(s);
	return NULL;
}
