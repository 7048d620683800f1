/* SPDX-License-Identifier: Apache-2.0 */
/* admin_home.c - the staff's first page: how many came today, what is left of each reward.
 *
 *	GET /admin */
#include "attend.h"
#include "base/clock.h"
#include "base/conf.h"
#include "frame.h"
#include "page.h"
#include "progress.h"
#include "query.h"

static enum rc
home_get(struct req *r)
{
	struct campaign campaign;
	struct admin_rewards *rewards;
	int64_t owed = 0, low = 0, came;
	size_t i, n;
	enum rc rc;

	if ((rc = db_snapshot(r->db)) == RC_OK &&
	    (rc = campaign_find(r->db, r->arena, r->conf->zone, NULL, clock_now_ms(), &campaign)) == RC_OK &&
	    (rc = came_count(r, campaign.id, campaign.today, &came)) == RC_OK)
		rc = q_admin_rewards(r->db, r->arena, &rewards, &n);
	db_snapshot_end(r->db);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_CLOSED : rc;       /* no campaign was ever made */
	for (i = 0; i < n; i++) {
		owed += rewards[i].owed;
		low += rewards[i].stock <= rewards[i].threshold;
	}
	frame_top(r, "운영", "Staff");
	page_admin_home(&r->body_out, &(struct page_admin_home){
		.lang = r->lang, .campaign = attend_name(r->lang, campaign.name_ko, campaign.name_en),
		.open = campaign.open, .day = frame_day(r->arena, campaign.today), .came = came,
		.owed = owed, .low = low,
		.rewards = rewards, .n = (int64_t)n,
	});
	frame_bottom(r);
	return RC_OK;
}

const struct route admin_home_routes[] = {
	ROUTE(GET, "/admin", home_get, PAGE, VIEWER),
	ROUTE_END
};
