#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* view.h - what the templates of the event host print, ready to print. */
#include <stdbool.h>
#include <stdint.h>

struct view_day {
	int64_t mday;            /* 0: an empty cell */
	bool came, today, later;
};

/* A month of seven columns, Sunday first: n cells, a multiple of seven. */
struct view_month {
	int64_t year, month;
	struct view_day cells[42];
	int64_t n;
	const char *before, *after;      /* "2026-10", or NULL when there is nothing to see */
};

struct view_milestone {
	const char *when;        /* "연속 3일" */
	const char *reward;
	bool available, reached;
};

struct view_grant {
	const char *id, *reward, *state, *state_text, *day;
	const char *settled, *claimed;   /* days, where another than day; or NULL */
	const char *customer, *email;    /* staff's lists only */
	int64_t customer_id;
};

/* What the stamp card says of today. done: with date and receipt; else: may he press the button? */
struct view_today {
	bool done, open, eligible;
	const char *date, *receipt;      /* "11.23" */
	const struct view_grant *earned;
	int64_t earned_n;
	const char *csrf, *account;
	int64_t left_ms, hours_left, minutes_left;       /* until the business day ends */
};

/* What comes next: days_left of days. days_left <= 0: nothing does. */
struct view_goal {
	const char *reward;
	int64_t days, days_left;
};

struct view_rules {
	const char *day_start, *zone, *first_day, *last_day;     /* last_day NULL: open end */
	const char *privacy;     /* address of the privacy notice, or NULL */
};

struct view_visit {
	const char *day, *time, *receipt;
	int64_t count, streak;
};

/* A change of stock as somebody typed it, to be put right; all empty at first. */
struct view_change {
	const char *mode, *amount, *reason;
};

/* Of a select. */
struct view_option {
	const char *value, *text;
	bool chosen;
};
