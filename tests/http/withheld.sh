#!/bin/sh
# withheld.sh - an order is cancelled after the check-in: what is owed is withheld when stock returns,
# what was granted cannot be claimed, and both follow once there is a purchase again. The books balance
# all the while.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
own_system --customers 8
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
is 'with a purchase again he is served at once, from what was there' "$(state customer2@example.kr)$(sql "$ATTEND_DB" "SELECT stock FROM reward WHERE id = $reward")" granted0
is 'and the books balance' "$(faults)" '0 faults'

# A withheld reward holds up nobody who comes later.
t5=$(token customer5@example.kr "$CUSTOMERS_PASSWORD")
api POST /v1/check-ins "$t5" '{}'
is 'the fifth has to wait' "$(state customer5@example.kr)" owed
cancel customer5@example.kr
long_ago
standing
page "$EVENT_URL/admin/stock/$reward"
post "$EVENT_URL/admin/stock/$reward/change" mode=add amount=2 'reason=two more came' "key=$(field key)"
is 'his is withheld' "$(state customer5@example.kr)" owed
t6=$(token customer6@example.kr "$CUSTOMERS_PASSWORD")
api POST /v1/check-ins "$t6" '{}'
is 'the sixth is served at once' "$(state customer6@example.kr)" granted
is 'and the books balance after that' "$(faults)" '0 faults'

# Somebody leaves whose reward is withheld, and somebody who waits.
leave() { # EMAIL
	browser "leaver.$1"
	page "$AUTH_URL/sign-in"; post "$AUTH_URL/sign-in" "email=$1" "password=$CUSTOMERS_PASSWORD" next=/account/delete
	post "$AUTH_URL/account/delete" sure=1 "password=$CUSTOMERS_PASSWORD"
}
gone() { [ "$(sql "$ATTEND_DB" "SELECT COUNT(*) FROM customer WHERE email = '$1'")" = 0 ]; }
leave customer5@example.kr
ok 'who leaves with a withheld reward is forgotten' wait_for 30 gone customer5@example.kr
is 'and the books balance without him' "$(faults)" '0 faults'
t7=$(token customer7@example.kr "$CUSTOMERS_PASSWORD")
api POST /v1/check-ins "$t7" '{}'
api POST /v1/check-ins "$(token customer8@example.kr "$CUSTOMERS_PASSWORD")" '{}'
is 'the eighth waits' "$(state customer8@example.kr)" owed
leave customer7@example.kr
ok 'who leaves with a reserved reward is forgotten' wait_for 30 gone customer7@example.kr
is 'it goes to who waited' "$(state customer8@example.kr)" granted
leave customer8@example.kr
ok 'who leaves next is forgotten too' wait_for 30 gone customer8@example.kr
is 'nobody gets the number of somebody who left' "$(sql "$ATTEND_DB" "SELECT COUNT(*) >= 8 FROM customer")" 1
is 'and the books balance in the end' "$(faults)" '0 faults'
hasnt 'the job never complained' "$(cat "$work/jobs")" error
finish
