/* SPDX-License-Identifier: Apache-2.0 */
/* export.c - the attendance of one or all campaigns as CSV, for operators and their spreadsheets.
 *
 * RFC 4180 in UTF-8: a byte order mark, since without one spreadsheet programs take Korean for
 * something else; a header line; CRLF. Days and times are those that customers see, in the
 * campaign's zone. Names come from strangers: a cell that a spreadsheet program would take for a
 * formula gets an apostrophe in front.
 *
 * Who exports and why is in the audit log, on disk, before the first row is printed. After that
 * nothing is written, and no transaction lasts longer than the reading of one page, however slow
 * the reader of the output is: check-ins go on and the write-ahead log does not grow. A check-in
 * that comes meanwhile may or may not be in the output; the key only grows, so no row is twice. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "ctl.h"
#include "query.h"

enum { PAGE_ROWS = 1000, MEMORY = 64 << 20, LINE_POINTS = 200, PROGRESS_MS = 200 };
enum { BEHIND = 15 };            /* nice: check-ins go first */

static const char header[] = "\xef\xbb\xbf"
    "campaign,day,at,customer,name,email,count,streak,longest\r\n";

struct export {
	const struct export_args *in;
	int64_t from, to;                        /* days, both included */
	struct export_campaigns *campaigns;
	size_t campaigns_n;
	int64_t rows;                            /* printed so far */
	int64_t shown_ms;                        /* when the terminal was told; -1: it is none */
};

static int
complain(enum rc rc, const char *what)
{
	fprintf(stderr, "chulcheckctl: %s\n", what);
	return rc_exit(rc);
}

/* What follows the spaces at the start: U+0020, U+00A0 and the wide one of Korean keyboards. */
static const char *
after_spaces(const char *s)
{
	size_t n;

	do {
		n = *s == ' ' ? 1 : str_prefix(s, "\u00a0") ? 2 : str_prefix(s, "\u3000") ? 3 : 0;
		s += n;
	} while (n > 0);
	return s;
}

/* One visible line, as the forms of the staff's pages want it. */
static bool
is_line(const char *s)
{
	return str_utf8(s, strlen(s)) && *after_spaces(s) != '\0' &&
	    str_points(s) <= LINE_POINTS && !str_control(s) && !str_hidden(s);
}

/* What is wrong with the wishes, or NULL; days that are not given are left alone. */
static const char *
args_fault(const struct export_args *in, int64_t *ret_from, int64_t *ret_to)
{
	if (!is_line(in->author))
		return "--author must be one line of 1 to 200 characters";
	if (!is_line(in->reason))
		return "--reason must be one line of 1 to 200 characters";
	if (in->from != NULL && !day_parse(in->from, ret_from))
		return "--from must be a day, such as 2026-11-22";
	if (in->to != NULL && !day_parse(in->to, ret_to))
		return "--to must be a day, such as 2026-11-22";
	return *ret_from > *ret_to ? "--from must not be later than --to" : NULL;
}

/* Spreadsheet programs look past spaces, and take the full-width forms for the others. */
static bool
is_formula(const char *s)
{
	static const char *const starts[] = { "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－",
		"＠" };
	size_t i;

	s = after_spaces(s);
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (str_prefix(s, starts[i]))
			return true;
	return false;
}

/* A cell of text and the comma after it. */
static void
cell(struct buf *o, const char *s)
{
	bool quoted;

	s = s != NULL ? s : "";
	quoted = s[strcspn(s, "\",\r\n")] != '\0';
	buf_str(o, quoted ? "\"" : "");
	buf_str(o, is_formula(s) ? "'" : "");
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_mem(o, "\"", 1);
		buf_mem(o, s, 1);
	}
	buf_str(o, quoted ? "\"," : ",");
}

static void
line(struct buf *o, const char *campaign, const struct export_page *row)
{
	char day[DAY_TEXT], at[TIME_TEXT];

	day_text(row->day, day);
	time_text(row->at, at);
	cell(o, campaign);
	buf_fmt(o, "%s,%s,", day, at);
	cell(o, row->subject);
	cell(o, row->name);
	cell(o, row->email);
	buf_fmt(o, "%" PRId64 ",%" PRId64 ",%" PRId64 "\r\n", row->count, row->streak, row->longest);
}

static enum rc
print(const char *s, size_t len)
{
	return fwrite(s, 1, len, stdout) == len && fflush(stdout) == 0 ? RC_OK : RC_IO;
}

static void
progress(struct export *e)
{
	int64_t now = clock_mono_ms();

	if (e->shown_ms < 0 || now - e->shown_ms < PROGRESS_MS)
		return;
	fprintf(stderr, "\r%" PRId64 " rows", e->rows);
	e->shown_ms = now;
}

/* Prints when the page is read and its transaction over. */
static enum rc
campaign(struct export *e, struct db *db, struct arena *a, const struct export_campaigns *c)
{
	struct export_page *rows;
	int64_t customer = 0, day = INT64_MIN;
	size_t i, n = PAGE_ROWS;
	enum rc rc = clock_zone(c->zone);

	while (rc == RC_OK && n == PAGE_ROWS) {
		struct buf o = { .arena = a };

		rc = q_export_page(db, a, e->from, e->to, c->id, customer, day, PAGE_ROWS, &rows, &n);
		for (i = 0; rc == RC_OK && i < n; i++) {
			customer = rows[i].customer_id;
			day = rows[i].day;
			if (day < e->from || day > e->to)
				continue;
			line(&o, c->slug, &rows[i]);
			e->rows++;
		}
		if (rc == RC_OK && o.len > 0)
			rc = print(o.s, o.len);
		if (rc != RC_OK)
			return rc;
		arena_reset(a);
		progress(e);
	}
	return rc;
}

static const char *
range_text(struct arena *a, const struct export_args *in)
{
	if (in->from != NULL && in->to != NULL)
		return arena_fmt(a, "days %s to %s", in->from, in->to);
	return in->from != NULL ? arena_fmt(a, "days from %s", in->from) :
	    in->to != NULL ? arena_fmt(a, "days to %s", in->to) : "all days";
}

static enum rc
audit_run(struct db *db, struct arena *a, void *arg)
{
	const struct export_args *in = arg;

	return q_audit_add(db, a, clock_now_ms(), in->author, "export",
	    in->campaign != NULL ? in->campaign : "all",
	    arena_fmt(a, "%s (%s)", in->reason, range_text(a, in)), NULL);
}

/* Finds the campaigns and writes down what will be exported; an exit code. */
static int
prepare(struct export *e, struct arena *a, const char *path)
{
	struct export_args in = *e->in;
	const char *error = "";
	struct db *db;
	enum rc rc = db_open(&db, path, DB_ATTEND, DB_WRITE, &error);
	size_t i;

	if (rc != RC_OK) {
		fprintf(stderr, "chulcheckctl: %s %s\n", path, error);
		return rc_exit(rc);
	}
	rc = q_export_campaigns(db, a, in.campaign, &e->campaigns, &e->campaigns_n);
	if (rc == RC_OK && in.campaign != NULL && e->campaigns_n == 0)
		rc = RC_NOTFOUND;
	for (i = 0; rc == RC_OK && i < e->campaigns_n; i++)
		rc = clock_zone(e->campaigns[i].zone);
	if (rc == RC_OK)
		rc = db_write(db, a, audit_run, &in);
	db_close(db);
	return rc == RC_OK ? 0 : complain(rc, rc == RC_NOTFOUND ? "there is no such campaign" :
	    rc == RC_CONFIG ? "a campaign's zone is not known" : rc_title(rc, LANG_EN));
}

/* Reads by a connection that cannot write; an exit code. */
static int
print_all(struct export *e, const char *path)
{
	const char *error = "";
	struct arena a;
	struct db *db;
	enum rc rc = db_open(&db, path, DB_ATTEND, DB_READ, &error);
	size_t i;

	if (rc != RC_OK) {
		fprintf(stderr, "chulcheckctl: %s %s\n", path, error);
		return rc_exit(rc);
	}
	(void)setpriority(PRIO_PROCESS, 0, BEHIND);
	arena_init(&a, MEMORY);
	rc = print(header, sizeof(header) - 1);
	for (i = 0; rc == RC_OK && i < e->campaigns_n; i++)
		rc = campaign(e, db, &a, &e->campaigns[i]);
	if (rc == RC_OK && fclose(stdout) != 0)
		rc = RC_IO;
	error = rc == RC_IO ? strerror(errno) : rc == RC_DB ? db_error(db) : rc_title(rc, LANG_EN);
	if (rc == RC_OK)
		fprintf(stderr, "%s%" PRId64 " rows exported\n", e->shown_ms > 0 ? "\r" : "", e->rows);
	else
		fprintf(stderr, "%schulcheckctl: the output is not whole: %s\n",
		    e->shown_ms > 0 ? "\n" : "", error);
	db_close(db);
	arena_free(&a);
	return rc_exit(rc);
}

int
ctl_export(const char *path, const struct export_args *in)
{
	struct export e = { .in = in, .from = INT64_MIN, .to = INT64_MAX,
		.shown_ms = isatty(STDERR_FILENO) ? 0 : -1 };
	const char *fault = args_fault(in, &e.from, &e.to);
	struct arena a;
	int ret;

	if (fault != NULL)
		return complain(RC_INVALID, fault);
	/* Else the next file that is opened would be it. */
	if (fcntl(STDOUT_FILENO, F_GETFD) < 0)
		return complain(RC_IO, "standard output is closed");
	(void)signal(SIGPIPE, SIG_IGN);          /* a reader that went away is an error like others */
	arena_init(&a, MEMORY);
	ret = prepare(&e, &a, path);
	if (ret == 0)
		ret = print_all(&e, path);
	arena_free(&a);
	return ret;
}
