#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* view.h - what the templates of the event host print, ready to print. */
#include <stdbool.h>
#include <stdint.h>

struct view_day {
	int64_t mday;            /* 0: an empty cell */
	bool came, today;
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
	const char *customer, *email;    /* staff's lists only */
	int64_t customer_id;
};

struct view_visit {
	const char *day, *time, *receipt;
	int64_t count, streak;
};

/* Of a select. */
struct view_option {
	const char *value, *text;
	bool chosen;
};
