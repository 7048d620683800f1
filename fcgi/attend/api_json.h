#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* api_json.h - the JSON shapes that several routes of this domain answer with. */
#include <stdbool.h>
#include <stdint.h>

struct progress_grant;
struct progress_next;
struct req;

/* Begins the answer: sets the content type and opens the object. api_json_end() closes it. */
void api_json_begin(struct req *);
void api_json_end(struct req *);

/* A day as "YYYY-MM-DD". */
void api_json_day(struct req *, const char *name, int64_t day);

/* {"grant":"12","milestone":..,"reward":..,"name":..,"state":..}, and with_day "day". */
void api_json_grant(struct req *, const char *name, const struct progress_grant *, bool with_day);

/* {"reward":..,"name":..,"days_left":3} or null. */
void api_json_next(struct req *, const char *name, const struct progress_next *);
