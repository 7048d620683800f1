#!/bin/sh
# postgresql.sh - the shop's database is PostgreSQL: a private server, the tables of the first shop,
# a shop of another make-up in EUC-KR, and everything that can go wrong with it.
cd "$(dirname "$0")/../.." || exit 1
for bin in /usr/lib/postgresql/*/bin; do PATH=$bin:$PATH; done
. tests/lib.sh
. tests/shop/lib.sh
password=$(openssl rand -hex 12)';=x'
port=$(free_port $((14000 + $$ % 3000)))
sleeping='pg_sleep(10) IS NOT NULL' zero_date=NULL stop_signal=INT

shop_sql() { psql -q -v ON_ERROR_STOP=1 -h "$home" -p "$port" -U owner "${1:-shop}"; }
answers() { echo 'SELECT 1' | shop_sql postgres; }
server_start() {
	$as_owner postgres -D "$home/data" -h 127.0.0.1 -p "$port" -k "$home" -c fsync=off \
	    -c ssl=on -c ssl_cert_file="$home/server.pem" -c ssl_key_file="$home/server.key" >>"$home.log" 2>&1 &
	server=$!
	wait_for 60 answers
}
say_password() { echo "ALTER ROLE shop PASSWORD '$1';" | shop_sql postgres; }

certificates
at_exit="$at_exit; rm -f $home.log"
$as_owner initdb -D "$home/data" -U owner --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --locale=C >"$work/install" 2>&1 || cat "$work/install"
ok 'a private server' server_start
echo "CREATE ROLE shop LOGIN PASSWORD '$password'; CREATE DATABASE shop; CREATE DATABASE old ENCODING 'EUC_KR' TEMPLATE template0;" | shop_sql postgres
{ first_tables; echo 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop;'; } | shop_sql
{
	echo "SET client_encoding TO UTF8; CREATE TABLE members (mail VARCHAR(254) PRIMARY KEY);
	CREATE TABLE orders (no VARCHAR(20) PRIMARY KEY, mail VARCHAR(254), item CHAR(20), item_name VARCHAR(50), qty INT, price NUMERIC(12,2), state CHAR(20), at TIMESTAMPTZ);"
	own_rows
	echo 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop;'
} | shop_sql old
dsn() { printf 'Driver=PostgreSQL Unicode;Server=%s;Port=%s;Database=%s;Uid=shop;Pwd={%s}%s\n' "${2:-127.0.0.1}" "$port" "$1" "$password" "${3:-}"; }
tls_dsn() { dsn shop "$1" ";SSLmode=verify-full;pqopt={sslrootcert=$home/$2.pem}"; }
dsn shop >"$home/dsn"
own_system --customers 2 --shop-dsn "$home/dsn"
. "$RUN_ENV"
fresh_tokens
case_first_shop
case_paging
dsn old >"$_dir/secrets/shop_dsn"
case_own_shop
dsn shop >"$_dir/secrets/shop_dsn"
timeout_s=4
settings 'shop_standing_sql = SELECT 1 AS registered FROM customer WHERE email = ?' 'purchase_amount = 100001' \
    "shop_purchases_sql = SELECT n AS id, n AS product, n AS count, 1 AS amount FROM generate_series(1, 100001) n WHERE 'hanul@example.kr' = ?"
is 'more than a hundred thousand purchases: 503' "$(verify hanul@example.kr)" '503 /problems/shop-unavailable'
has 'the log says so' "$(log)" 'more than 100,000 purchases'
timeout_s=2
case_tls
case_wrong_settings
case_wrong_schema
case_down
[ -z "${LONG:-}" ] || case_hanging # the same way as with MariaDB
finish
