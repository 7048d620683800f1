#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* frame.h - what all pages of the event host have around them, and the words that several share. */
#include "web/http.h"

/* The top and the bottom of a page; the title in both languages. */
void frame_top(struct req *, const char *title_ko, const char *title_en);
void frame_bottom(struct req *);

/* "지급 완료" for "granted", and so on. */
const char *frame_state(enum lang, const char *state);

/* "2026-11-22 09:30" in local time, and "2026-11-22" of a day: both in the arena. */
const char *frame_time(struct arena *, int64_t at_ms);
const char *frame_day(struct arena *, int64_t day);

/* "YYYY-MM" to the first day of that month; false for anything else. */
bool frame_month(const char *s, int64_t *ret_first);
