# main_path.sh - the whole way, as people go it, with nothing but curl: sign up, be told that there
# is no purchase; sign in with purchases, check in, check in again; the staff's stock one lower, by
# form down to the threshold, the alert in the mail; the reminder only to those who did not come.
# To be sourced after tests/lib.sh and scripts/lib.sh, with what is in run.env and a function "remind"
# that lets the reminder run once; on the tree by tests/http/main_path.sh, on a machine that the
# packages made by tests/package/machine.sh.

# Sign up: the same answer for a new and for a known address; a link by mail; the same password.
browser new
page "$AUTH_URL/sign-up"
post "$AUTH_URL/sign-up" 'name=나새봄' 'email=saebom@example.kr' 'password=a long password of mine' accept=1
is 'sign-up is accepted' "$status" 200
said=$body
mail_for() { mails "$1" | grep -q verify-email; }
ok 'a link comes by mail' wait_for 20 mail_for saebom@example.kr
link=$(mails saebom@example.kr | grep -oE "$AUTH_URL/verify-email\?token=[A-Za-z0-9_-]+" | head -1)
page "$link"
is 'the link opens' "$status" 200
post "$AUTH_URL/verify-email" "token=$(field token)" 'password=a long password of mine'
is 'the password again, and in' "$status" 200
browser known
page "$AUTH_URL/sign-up"
post "$AUTH_URL/sign-up" 'name=누구' "email=$CUSTOMER_EMAIL" 'password=a long password of mine' accept=1
is 'a known address gets the same answer' "$(echo "$body" | sed 's/value="[^"]*"//g')" "$(echo "$said" | sed 's/value="[^"]*"//g')"
t=$(token saebom@example.kr 'a long password of mine')
ok 'the new account signs in' [ -n "$t" ]
api POST /v1/check-ins "$t"
is 'and is told that there is no purchase' "$status $(json type) $(json reason)" '403 /problems/not-eligible no_purchase'
req GET "$AUTH_URL/v1/purchases" -H "Authorization: Bearer $t"
is 'it has none to see' "$status $(json purchases)" '200 []'
browser new
page "$EVENT_URL/sign-in"
has 'its stamp card says so too' "$body" '구매내역'
t=$(token "$NEWCOMER_EMAIL" "$NEWCOMER_PASSWORD")
api POST /v1/check-ins "$t"
is 'the newcomer likewise' "$status $(json reason)" '403 no_purchase'

# The shop's server asks for standings.
req POST "$AUTH_URL/token" -u "$SHOP_CLIENT_ID:$SHOP_CLIENT_SECRET" -d 'grant_type=client_credentials&scope=verifications'
shop=$(json access_token)
verify() { req POST "$AUTH_URL/v1/verifications" -H "Authorization: Bearer $shop" -H 'Content-Type: application/json' -d "{\"email\":\"$1\"}"; }
verify "$CUSTOMER_EMAIL"; is 'verified' "$status $(json message)" '200 이메일 및 구매내역 인증에 성공하셨습니다.'
verify "$NEWCOMER_EMAIL"; is 'no purchase' "$status $(json type) $(json detail)" '404 /problems/no-purchase 구매내역 인증에 실패하셨습니다.'
verify nobody@example.kr; is 'not registered' "$status $(json type) $(json detail)" '404 /problems/not-registered 이메일 인증에 실패하셨습니다.'

# A customer with purchases.
stock() { sql "$ATTEND_DB" "SELECT stock FROM reward WHERE slug = 'sticker'"; }
before=$(stock)
t=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")
req GET "$AUTH_URL/v1/purchases" -H "Authorization: Bearer $t"
is 'purchases' "$status $(json purchases.0.product)" '200 제주 감귤 2kg'
api POST /v1/check-ins "$t"
is 'check-in' "$status $(json result) $(json count) $(json streak) $(json message)" '201 checked_in 1 1 김하늘님의 출석이 완료되었습니다.'
receipt=$(json receipt)
api POST /v1/check-ins "$t"
is 'again' "$status $(json result) $(json message)" '200 already_checked_in 김하늘님은 오늘 이미 출석하셨습니다.'
is 'the same receipt' "$(json receipt)" "$receipt"
api GET /v1/rewards/status "$t"
is 'count, streak, current and next reward' "$(json count) $(json streak) $(json current.name) $(json next.name) $(json next.days_left)" '1 1 웰컴 스티커 드립백 커피 2'
is 'the sentence' "$(json message)" '김하늘님의 누적 출석은 1회이며, 현재 리워드는 웰컴 스티커, 다음 리워드는 드립백 커피 (2일 남음)입니다.'
req GET "$EVENT_URL/v1/rewards/status" -H "Authorization: Bearer $t" -H 'Accept-Language: en'
has 'the sentence in English' "$body" 'Current reward: Welcome sticker'
id=$(curl -sS -H "Authorization: Bearer $t" "$EVENT_URL/v1/grants" | grep -oE '"grant":"[0-9]+"' | head -1 | tr -dc 0-9)
api POST "/v1/grants/$id/claim" "$t"; is 'claim' "$status $(json state)" '200 claimed'
api POST "/v1/grants/$id/claim" "$t"; is 'claim again' "$status $(json state)" '200 claimed'
browser customer
sign_in "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD"
has 'the card shows the receipt' "$body" "$receipt"
page "$EVENT_URL/admin"; is 'a customer is no staff' "$status" 403
page "$EVENT_URL/history"; has 'history' "$body" "$receipt"
page "$EVENT_URL/rewards"; has 'rewards' "$body" '웰컴 스티커'

# Staff.
browser staff
sign_in "$STAFF_EMAIL" "$STAFF_PASSWORD"
page "$EVENT_URL/admin/stock"
has 'the stock page shows one lower' "$body" "<dd>$((before - 1))</dd>"
is 'in the database too' "$(stock)" $((before - 1))
page "$EVENT_URL/admin/attendance"; has 'who came' "$body" "$CUSTOMER_EMAIL"
page "$EVENT_URL/admin/grants"; has 'who got what' "$body" '웰컴 스티커'
page "$EVENT_URL/admin/customers?q=hanul"
who=$(echo "$body" | grep -oE '/admin/customers/[0-9]+' | head -1)
page "$EVENT_URL$who"; has 'all of one customer' "$body" "$receipt"
page "$EVENT_URL/admin/stock/1"
post "$EVENT_URL/admin/stock/1/change" mode=remove amount=100000 reason=mistake "key=$(field key)"
is 'more than there is: 409, the form again' "$status" 409
is 'and nothing changed' "$(stock)" $((before - 1))
page "$EVENT_URL/admin/stock/1"
post "$EVENT_URL/admin/stock/1/change" mode=remove "amount=$((before - 11))" 'reason=행사용 출고' "key=$(field key)"
is 'by form down to the threshold' "$status $(stock)" '200 10'
alerts() { mails "$STAFF_EMAIL" | grep -c '^Subject:.*재고 알림'; }
one_alert() { [ "$(alerts)" = 1 ]; }
ok 'the alert is in the mail catcher' wait_for 20 one_alert
page "$EVENT_URL/admin/stock/1"
post "$EVENT_URL/admin/stock/1/change" mode=remove amount=1 'reason=하나 더' "key=$(field key)"
sleep 4
is 'no second alert below the threshold' "$(alerts)" 1
page "$EVENT_URL/admin/stock/1"
post "$EVENT_URL/admin/stock/1/change" mode=add amount=50 'reason=입고' "key=$(field key)"
page "$EVENT_URL/admin/stock/1"
post "$EVENT_URL/admin/stock/1/threshold" threshold=59
two_alerts() { [ "$(alerts)" = 2 ]; }
ok 'armed again: a second alert' wait_for 20 two_alerts

# The reminder: those who agreed and did not come; not who came, not who never agreed.
browser customer
page "$EVENT_URL/"
post "$EVENT_URL/mail-consent" agree=1
remind
has 'reminder: to one who agreed and did not come' "$(mails danbi@example.kr)" '(광고)'
is 'reminder: none to the one who came' "$(mails "$CUSTOMER_EMAIL" | grep -c '광고')" 0
is 'reminder: none to one who never agreed' "$(mails yeoreum@example.kr)" ''
remind
is 'reminder: a second run sends nothing' "$(mails danbi@example.kr | grep -c '^Subject:')" 1
link=$(mails danbi@example.kr | grep -oE "$EVENT_URL/unsubscribe\?token=[A-Za-z0-9_.-]+" | head -1)
req GET "$link"; is 'unsubscribe: GET changes nothing' "$status $(count "$ATTEND_DB" "mail_consent WHERE source = 'one-click'")" '200 0'
req POST "$link" -d 'List-Unsubscribe=One-Click'
is 'unsubscribe: one click' "$status $(count "$ATTEND_DB" "mail_consent WHERE source = 'one-click'")" '200 1'
req POST "${link}x" -d 'List-Unsubscribe=One-Click'; is 'unsubscribe: a wrong token' "$status" 404
ok 'verify finds no fault' "$BIN/chulcheckctl" verify --domain attend "$ATTEND_DB"
