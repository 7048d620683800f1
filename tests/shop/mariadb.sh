#!/bin/sh
# mariadb.sh - the shop's database is MariaDB: a private server, the tables of the first shop, a
# shop of another make-up, and everything that can go wrong with it.
cd "$(dirname "$0")/../.." || exit 1
PATH=$PATH:/usr/sbin
. tests/lib.sh
. tests/shop/lib.sh
password=$(openssl rand -hex 12)';=x'
port=$(free_port $((11000 + $$ % 3000)))
sleeping='SLEEP(10) = 0' zero_date="'0000-00-00 00:00:00'"

shop_sql() { mariadb --no-defaults --default-character-set=utf8mb4 -S "$home/socket" -u root "${1:-shop}"; }
answers() { echo 'SELECT 1' | shop_sql mysql; }
server_start() {
	$as_owner mariadbd --no-defaults --datadir="$home/data" --socket="$home/socket" --port="$port" --bind-address=127.0.0.1 \
	    --pid-file="$home/pid" --sql-mode= --innodb-flush-log-at-trx-commit=0 --skip-log-bin \
	    --ssl-ca="$home/ca.pem" --ssl-cert="$home/server.pem" --ssl-key="$home/server.key" >>"$home.log" 2>&1 &
	server=$!
	wait_for 60 answers
}
say_password() { echo "ALTER USER shop@'127.0.0.1' IDENTIFIED BY '$1';" | shop_sql mysql; }

certificates
at_exit="$at_exit; rm -f $home.log"
$as_owner mariadb-install-db --no-defaults --datadir="$home/data" --auth-root-authentication-method=normal --skip-test-db >"$work/install" 2>&1 || cat "$work/install"
ok 'a private server' server_start
{
	echo "CREATE DATABASE shop CHARACTER SET utf8mb4; CREATE USER shop@'127.0.0.1' IDENTIFIED BY '$password'; GRANT SELECT ON shop.* TO shop@'127.0.0.1'; USE shop;"
	first_tables
	# As old shops have them: EUC-KR, zero dates, everything may be NULL.
	echo "CREATE TABLE members (mail VARCHAR(254) PRIMARY KEY) CHARACTER SET euckr;
	CREATE TABLE orders (no VARCHAR(20) PRIMARY KEY, mail VARCHAR(254), item VARCHAR(20), item_name VARCHAR(50), qty INT, price DECIMAL(12,2), state VARCHAR(20), at DATETIME) CHARACTER SET euckr;"
	own_rows
} | shop_sql mysql
dsn() { printf 'Driver=MariaDB Unicode;Server=%s;Port=%s;Database=shop;User=shop;Password={%s};charset=utf8mb4%s\n' "$1" "$port" "$password" "${2:-}"; }
tls_dsn() { dsn "$1" ";SSLVERIFY=1;SSLCA=$home/$2.pem"; }
dsn 127.0.0.1 >"$home/dsn"
own_system --customers 2 --shop-dsn "$home/dsn"
. "$RUN_ENV"
fresh_tokens
case_first_shop
case_paging
case_own_shop

# Bytes of EUC-KR that nobody calls so, as dumps of old shops have them.
echo "CREATE TABLE raw (mail VARCHAR(254), name VARBINARY(50), state VARBINARY(20));
INSERT INTO raw VALUES ('hanul@example.kr', X'B0A8B1D6', X'C3EBBCD2'), ('bada@example.kr', X'EAB090E5', 'paid');" | shop_sql
settings 'shop_standing_sql = SELECT COUNT(*) AS registered, 1 AS purchases FROM raw WHERE mail = ?' \
    'shop_purchases_sql = SELECT 1 AS id, name AS product, 1 AS count, state AS status FROM raw WHERE mail = ?'
is 'a status in another encoding is no verdict' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
is 'a name in another encoding does not matter' "$(verify bada@example.kr)" '200 verified'
purchases "$hanul"
is 'it is shown as what cannot be read' "$status $(json purchases.0.product)" '200 ����'
settings 'shop_standing_sql = SELECT COUNT(*) AS registered, 1 AS purchases FROM raw WHERE mail = ?' \
    'shop_purchases_sql = SELECT 1 AS id, CONVERT(name USING euckr) AS product, 1 AS count, CONVERT(state USING euckr) AS status FROM raw WHERE mail = ?'
purchases "$hanul"
is 'named in the statement, both are right' "$(verify hanul@example.kr) $(purchases "$hanul"; json purchases.0.product)" '404 no_purchase 감귤'

timeout_s=4
settings 'shop_standing_sql = SELECT 1 AS registered FROM customer WHERE email = ?' 'purchase_amount = 100001' \
    "shop_purchases_sql = SELECT seq AS id, seq AS product, seq AS count, 1 AS amount FROM seq_1_to_100001 WHERE 'hanul@example.kr' = ?"
is 'more than a hundred thousand purchases: 503' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
has 'the log says so' "$(log)" 'more than 100,000 purchases'
timeout_s=2
case_tls
case_wrong_settings
case_wrong_schema
case_down
case_hanging

# Connections that die without a word, as behind a firewall that forgets them: on SIGUSR1 the proxy
# goes on holding those it has and passes nothing; new ones work.
cat >"$work/proxy.py" <<'P'
import select, signal, socket, sys, threading
here, there = int(sys.argv[1]), int(sys.argv[2])
silenced = 0
def silence(*_):
    global silenced
    silenced += 1
signal.signal(signal.SIGUSR1, silence)
def carry(a, b, born):
    while True:
        data = a.recv(65536)
        if silenced != born: threading.Event().wait()
        if not data: b.close(); return
        b.sendall(data)
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('127.0.0.1', here)); s.listen(64)
while True:
    c, _ = s.accept()
    d = socket.create_connection(('127.0.0.1', there))
    for pair in ((c, d), (d, c)): threading.Thread(target=carry, args=(*pair, silenced), daemon=True).start()
P
proxy=$(free_port $((port + 100)))
/usr/bin/python3 "$work/proxy.py" "$proxy" "$port" &
proxy_pid=$!
at_exit="kill $proxy_pid; $at_exit"
sed "s/Port=$port/Port=$proxy/" "$home/dsn" >"$_dir/secrets/shop_dsn"
settings
ok 'through a proxy: verified' back
for n in $(seq 40); do
	curl -sS -m 20 -o /dev/null -X POST "$AUTH_URL/v1/verifications" -H "Authorization: Bearer $shop" -H 'Content-Type: application/json' -d '{"email":"hanul@example.kr"}' &
	pids="${pids:-} $!"
done
# shellcheck disable=SC2086
wait $pids
kill -USR1 $proxy_pid
is 'connections die without a word: no verdict' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
ok 'then new ones are made' back
# A worker that has not been asked yet still has its silent ones: it says so once, and gets over it.
all_verified() { [ "$(for n in 1 2 3 4 5 6; do verify hanul@example.kr; done | sort -u | tr '\n' ' ')" = '200 verified ' ]; }
ok 'by all workers' wait_for 20 all_verified
finish
