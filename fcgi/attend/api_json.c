/* SPDX-License-Identifier: Apache-2.0 */
/* api_json.c - the JSON shapes that several routes of this domain answer with, so that a grant
 * or a day looks the same everywhere. Ids are strings: a client's numbers may be too small. */
#include "api_json.h"

#include "attend.h"
#include "base/clock.h"
#include "progress.h"
#include "web/json.h"

void
api_json_begin(struct req *r)
{
	r->type_out = "application/json";
	json_open(&r->body_out, NULL, '{');
}

void
api_json_end(struct req *r)
{
	json_close(&r->body_out, '}');
}

void
api_json_day(struct req *r, const char *name, int64_t day)
{
	char text[DAY_TEXT];

	day_text(day, text);
	json_put_text(&r->body_out, name, text);
}

void
api_json_grant(struct req *r, const char *name, const struct progress_grant *g, bool with_day)
{
	struct buf *o = &r->body_out;

	json_open(o, name, '{');
	json_put_text(o, "grant", arena_fmt(r->arena, "%lld", (long long)g->id));
	json_put_text(o, "milestone", g->milestone);
	json_put_text(o, "reward", g->reward);
	json_put_text(o, "name", attend_name(r->lang, g->name_ko, g->name_en));
	json_put_text(o, "state", g->state);
	if (with_day)
		api_json_day(r, "day", g->day);
	json_close(o, '}');
}

void
api_json_next(struct req *r, const char *name, const struct progress_next *next)
{
	struct buf *o = &r->body_out;

	if (next->days_left < 0) {
		json_put_null(o, name);
		return;
	}
	json_open(o, name, '{');
	json_put_text(o, "reward", next->reward);
	json_put_text(o, "name", attend_name(r->lang, next->name_ko, next->name_en));
	json_put_int(o, "days_left", next->days_left);
	json_close(o, '}');
}
