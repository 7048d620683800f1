#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - the one place that reads a clock, and the one function that names the business day.
 *
 * A moment is milliseconds since the epoch (UTC). A day is the number of days since
 * 1970-01-01 in the proleptic Gregorian calendar, of the local date in the zone of the
 * process; clock_zone() sets that zone once, before threads start. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum { DAY_TEXT = 11 };                      /* "YYYY-MM-DD" and its NUL */
enum { DAY_LAST = 2932896 };                /* 9999-12-31; 1970-01-01 is 0, which often means none */
enum { TIME_TEXT = 26 };                     /* "YYYY-MM-DDTHH:MM:SS+09:00" and its NUL */

int64_t clock_now_ms(void);                  /* CLOCK_REALTIME */
int64_t clock_mono_ms(void);                 /* CLOCK_MONOTONIC: for durations and deadlines */

/* Sets the process's zone. RC_CONFIG if the zone database does not know the name. */
[[nodiscard]] enum rc clock_zone(const char *name);

/* The business day of a moment; a day starts day_start_s seconds (0..86399) after local
 * midnight, so with 14,400 a check-in at 01:00 belongs to the day before. */
int64_t clock_day(int64_t at_ms, int64_t day_start_s);

/* The first moment of a business day. clock_day(clock_day_start(d, s), s) == d. */
int64_t clock_day_start(int64_t day, int64_t day_start_s);

/* "YYYY-MM-DD" of a day, and back; false for anything else (also 2026-02-30). Years 1970..9999. */
void day_text(int64_t day, char ret[DAY_TEXT]);
bool day_parse(const char *s, int64_t *ret);

/* Year, month 1..12 and day of the month 1..31 of a day, and back. */
void day_split(int64_t day, int *ret_year, int *ret_month, int *ret_mday);
int64_t day_make(int year, int month, int mday);
int day_weekday(int64_t day);                /* 0 = Sunday */

/* RFC 3339 local time with offset. */
void time_text(int64_t at_ms, char ret[TIME_TEXT]);
/* RFC 5322 date for mails, in arena-free form: needs 32 bytes. */
void time_mail(int64_t at_ms, char *ret, size_t cap);
