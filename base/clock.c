/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - reads the clocks, and turns moments into business days for everybody.
 *
 * A business day begins at the first moment at which the wall clock has reached its date at
 * day_start_s, and lasts until the next one begins. Said this way it holds on the days of 23
 * and 25 hours too: an hour that is repeated never leads back to the day before, and a day
 * whose start is skipped begins when the clock has jumped over it. (Where a zone once left out
 * a whole date, as Samoa did on 2011-12-30, that day is empty.)
 *
 * Wall clock means seconds since 1970-01-01 00:00 local time: moment plus offset. The texts
 * clamp what they cannot express (years 1970..9999) instead of overflowing their buffers. */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400 };

static const int64_t last_day = 2932896;     /* 9999-12-31 */

/* The business day that a thread asked for last: the zone database is behind a lock that all
 * threads share, and nearly every question is about today. */
struct known_day {
	int zone;                /* zones when it was computed */
	int64_t start_s, day, from_s, until_s;
};
static _Thread_local struct known_day known;
static atomic_int zones;                     /* how often clock_zone() has been called */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
now_ms(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		abort();
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_now_ms(void)
{
	return now_ms(CLOCK_REALTIME);
}

int64_t
clock_mono_ms(void)
{
	return now_ms(CLOCK_MONOTONIC);
}

/* glibc takes a name that it does not find for UTC without a word: so look for the file. */
static bool
zone_exists(const char *name)
{
	const char *folder = getenv("TZDIR");
	char path[512], magic[4];
	bool ok = false;
	FILE *f;
	int n;

	if (folder == NULL || *folder == '\0')
		folder = "/usr/share/zoneinfo";
	if (*name < 'A' || name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+-_/")] != '\0')
		return false;
	n = snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (n < 0 || (size_t)n >= sizeof(path) || (f = fopen(path, "re")) == NULL)
		return false;
	ok = fread(magic, sizeof(magic), 1, f) == 1 && memcmp(magic, "TZif", 4) == 0;
	(void)fclose(f);
	return ok;
}

enum rc
clock_zone(const char *name)
{
	if (!zone_exists(name) || setenv("TZ", name, 1) != 0)
		return RC_CONFIG;
	tzset();
	zones++;
	return RC_OK;
}

static struct tm
local(int64_t at_s)
{
	time_t t = at_s;
	struct tm tm = { 0 };

	if (localtime_r(&t, &tm) == NULL)
		abort();
	return tm;
}

static int64_t
offset(int64_t at_s)
{
	return local(at_s).tm_gmtoff;
}

/* The first moment, in seconds, at which the wall clock has reached wall. */
static int64_t
reached(int64_t wall)
{
	int64_t lo = wall - DAY_S, hi = wall + DAY_S, mid, before, after;

	before = offset(lo);
	after = offset(hi);
	if (before == after)
		return wall - before;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (offset(mid) == before)
			lo = mid;
		else
			hi = mid;
	}
	/* The offset changes at hi. */
	if (wall - before < hi)
		return wall - before;
	return wall - after > hi ? wall - after : hi;
}

static int64_t
day_of(int64_t at_s, int64_t day_start_s)
{
	int64_t day = floor_div(at_s + offset(at_s) - day_start_s, DAY_S);

	/* In a repeated hour the wall clock reads less than it has reached already. */
	return at_s >= reached((day + 1) * DAY_S + day_start_s) ? day + 1 : day;
}

int64_t
clock_day(int64_t at_ms, int64_t day_start_s)
{
	int64_t at_s = floor_div(at_ms, 1000), day;
	struct known_day *k = &known;

	if (k->zone == zones && k->start_s == day_start_s && at_s >= k->from_s && at_s < k->until_s)
		return k->day;
	day = day_of(at_s, day_start_s);
	*k = (struct known_day){ .zone = zones, .start_s = day_start_s, .day = day,
		.from_s = reached(day * DAY_S + day_start_s),
		.until_s = reached((day + 1) * DAY_S + day_start_s) };
	return day;
}

int64_t
clock_day_start(int64_t day, int64_t day_start_s)
{
	return reached(day * DAY_S + day_start_s) * 1000;
}

/* Days and dates are converted in eras of 400 years (146,097 days) that begin on 1 March, so
 * that the leap day is the last of its year; 719,468 days lie between 0000-03-01 and 1970. */
void
day_split(int64_t day, int *ret_year, int *ret_month, int *ret_mday)
{
	int64_t era = floor_div(day + 719468, 146097);
	int64_t doe = day + 719468 - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t month = (5 * doy + 2) / 153;     /* 0 is March */

	*ret_mday = (int)(doy - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(yoe + era * 400 + (month >= 10));
}

int64_t
day_make(int year, int month, int mday)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400), yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + mday - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int
day_weekday(int64_t day)
{
	return (int)(day + 4 - floor_div(day + 4, 7) * 7);
}

static void
digits(char *ret, int v, int n)
{
	for (; n > 0; v /= 10)
		ret[--n] = (char)('0' + v % 10);
}

void
day_text(int64_t day, char ret[DAY_TEXT])
{
	int year, month, mday;

	day = day < 0 ? 0 : day > last_day ? last_day : day;
	day_split(day, &year, &month, &mday);
	memcpy(ret, "0000-00-00", DAY_TEXT);
	digits(ret, year, 4);
	digits(ret + 5, month, 2);
	digits(ret + 8, mday, 2);
}

static int
number(const char *s, int n)
{
	int v = 0;

	while (n-- > 0)
		v = v * 10 + (*s++ - '0');
	return v;
}

bool
day_parse(const char *s, int64_t *ret)
{
	char again[DAY_TEXT];
	int64_t day;
	int i;

	for (i = 0; i < DAY_TEXT - 1; i++)
		if (i == 4 || i == 7 ? s[i] != '-' : s[i] < '0' || s[i] > '9')
			return false;
	day = day_make(number(s, 4), number(s + 5, 2), number(s + 8, 2));
	/* A date that does not exist comes back as another one. */
	day_text(day, again);
	if (strcmp(s, again) != 0)
		return false;
	*ret = day;
	return true;
}

/* The local time of a moment, within the years that texts can express in every zone. */
static struct tm
expressible(int64_t at_ms)
{
	int64_t at_s = floor_div(at_ms, 1000), last = last_day * DAY_S;

	return local(at_s < DAY_S ? DAY_S : at_s > last ? last : at_s);
}

void
time_text(int64_t at_ms, char ret[TIME_TEXT])
{
	struct tm tm = expressible(at_ms);
	long minutes = labs(tm.tm_gmtoff) / 60;

	memcpy(ret, "0000-00-00T00:00:00+00:00", TIME_TEXT);
	digits(ret, tm.tm_year + 1900, 4);
	digits(ret + 5, tm.tm_mon + 1, 2);
	digits(ret + 8, tm.tm_mday, 2);
	digits(ret + 11, tm.tm_hour, 2);
	digits(ret + 14, tm.tm_min, 2);
	digits(ret + 17, tm.tm_sec, 2);
	ret[19] = tm.tm_gmtoff < 0 ? '-' : '+';
	digits(ret + 20, (int)(minutes / 60), 2);
	digits(ret + 23, (int)(minutes % 60), 2);
}

void
time_mail(int64_t at_ms, char *ret, size_t cap)
{
	static const char weekdays[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm tm = expressible(at_ms);
	long minutes = labs(tm.tm_gmtoff) / 60;

	(void)snprintf(ret, cap, "%.3s, %02d %.3s %04d %02d:%02d:%02d %c%02ld%02ld",
	    weekdays + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_gmtoff < 0 ? '-' : '+', minutes / 60,
	    minutes % 60);
}
