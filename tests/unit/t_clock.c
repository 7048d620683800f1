/* SPDX-License-Identifier: Apache-2.0 */
/* t_clock.c - business days in zones with and without summer time, dates and their texts.
 * Moments are given in UTC, so nothing depends on the zone of the machine. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "t.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
enum { H = 3600 };

/* "YYYY-MM-DDTHH:MM:SS" in UTC. */
static int64_t
utc(const char *s)
{
	char date[DAY_TEXT] = { 0 };
	int64_t day = 0;

	memcpy(date, s, 10);
	CHECK(day_parse(date, &day));
	return (day * 86400 + ((s[11] - '0') * 10 + (s[12] - '0')) * H +
	    ((s[14] - '0') * 10 + (s[15] - '0')) * 60 + (s[17] - '0') * 10 + (s[18] - '0')) * 1000;
}

static int64_t
day(const char *s)
{
	int64_t d = -1;

	CHECK(day_parse(s, &d));
	return d;
}

static const struct { const char *zone; int start_s; const char *at, *day; } days[] = {
	{ "Asia/Seoul", 0, "2026-11-22T14:59:59", "2026-11-22" },
	{ "Asia/Seoul", 0, "2026-11-22T15:00:00", "2026-11-23" },
	{ "Asia/Seoul", 0, "2026-12-31T14:59:59", "2026-12-31" },
	{ "Asia/Seoul", 0, "2026-12-31T15:00:00", "2027-01-01" },
	{ "Asia/Seoul", 0, "2028-02-28T15:00:00", "2028-02-29" },
	{ "Asia/Seoul", 0, "2028-02-29T15:00:00", "2028-03-01" },
	{ "Asia/Seoul", 0, "2027-02-28T15:00:00", "2027-03-01" },
	{ "Asia/Seoul", 4 * H, "2026-11-22T18:59:59", "2026-11-22" },
	{ "Asia/Seoul", 4 * H, "2026-11-22T19:00:00", "2026-11-23" },
	{ "Asia/Seoul", 4 * H, "2026-12-31T16:00:00", "2026-12-31" },
	{ "Asia/Seoul", 86399, "2026-11-22T14:59:58", "2026-11-21" },
	{ "Asia/Seoul", 86399, "2026-11-22T14:59:59", "2026-11-22" },
	{ "UTC", 0, "1970-01-01T00:00:00", "1970-01-01" },
	/* New York, 2026-03-08: 02:00 EST becomes 03:00 EDT, at 07:00 UTC. */
	{ "America/New_York", 0, "2026-03-08T04:59:59", "2026-03-07" },
	{ "America/New_York", 0, "2026-03-08T05:00:00", "2026-03-08" },
	{ "America/New_York", 0, "2026-03-09T03:59:59", "2026-03-08" },
	{ "America/New_York", 0, "2026-03-09T04:00:00", "2026-03-09" },
	{ "America/New_York", 4 * H, "2026-03-08T07:59:59", "2026-03-07" },
	{ "America/New_York", 4 * H, "2026-03-08T08:00:00", "2026-03-08" },
	{ "America/New_York", 2 * H + 1800, "2026-03-08T06:59:59", "2026-03-07" },  /* skipped */
	{ "America/New_York", 2 * H + 1800, "2026-03-08T07:00:00", "2026-03-08" },
	/* 2026-11-01: 02:00 EDT becomes 01:00 EST, at 06:00 UTC. */
	{ "America/New_York", 0, "2026-11-01T03:59:59", "2026-10-31" },
	{ "America/New_York", 0, "2026-11-01T04:00:00", "2026-11-01" },
	{ "America/New_York", 0, "2026-11-02T04:59:59", "2026-11-01" },
	{ "America/New_York", 0, "2026-11-02T05:00:00", "2026-11-02" },
	{ "America/New_York", 4 * H, "2026-11-01T08:59:59", "2026-10-31" },
	{ "America/New_York", 4 * H, "2026-11-01T09:00:00", "2026-11-01" },
	{ "America/New_York", H + 1800, "2026-11-01T05:29:59", "2026-10-31" },      /* repeated */
	{ "America/New_York", H + 1800, "2026-11-01T05:30:00", "2026-11-01" },
	{ "America/New_York", H + 1800, "2026-11-01T06:15:00", "2026-11-01" },
	/* Sao Paulo skipped midnight on 2018-11-04 and repeated 23:00 of 2018-02-17. */
	{ "America/Sao_Paulo", 0, "2018-11-04T02:59:59", "2018-11-03" },
	{ "America/Sao_Paulo", 0, "2018-11-04T03:00:00", "2018-11-04" },
	{ "America/Sao_Paulo", 0, "2018-02-18T02:59:59", "2018-02-17" },
	{ "America/Sao_Paulo", 0, "2018-02-18T03:00:00", "2018-02-18" },
	/* Samoa left out 2011-12-30. */
	{ "Pacific/Apia", 0, "2011-12-30T09:59:59", "2011-12-29" },
	{ "Pacific/Apia", 0, "2011-12-30T10:00:00", "2011-12-31" },
};

static const struct { const char *zone; int start_s; const char *day, *at; } starts[] = {
	{ "Asia/Seoul", 0, "2026-11-23", "2026-11-22T15:00:00" },
	{ "Asia/Seoul", 4 * H, "2026-11-23", "2026-11-22T19:00:00" },
	{ "America/New_York", 0, "2026-03-08", "2026-03-08T05:00:00" },
	{ "America/New_York", 0, "2026-03-09", "2026-03-09T04:00:00" },
	{ "America/New_York", 4 * H, "2026-03-08", "2026-03-08T08:00:00" },
	{ "America/New_York", 2 * H + 1800, "2026-03-08", "2026-03-08T07:00:00" },
	{ "America/New_York", 4 * H, "2026-11-01", "2026-11-01T09:00:00" },
	{ "America/New_York", H + 1800, "2026-11-01", "2026-11-01T05:30:00" },
	{ "America/New_York", 2 * H, "2026-11-01", "2026-11-01T07:00:00" },
	{ "America/Sao_Paulo", 0, "2018-11-04", "2018-11-04T03:00:00" },
	{ "America/Sao_Paulo", 0, "2018-02-18", "2018-02-18T03:00:00" },
};

static void
tables(void)
{
	int64_t d;
	size_t i;

	for (i = 0; i < COUNT(days); i++) {
		CHECK(clock_zone(days[i].zone) == RC_OK);
		d = clock_day(utc(days[i].at) + (i % 2 ? 0 : 999), days[i].start_s);
		CHECK(d == day(days[i].day));
		if (d != day(days[i].day))
			printf("# %s %d %s\n", days[i].zone, days[i].start_s, days[i].at);
	}
	for (i = 0; i < COUNT(starts); i++) {
		CHECK(clock_zone(starts[i].zone) == RC_OK);
		d = clock_day_start(day(starts[i].day), starts[i].start_s);
		CHECK(d == utc(starts[i].at));
		if (d != utc(starts[i].at))
			printf("# %s %d %s\n", starts[i].zone, starts[i].start_s, starts[i].day);
	}
}

/* Every day of some years begins exactly where the day before ends, whatever its length; and
 * within it, the day never goes back. */
static void
every_day(const char *zone)
{
	static const int start_s[] = { 0, 1800, H, H + 1800, 2 * H, 2 * H + 1, 3 * H, 4 * H, 12 * H,
		86399 };
	int64_t d, at, last, before;
	bool ok = true;
	size_t i;

	CHECK(clock_zone(zone) == RC_OK);
	for (i = 0; i < COUNT(start_s); i++)
		for (d = day("2023-12-01"); d < day("2028-03-05"); d++) {
			at = clock_day_start(d, start_s[i]);
			ok = ok && clock_day(at, start_s[i]) == d &&
			    clock_day(at - 1, start_s[i]) == d - 1;
		}
	CHECK(ok);
	for (i = 0; i < COUNT(start_s); i++) {
		before = clock_day(utc("2025-12-31T00:00:00"), start_s[i]);
		last = utc("2027-01-02T00:00:00");
		for (at = utc("2025-12-31T00:00:00"); at < last; at += 600 * 1000) {
			d = clock_day(at, start_s[i]);
			ok = ok && (d == before || d == before + 1);
			before = d;
		}
	}
	CHECK(ok);
}

static void
zones(void)
{
	static const char *const unknown[] = {
		"", "Asia/Soul", "Asia", "KST-9", "UTC0", "/usr/share/zoneinfo/UTC",
		"../zoneinfo/UTC", ":UTC", "tzdata.zi", "zone1970.tab", "Asia/Seoul ",
		"Asia/Seoul\n",
	};
	size_t i;

	CHECK(clock_zone("Asia/Seoul") == RC_OK);
	for (i = 0; i < COUNT(unknown); i++) {
		CHECK(clock_zone(unknown[i]) == RC_CONFIG);
		CHECK(strcmp(getenv("TZ"), "Asia/Seoul") == 0);
	}
	CHECK(setenv("TZDIR", "/nonexistent", 1) == 0);
	CHECK(clock_zone("Asia/Seoul") == RC_CONFIG);
	CHECK(unsetenv("TZDIR") == 0);
}

static void
dates(void)
{
	static const char *const bad[] = {
		"", "2026", "2026-02-30", "2026-02-29", "2100-02-29", "2026-13-01", "2026-00-01",
		"2026-01-00", "2026-01-32", "2026-04-31", "1969-12-31", "0000-01-01", "2026-1-1",
		"2026-01-1", "2026-01-01 ", " 2026-01-01", "2026/01/01", "2026-01-01T", "20260101",
		"+026-01-01", "2026-01-0x", "10000-01-01",
	};
	int64_t d, v, last = day("9999-12-31");
	char text[DAY_TEXT];
	int y, m, md;
	bool ok = true;
	size_t i;

	CHECK(day("1970-01-01") == 0 && day("2000-02-29") == 11016 && last == 2932896);
	for (i = 0; i < COUNT(bad); i++) {
		v = 42;
		CHECK(!day_parse(bad[i], &v) && v == 42);
	}
	for (d = 0; d <= last; d++) {
		day_split(d, &y, &m, &md);
		day_text(d, text);
		ok = ok && day_make(y, m, md) == d && day_parse(text, &v) && v == d;
	}
	CHECK(ok);
	day_split(-1, &y, &m, &md);
	CHECK(y == 1969 && m == 12 && md == 31 && day_make(1969, 12, 31) == -1);
	CHECK(day_weekday(0) == 4 && day_weekday(day("2026-11-22")) == 0 && day_weekday(-1) == 3);
	day_text(last + 1, text);
	CHECK(strcmp(text, "9999-12-31") == 0);
	day_text(-1, text);
	CHECK(strcmp(text, "1970-01-01") == 0);
}

static void
texts(void)
{
	char text[TIME_TEXT], mail[32];

	CHECK(clock_zone("Asia/Seoul") == RC_OK);
	time_text(utc("2026-11-22T14:59:59") + 999, text);
	CHECK(strcmp(text, "2026-11-22T23:59:59+09:00") == 0);
	time_mail(utc("2026-11-22T14:59:59") + 999, mail, sizeof(mail));
	CHECK(strcmp(mail, "Sun, 22 Nov 2026 23:59:59 +0900") == 0);
	CHECK(clock_zone("America/St_Johns") == RC_OK);
	time_text(utc("2026-01-01T02:00:00"), text);
	CHECK(strcmp(text, "2025-12-31T22:30:00-03:30") == 0);
	time_mail(utc("2026-01-01T02:00:00"), mail, sizeof(mail));
	CHECK(strcmp(mail, "Wed, 31 Dec 2025 22:30:00 -0330") == 0);
	CHECK(clock_zone("UTC") == RC_OK);
	time_text(utc("2026-01-01T02:00:00"), text);
	CHECK(strcmp(text, "2026-01-01T02:00:00+00:00") == 0);
	time_text(INT64_MAX, text);
	CHECK(strlen(text) == TIME_TEXT - 1);
	time_text(INT64_MIN, text);
	CHECK(strlen(text) == TIME_TEXT - 1);
	CHECK(clock_now_ms() > utc("2020-01-01T00:00:00") && clock_mono_ms() >= 0);
}

static void *
thread(void *ok)
{
	int64_t at = (20779LL * 24 + 15) * H * 1000;         /* 2026-11-23T00:00:00+09:00 */
	bool good = true;
	int i;

	for (i = 0; i < 20000; i++)
		good = good && clock_day(at - (i & 1), 0) == 20780 - (i & 1) &&
		    clock_day_start(20780, 0) == at;
	*(bool *)ok = good;
	return NULL;
}

static void
threads(void)
{
	pthread_t t[4];
	bool ok[4] = { 0 };
	int i;

	CHECK(clock_zone("Asia/Seoul") == RC_OK);
	for (i = 0; i < 4; i++)
		CHECK(pthread_create(&t[i], NULL, thread, &ok[i]) == 0);
	for (i = 0; i < 4; i++)
		CHECK(pthread_join(t[i], NULL) == 0 && ok[i]);
}

int
main(void)
{
	(void)unsetenv("TZDIR");
	zones();
	dates();
	tables();
	every_day("Asia/Seoul");
	every_day("America/New_York");
	every_day("Australia/Lord_Howe");
	every_day("America/Havana");
	texts();
	threads();
	return DONE();
}
