#!/bin/sh
# withheld.sh - an order is cancelled after the check-in: what is owed is withheld when stock returns,
# what was granted cannot be claimed, and both follow once there is a purchase again. The books balance
# all the while.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 4
. "$RUN_ENV"
reward=$(sql "$ATTEND_DB" "SELECT reward_id FROM milestone_reward WHERE milestone_id = (SELECT id FROM milestone WHERE kind = 'cumulative' AND days = 1)")
state() { sql "$ATTEND_DB" "SELECT group_concat(g.state) FROM \"grant\" g JOIN customer c ON c.id = g.customer_id WHERE c.email = '$1' AND g.reward_id = $reward"; }
standing() { "$BIN/chulcheck-notify" standing --config "$NOTIFY_CONF" 2>>"$work/jobs"; }
faults() { "$BIN/chulcheckctl" verify --domain attend "$ATTEND_DB" | tail -1 | sed 's/.*, //'; }
cancel() { sqlite3 "$SHOP_DB" "DELETE FROM purchasedetails WHERE email = '$1'"; }
buy() { sqlite3 "$SHOP_DB" "INSERT INTO purchasedetails (id, email, product_id) VALUES ('again-$1', '$1', '1')"; }
long_ago() { sql "$ATTEND_DB" "UPDATE customer SET standing_at = standing_at - 7200000" >/dev/null; }

browser staff
sign_in "$STAFF_EMAIL" "$STAFF_PASSWORD"
page "$EVENT_URL/admin/stock/$reward"
post "$EVENT_URL/admin/stock/$reward/change" mode=set amount=1 'reason=one is left' "key=$(field key)"
for n in 1 2 3 4; do
	t=$(token "customer$n@example.kr" "$CUSTOMERS_PASSWORD")
	api POST /v1/check-ins "$t" '{}'
	is "customer$n checks in" "$status" 201
done
is 'one is granted, three are owed' "$(for n in 1 2 3 4; do state customer$n@example.kr; done | tr '\n' ' ')" 'granted owed owed owed '

# customer2's order is cancelled; he does not come back. The job hears of it.
cancel customer2@example.kr
long_ago
standing
is 'the job has heard' "$(sql "$ATTEND_DB" "SELECT standing FROM customer WHERE email = 'customer2@example.kr'")" no_purchase
is 'and of the others too' "$(sql "$ATTEND_DB" "SELECT standing FROM customer WHERE email = 'customer3@example.kr'")" verified
page "$EVENT_URL/admin/stock/$reward"
post "$EVENT_URL/admin/stock/$reward/change" mode=add amount=1 'reason=one came' "key=$(field key)"
is 'his is withheld, the next one is served' "$(for n in 2 3 4; do state customer$n@example.kr; done | tr '\n' ' ')" 'owed granted owed '
is 'it is written down' "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM grant_event WHERE reason = 'withheld'")" 1
is 'the books balance' "$(faults)" '0 faults'
page "$EVENT_URL/admin/stock/$reward"
post "$EVENT_URL/admin/stock/$reward/change" mode=add amount=2 'reason=two came' "key=$(field key)"
is 'all but his are served, one unit stays' "$(for n in 2 3 4; do state customer$n@example.kr; done | tr '\n' ' ')$(sql "$ATTEND_DB" "SELECT stock FROM reward WHERE id = $reward")" 'owed granted granted 1'
is 'the books balance with it' "$(faults)" '0 faults'

# A shop that is away changes nobody's standing.
mv "$SHOP_DB" "$SHOP_DB.away"
long_ago
standing
is 'a shop that is away says nothing' "$(sql "$ATTEND_DB" "SELECT group_concat(DISTINCT standing) FROM customer WHERE email = 'customer2@example.kr'")" no_purchase
mv "$SHOP_DB.away" "$SHOP_DB"

# customer4's order is cancelled: what was granted cannot be claimed by then.
cancel customer4@example.kr
t=$(token customer4@example.kr "$CUSTOMERS_PASSWORD")
id=$(sql "$ATTEND_DB" "SELECT g.id FROM \"grant\" g JOIN customer c ON c.id = g.customer_id WHERE c.email = 'customer4@example.kr' AND g.reward_id = $reward")
api POST "/v1/grants/$id/claim" "$t" '{}'
is 'no claim without a purchase' "$status $(json reason)" '403 no_purchase'
is 'it stays granted' "$(state customer4@example.kr)" granted
buy customer4@example.kr
t=$(token customer4@example.kr "$CUSTOMERS_PASSWORD")
api POST "/v1/grants/$id/claim" "$t" '{}'
is 'with one again' "$status $(state customer4@example.kr)" '200 claimed'

# customer2 buys again: his is granted with the next stock, now that the job knows.
buy customer2@example.kr
t=$(token customer2@example.kr "$CUSTOMERS_PASSWORD")
long_ago
standing
page "$EVENT_URL/admin/stock/$reward"
post "$EVENT_URL/admin/stock/$reward/change" mode=add amount=1 'reason=another one came' "key=$(field key)"
is 'with a purchase again he is served' "$(state customer2@example.kr)" granted
is 'and the books balance' "$(faults)" '0 faults'
hasnt 'the job never complained' "$(cat "$work/jobs")" error
finish
