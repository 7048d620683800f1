# lib.sh - what the tests of foreign shops share: a private server of some make, a whole system that
# asks it, and the cases, which are the same for each make. Source it from the top folder, after
# tests/lib.sh, and define before calling the cases:
#
#	server_start		a private server; sets $server, its process
#	shop_sql [DATABASE]		runs SQL of standard input as its owner
#	say_password WORD		makes WORD the password of the account that we use
#	sleeping			a condition that takes ten seconds
#
# and here are
#
#	$as_owner COMMAND...	as a user that servers agree to run as
#	stop_signal		if it is not TERM
#	tls_dsn HOST CA		the connection string for a server whose certificate is checked
#	freeze, thaw		stops the server dead, as a machine that hangs
#	settings [LINE...]	settings of the auth host over the usual ones, taken over at once
#	verify EMAIL		asks as the shop's server: prints status and result or reason
#	standing EMAIL PASSWORD	signs in: prints the claim standing
#	purchases TOKEN [QUERY]	GET /v1/purchases
. scripts/lib.sh
home=$(mktemp -d /tmp/chulcheck-shop.XXXXXX)
server=''
stop_server() { [ -z "$server" ] || { thaw; kill -${stop_signal:-TERM} $server; wait $server; } 2>/dev/null; }
at_exit="stop_server; rm -rf $home; $at_exit"
as_owner=''
if [ "$(id -u)" = 0 ]; then
	chown nobody "$home"
	as_owner='setpriv --reuid nobody --regid nogroup --clear-groups'
fi
server_stop() { kill -${stop_signal:-TERM} $server; wait $server; server=''; }
children() { for _p; do echo "$_p"; children $(pgrep -P "$_p"); done; }
freeze() { kill -STOP $(children $server); }
thaw() { kill -CONT $(children $server); }

# A certificate for the name localhost, its maker's, and another maker's.
certificates() {
	for _ca in ca other; do openssl req -x509 -newkey rsa:2048 -nodes -keyout "$home/$_ca.key" -out "$home/$_ca.pem" -subj "/CN=$_ca" -days 2; done
	openssl req -newkey rsa:2048 -nodes -keyout "$home/server.key" -out "$home/server.csr" -subj /CN=localhost
	echo 'subjectAltName=DNS:localhost' >"$home/ext"
	openssl x509 -req -in "$home/server.csr" -CA "$home/ca.pem" -CAkey "$home/ca.key" -CAcreateserial -days 2 -extfile "$home/ext" -out "$home/server.pem"
	chmod 600 "$home/server.key"
	[ "$(id -u)" != 0 ] || chown nobody "$home/server.key"
} >"$work/openssl" 2>&1

parent() { pgrep -P "$_run" -f -- "chulcheck-auth --config"; }
settings() {
	_conf=$_dir/etc/auth.conf
	[ -f "$_conf.usual" ] || cp "$_conf" "$_conf.usual"
	{ cat "$_conf.usual"; echo "shop_timeout_s = ${timeout_s:-2}"; for _l; do echo "$_l"; done; } >"$_conf"
	_old=$(pgrep -P "$(parent)")
	kill -HUP "$(parent)"
	_gone() { for _p in $_old; do ! kill -0 "$_p" || return 1; done; }
	wait_for 30 _gone
}
shop_token() {
	req POST "$AUTH_URL/token" -u "$SHOP_CLIENT_ID:$SHOP_CLIENT_SECRET" -d 'grant_type=client_credentials&scope=verifications'
	json access_token
}
verify() {
	req POST "$AUTH_URL/v1/verifications" -H "Authorization: Bearer $shop" -H 'Content-Type: application/json' -d "{\"email\":\"$1\"}"
	echo "$status $(json result)$(json reason)$(case $status in 5*) json type ;; esac)"
}
standing() {
	token "$1" "$2" | cut -d. -f2 | /usr/bin/python3 -c 'import base64, json, sys
print(json.loads(base64.urlsafe_b64decode(sys.stdin.read().strip() + "==")).get("standing"))'
}
purchases() { req GET "$AUTH_URL/v1/purchases${2:-}" -H "Authorization: Bearer $1"; }
log() { tail -n "${1:-30}" "$_dir/log/auth.log"; }
back() { wait_for 20 verified_again; }
verified_again() { [ "$(verify hanul@example.kr)" = '200 verified' ]; }

# What everybody sees while the shop cannot be asked.
away() { # WHY
	is "$1: 503, not a verdict" "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
	is "$1: nor for a stranger" "$(verify nobody@example.kr)" '503 /problems/shop-unavailable'
	purchases "$hanul"
	is "$1: no list of purchases" "$status $(json type)" '503 /problems/shop-unavailable'
	is "$1: sign-in goes on" "$(standing "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")" unknown
}

# The first shop: everything is text, the e-mail is the key.
first_tables() {
	sed -e '/^BEGIN;$/d' -e '/^COMMIT;$/d' scripts/demo/shop.sql
	echo "INSERT INTO customer VALUES ('c1', '고객1', 'customer1@example.kr'), ('c2', '고객2', 'customer2@example.kr');"
	awk -v q="'" 'BEGIN {
		print "INSERT INTO purchasedetails VALUES"
		for (i = 1; i <= 5000; i++)
			printf "(%sm%05d%s, %scustomer1@example.kr%s, %s%d%s)%s\n", q, i, q, q, q, q, 1 + i % 12, q, i < 5000 ? "," : ";"
	}'
}

# Tokens live for five minutes.
fresh_tokens() {
	shop=$(shop_token)
	hanul=$(token "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")
	many=$(token customer1@example.kr "$CUSTOMERS_PASSWORD")
}

case_first_shop() {
	is 'the first shop: verified' "$(verify hanul@example.kr)" '200 verified'
	is 'no purchase' "$(verify bada@example.kr)" '404 no_purchase'
	is 'not registered' "$(verify nobody@example.kr)" '404 not_registered'
	is 'capitals do not matter' "$(verify HANUL@Example.KR)" '200 verified'
	is 'the token says verified' "$(standing "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")" verified
	is 'the token says no_purchase' "$(standing "$NEWCOMER_EMAIL" "$NEWCOMER_PASSWORD")" no_purchase
	is 'a quote in an address is no SQL' "$(verify "o'or'1'='1@example.kr")" '404 not_registered'
	purchases "$hanul"
	is 'purchases with Korean names' "$status $(json purchases.0)" '200 {"id": "1", "product": "제주 감귤 2kg", "count": "120"}'
	is 'three of them' "$(json more) $(json purchases | grep -o '"id"' | wc -l)" 'false 3'
}

case_paging() {
	is 'thousands of purchases: verified' "$(verify customer1@example.kr)" '200 verified'
	_seen=''
	for _offset in 0 100 4900; do
		purchases "$many" "?limit=100&offset=$_offset"
		_seen="$_seen $status $(json purchases.0.id) $(json purchases.99.id) $(json more);"
	done
	is 'thousands of purchases: pages' "$_seen" ' 200 m00001 m00100 true; 200 m00101 m00200 true; 200 m04901 m05000 false;'
	purchases "$many" '?offset=5000'
	is 'behind the last one' "$status $(json purchases) $(json more)" '200 [] false'
	_ids=$(for _offset in $(seq 0 100 4900); do purchases "$many" "?offset=$_offset"; json purchases | grep -o 'm[0-9]\{5\}'; done | sort -u | wc -l)
	is 'all pages together are all of them' "$_ids" 5000
}

# A shop of other names, with a rule. Its tables are in the script of the make.
own_standing='shop_standing_sql = SELECT COUNT(*) AS registered FROM members WHERE mail = ?'
own_purchases='shop_purchases_sql = SELECT o.no AS id, o.item_name AS product, o.qty AS COUNT, o.item AS product_id, o.price AS amount, o.state AS Status, o.at AS bought_at FROM orders o WHERE o.mail = ? ORDER BY o.no'
_today=$(TZ=Asia/Seoul date +%F) _long_ago=$(TZ=Asia/Seoul date -d '-40 days' +%F)
own_rows() {
	cat <<-Q
	INSERT INTO members (mail) VALUES ('hanul@example.kr'), ('bada@example.kr'), ('cancelled@example.kr'), ('old@example.kr'),
		('zero@example.kr'), ('null@example.kr'), ('small@example.kr'), ('refund@example.kr'), ('other@example.kr'), ('split@example.kr');
	INSERT INTO orders (no, mail, item, item_name, qty, price, state, at) VALUES
	('1', 'hanul@example.kr', 'P-1', '한라봉', 1, 12900.50, '배송완료', '$_today'), ('2', 'hanul@example.kr', 'P-1', '한라봉', 1, 90000, '취소', '$_today'),
	('3', 'cancelled@example.kr', 'P-1', '한라봉', 1, 90000, '취소', '$_today'), ('4', 'old@example.kr', 'P-1', '한라봉', 1, 90000, '배송완료', '$_long_ago'),
	('5', 'zero@example.kr', 'P-1', '한라봉', 1, 90000, '배송완료', $zero_date), ('6', 'null@example.kr', NULL, NULL, NULL, NULL, NULL, NULL),
	('7', 'small@example.kr', 'P-1', '한라봉', 1, 12899.99, '배송완료', '$_today'), ('8', 'refund@example.kr', 'P-1', '한라봉', 1, 20000, '배송완료', '$_today'),
	('9', 'refund@example.kr', 'P-1', '한라봉', 1, -20000, '배송완료', '$_today'), ('10', 'other@example.kr', 'P-9', '한라봉', 1, 90000, '배송완료', '$_today'),
	('11', 'split@example.kr', 'P-1', '한라봉', 1, 6000, '배송완료', '$_today'), ('12', 'split@example.kr', 'p-2', '한라봉', 1, 6900, 'SHIPPED', '$_today');
	Q
}
verdicts() { for _who; do printf '%s ' "$(verify "$_who@example.kr" | sed 's/^[0-9]* //')"; done; }

case_own_shop() {
	_all='hanul cancelled old zero null small refund other split bada'
	settings "$own_standing" "$own_purchases" 'purchase_days = 30' 'purchase_amount = 12900' 'purchase_products = p-1, P-2' 'purchase_statuses = 배송완료,shipped'
	is 'another shop: every rule' "$(verdicts $_all)" \
	    'verified no_purchase no_purchase no_purchase no_purchase no_purchase no_purchase no_purchase verified no_purchase '
	is 'a stranger there' "$(verify nobody@example.kr)" '404 not_registered'
	is 'in the token too' "$(standing "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD") $(standing "$NEWCOMER_EMAIL" "$NEWCOMER_PASSWORD")" 'verified no_purchase'
	purchases "$hanul" '?limit=1'
	is 'its columns are shown' "$(json purchases.0.product) $(json purchases.0.amount) $(json purchases.0.status) $(json purchases.0.bought_at | cut -c 1-10)" "한라봉 ${shown_amount:-12900.50} 배송완료 $_today"
	settings "$own_standing" "$own_purchases" 'purchase_days = 30'
	is 'only days' "$(verdicts $_all)" \
	    'verified no_purchase no_purchase no_purchase no_purchase verified verified verified verified no_purchase '
	settings "$own_standing" "$own_purchases" 'purchase_amount = 12900'
	is 'only an amount: refunds lower it' "$(verdicts $_all)" \
	    'verified no_purchase verified verified no_purchase no_purchase no_purchase verified verified no_purchase '
	_counted='shop_standing_sql = SELECT COUNT(DISTINCT m.mail) AS registered, COUNT(o.no) AS purchases FROM members m LEFT JOIN orders o ON o.mail = m.mail WHERE m.mail = ?'
	settings "$_counted" "$own_purchases"
	is 'no rule, but a status: cancelled ones do not count' "$(verdicts $_all)" \
	    'verified no_purchase verified verified verified verified verified verified verified no_purchase '
	settings "$_counted" "$own_purchases" 'purchase_cancelled ='
	is 'no rule at all' "$(verdicts $_all)" \
	    'verified verified verified verified verified verified verified verified verified no_purchase '
	settings "$_counted" "$(echo "$own_purchases" | sed 's/ o.state AS Status,//')"
	is 'no status' "$(verdicts $_all)" \
	    'verified verified verified verified verified verified verified verified verified no_purchase '
}

case_wrong_settings() {
	settings 'purchase_amount = 1'
	is 'a rule without its column: 503' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
	is 'and unknown in the token' "$(standing "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")" unknown
	has 'the log names it' "$(log)" 'shop_purchases_sql gives no column amount'
	settings 'shop_standing_sql = SELECT COUNT(*) AS registered FROM customer WHERE email = ?'
	is 'no count and no rule: 503' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
	has 'the log names that' "$(log)" 'shop_standing_sql gives no column purchases'
	settings 'shop_standing_sql = SELECT 1 AS registered, 1 AS purchases'
	is 'a statement without its parameter: 503' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
	has 'the log says so' "$(log)" 'has 0 parameters, not one'
	for _bad in "'many'" "'1.5'" -1 "''" NULL "'99999999999999999999'"; do
		settings "shop_standing_sql = SELECT 1 AS registered, $_bad AS purchases FROM customer WHERE email = ?"
		is "the number $_bad: 503" "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
	done
	for _n in 1 2 3 4 5 6 7; do verify hanul@example.kr; done >"$work/void"
	is 'one customer with garbage does not shut out others' "$(verify nobody@example.kr)" '404 not_registered'
	settings 'shop_standing_sql = SELECT 1 AS registered, 1 AS purchases FROM product WHERE ? IS NOT NULL'
	is 'more than one row: 503' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
	settings "shop_standing_sql = SELECT 1 AS registered, 1 AS purchases FROM customer WHERE email = ? AND $sleeping"
	_from=$(date +%s%N)
	is 'a slow answer: sign-in does not wait for it' "$(standing "$CUSTOMER_EMAIL" "$CUSTOMER_PASSWORD")" unknown
	ok 'nor for much longer than shop_timeout_s' [ $((($(date +%s%N) - _from) / 1000000)) -lt 7000 ]
	settings
	ok 'right settings again' back
}

case_wrong_schema() {
	echo 'ALTER TABLE purchasedetails RENAME TO gone;' | shop_sql
	away 'a table is missing'
	ok 'the breaker opens' wait_for 10 breaker_opens
	echo 'ALTER TABLE gone RENAME TO purchasedetails;' | shop_sql
	_before=$(wc -l <"$_dir/log/auth.log")
	ok 'it is back: verified without a restart' back
	ok 'the log says so' wait_for 20 breaker_closes
	echo 'ALTER TABLE product RENAME COLUMN count TO stock;' | shop_sql
	purchases "$hanul"
	is 'a column is missing: 503' "$status $(json type)" '503 /problems/shop-unavailable'
	echo 'ALTER TABLE product RENAME COLUMN stock TO count;' | shop_sql
	ok 'it is back' back
}
breaker_opens() { verify hanul@example.kr >"$work/void"; log 5 | grep -q 'shop: left alone'; }
# Each worker has a breaker: the one that was left alone may not be the one that answered first.
breaker_closes() { verify hanul@example.kr >"$work/void"; log +$((_before + 1)) | grep -q 'shop: answers again'; }

case_tls() {
	cp "$home/dsn" "$work/dsn"
	tls_dsn localhost ca >"$_dir/secrets/shop_dsn"
	settings
	is 'the certificate is checked: verified' "$(verify hanul@example.kr)" '200 verified'
	tls_dsn 127.0.0.1 ca >"$_dir/secrets/shop_dsn"
	settings
	is 'it is for another name: 503' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
	tls_dsn localhost other >"$_dir/secrets/shop_dsn"
	settings
	is 'it is made by somebody else: 503' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
	cp "$work/dsn" "$_dir/secrets/shop_dsn"
	settings
	ok 'without a check: verified' back
}

case_down() {
	fresh_tokens
	server_stop
	away 'the server is down'
	server_start
	ok 'it is back: verified without a restart' back
	say_password another
	server_stop
	server_start
	away 'a wrong password'
	hasnt 'no password in the log' "$(cat "$_dir/log/auth.log")" "$password"
	say_password "$password"
	ok 'the right one again' back
}

case_hanging() {
	fresh_tokens
	_from=$(date +%s%N)
	freeze
	away 'the server hangs'
	ok 'nobody waits long' [ $((($(date +%s%N) - _from) / 1000000)) -lt 14000 ]
	_from=$(date +%s%N)
	for _n in $(seq 60); do
		curl -sS -m 20 -o /dev/null -w '%{http_code}\n' -X POST "$AUTH_URL/v1/verifications" -H "Authorization: Bearer $shop" \
		    -H 'Content-Type: application/json' -d '{"email":"hanul@example.kr"}' &
		_pids="${_pids:-} $!"
	done >"$work/codes"
	req GET "$AUTH_URL/healthz"
	_health=$status
	wait $_pids
	is 'sixty at once: 503' "$(sort "$work/codes" | uniq -c | tr -s ' ')" ' 60 503'
	is 'while the worker is well' "$_health" 200
	ok 'none of them waits long' [ $((($(date +%s%N) - _from) / 1000000)) -lt 10000 ]
	sleep 12                             # some probes are left hanging
	is 'still no verdict' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
	thaw
	ok 'it wakes up: verified without a restart' back
	freeze
	verify hanul@example.kr >"$work/void"
	kill -HUP "$(parent)"
	sleep 3
	thaw
	ok 'new workers while one hung' back
	hasnt 'no worker ended badly' "$(log 200)" 'ended ('
}
