/* SPDX-License-Identifier: Apache-2.0 */
/* verify.c - compares the database of the attendance domain with the rules of the event.
 *
 * Everything is read from one snapshot, so it may run beside the workers. Each check is a query
 * of db/queries/attend_verify.sql that counts the rows which break a rule; the day of each
 * check-in is computed again from its moment here, since zones are no matter of SQL. Prints a
 * line for each rule that is broken and at the end "N checks, N faults". */
#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "ctl.h"
#include "query.h"

enum { PAGE_ROWS = 10000, MEMORY = 16 << 20 };

/* What a check found: how many rows, and the name of the first. */
struct found {
	int64_t n;
	const char *first;
};

typedef enum rc check_fn(struct db *, struct arena *, struct found *ret);

/* Generated rows of the queries differ in their tag only. */
#define QUERY(query) \
	static enum rc \
	query##_run(struct db *db, struct arena *a, struct found *ret) \
	{ \
		struct query row; \
		enum rc rc = q_##query(db, a, &row); \
	\
		if (rc == RC_OK) \
			*ret = (struct found){ row.n, row.first }; \
		return rc; \
	}
QUERY(verify_file)
QUERY(verify_reference)
QUERY(verify_stock)
QUERY(verify_movement)
QUERY(verify_movement_grant)
QUERY(verify_grant_unit)
QUERY(verify_grant_day)
QUERY(verify_grant_twice)
QUERY(verify_attendance_twice)
QUERY(verify_owed)
QUERY(verify_turn)
QUERY(verify_attendance)
QUERY(verify_consent)

/* Page by page: there may be millions of them. */
static enum rc
campaign_days(struct db *db, const struct verify_campaigns *c, struct found *ret)
{
	static char first[128];
	struct verify_days *rows;
	struct arena a;
	int64_t customer = 0, day = INT64_MIN;
	size_t i, n = PAGE_ROWS;
	enum rc rc = RC_OK;

	arena_init(&a, MEMORY);
	while (rc == RC_OK && n == PAGE_ROWS) {
		rc = q_verify_days(db, &a, c->id, customer, day, PAGE_ROWS, &rows, &n);
		for (i = 0; rc == RC_OK && i < n; i++) {
			customer = rows[i].customer_id;
			day = rows[i].day;
			if (clock_day(rows[i].at, c->day_start_s) == day)
				continue;
			if (ret->n++ == 0) {
				snprintf(first, sizeof(first), "customer %" PRId64 ", day %" PRId64
				    " of campaign %s", customer, day, c->slug);
				ret->first = first;
			}
		}
		arena_reset(&a);
	}
	arena_free(&a);
	return rc;
}

static enum rc
days_run(struct db *db, struct arena *a, struct found *ret)
{
	struct verify_campaigns *rows;
	struct found found = { 0, NULL };
	size_t i, n;
	enum rc rc = q_verify_campaigns(db, a, &rows, &n);

	for (i = 0; rc == RC_OK && i < n; i++) {
		rc = clock_zone(rows[i].zone);
		if (rc == RC_OK)
			rc = campaign_days(db, &rows[i], &found);
	}
	if (rc == RC_OK)
		*ret = found;
	return rc;
}

static const struct {
	check_fn *run;
	const char *text;
} checks[] = {
	{ verify_file_run, "damages of the file" },
	{ verify_reference_run, "references that lead nowhere" },
	{ verify_stock_run, "rewards whose stock is not the sum of their movements, or below 0" },
	{ verify_movement_run, "stock movements whose balance does not follow from those before" },
	{ verify_movement_grant_run, "stock movements that do not fit their grant" },
	{ verify_grant_unit_run, "grants that took no unit of stock, or owed ones that took one" },
	{ verify_grant_day_run, "grants without the check-in that earned them" },
	{ verify_grant_twice_run, "grants made twice" },
	{ verify_attendance_twice_run, "check-ins counted twice" },
	{ verify_owed_run, "grants that are owed although there is stock" },
	{ verify_turn_run, "rewards granted to somebody while an earlier one waits" },
	{ verify_attendance_run, "check-ins whose count, streak or longest streak is wrong" },
	{ days_run, "check-ins whose day is not that of their moment" },
	{ verify_consent_run, "reminders sent to somebody who had not agreed" },
};

static enum rc
run_checks(struct db *db, struct arena *a, int64_t *ret_faults)
{
	struct found found;
	enum rc rc = RC_OK;
	size_t i;

	*ret_faults = 0;
	for (i = 0; rc == RC_OK && i < sizeof(checks) / sizeof(checks[0]); i++) {
		rc = checks[i].run(db, a, &found);
		if (rc != RC_OK) {
			fprintf(stderr, "chulcheckctl: looking for %s failed: %s\n", checks[i].text,
			    rc == RC_CONFIG ? "a campaign's zone is not known" : db_error(db));
			continue;
		}
		if (found.n > 0)
			printf("%" PRId64 " %s: %s%s\n", found.n, checks[i].text,
			    found.first == NULL ? "?" : found.first, found.n > 1 ? ", ..." : "");
		*ret_faults += found.n;
	}
	if (rc == RC_OK)
		printf("%zu checks, %" PRId64 " faults\n", i, *ret_faults);
	return rc;
}

int
ctl_verify(const char *path)
{
	const char *error = "";
	int64_t faults = 0;
	struct arena a;
	struct db *db;
	enum rc rc = db_open(&db, path, DB_ATTEND, DB_READ, &error);

	if (rc != RC_OK) {
		fprintf(stderr, "chulcheckctl: %s %s\n", path, error);
		return rc_exit(rc);
	}
	arena_init(&a, MEMORY);
	rc = db_snapshot(db);
	if (rc == RC_OK)
		rc = run_checks(db, &a, &faults);
	db_snapshot_end(db);
	db_close(db);
	arena_free(&a);
	return rc_exit(rc == RC_OK && faults > 0 ? RC_INVALID : rc);
}
