#!/bin/sh
# plan.sh - what workers remember of campaigns, milestones and rewards is what the database says now:
# each change by another program shows in the next answer, and one that was rolled back in none.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system
. "$RUN_ENV"
t=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")
write() { flock "$ATTEND_DB.lock" sqlite3 -bail -cmd '.output /dev/null' -cmd 'PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=ON;' -cmd '.timeout 5000' "$ATTEND_DB" "$1"; }
next() { api GET /v1/rewards/status "$t"; json next.name; }

first=$(next)
ok 'something is next' [ -n "$first" ]
write "UPDATE reward SET name_ko = '새 이름 ' || id"
for i in 1 2 3 4; do has "a new name shows at once ($i)" "$(next)" '새 이름'; done
write "BEGIN; UPDATE reward SET name_ko = '없던 일'; ROLLBACK"
for i in 1 2; do has "what was rolled back does not ($i)" "$(next)" '새 이름'; done
write "UPDATE reward SET threshold = threshold"
has 'nothing else changed' "$(next)" '새 이름'
api POST /v1/check-ins "$t" '{}'
is 'checks in' "$status" 201
has 'the writer knows the name too' "$body" '새 이름'
write "INSERT INTO reward (slug, name_ko, name_en, created_at) VALUES ('soon', '곧 받을 것', 'Soon', 0);
    INSERT INTO milestone (campaign_id, slug, kind, days, repeats) SELECT id, 'soon', 'every', 1, 1 FROM campaign;
    INSERT INTO milestone_reward SELECT m.id, r.id FROM milestone m, reward r WHERE m.slug = 'soon' AND r.slug = 'soon'"
is 'a new milestone is next' "$(next)" '곧 받을 것'
write "DELETE FROM milestone_reward WHERE milestone_id = (SELECT id FROM milestone WHERE slug = 'soon')"
has 'a removed one is not' "$(next)" '새 이름'
write "UPDATE campaign SET slug = 'other'"
api GET '/v1/rewards/status?campaign=other' "$t"
is 'found by its new slug' "$status" 200
api GET '/v1/rewards/status?campaign=daily' "$t"
is 'and not by the old one' "$status" 404
write "UPDATE campaign SET state = 'closed'"
n=$(token "$NEWCOMER_EMAIL" "$NEWCOMER_PASSWORD")
api POST /v1/check-ins "$n" '{}'
is 'a closed campaign takes nobody' "$status" 409
write "UPDATE campaign SET state = 'draft'"
api GET /v1/rewards/status "$t"
is 'a draft is none' "$status" 404
finish
