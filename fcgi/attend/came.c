/* SPDX-License-Identifier: Apache-2.0 */
/* came.c - how many have come on a day. */
#include "came.h"

#include "attend.h"
#include "base/clock.h"
#include "query.h"

enum { MANY = 5000, STANDS_MS = 1000 };

/* Whether the last count stands. If not, it stands for others while the caller counts. */
static bool
stands(struct came *last, int64_t campaign_id, int64_t day, int64_t *ret)
{
	int64_t now = clock_mono_ms();
	bool same;

	pthread_mutex_lock(&last->mutex);
	same = last->n >= MANY && last->campaign_id == campaign_id && last->day == day;
	*ret = last->n;
	if (same && now - last->at_ms > STANDS_MS) {
		last->at_ms = now;
		same = false;
	}
	pthread_mutex_unlock(&last->mutex);
	return same;
}

enum rc
came_count(struct req *r, int64_t campaign_id, int64_t day, int64_t *ret)
{
	struct came *last = &attend(r)->came;
	struct admin_today today;
	enum rc rc;

	if (stands(last, campaign_id, day, ret))
		return RC_OK;
	if ((rc = q_admin_today(r->db, r->arena, campaign_id, day, &today)) != RC_OK)
		return rc;
	*ret = today.n;
	pthread_mutex_lock(&last->mutex);
	last->campaign_id = campaign_id;
	last->day = day;
	last->n = today.n;
	last->at_ms = clock_mono_ms();
	pthread_mutex_unlock(&last->mutex);
	return RC_OK;
}
