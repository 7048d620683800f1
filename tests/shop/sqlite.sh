#!/bin/sh
# sqlite.sh - the shop's database is an SQLite file, as in the demo: the same shops and rules, wrong
# settings and schemas, and a file that is locked, gone or no database.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/shop/lib.sh
sleeping='(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000000) SELECT COUNT(*) FROM n) > 0'
zero_date="'0000-00-00 00:00:00'" shown_amount=12900.5

shop_sql() { sqlite3 -bail -cmd '.timeout 5000' "$home/shop.db"; }

{
	echo 'BEGIN;'
	first_tables
	echo 'CREATE TABLE members (mail TEXT PRIMARY KEY); CREATE TABLE orders (no TEXT PRIMARY KEY, mail, item, item_name, qty, price, state, at);'
	own_rows
	echo 'COMMIT;'
} | shop_sql
printf 'Driver=SQLite3;Database=%s;NoCreat=1;NoWCHAR=1;Timeout=1000\n' "$home/shop.db" >"$home/dsn"
own_system --customers 2 --shop-dsn "$home/dsn"
. "$RUN_ENV"
fresh_tokens
case_first_shop
case_paging
case_own_shop
case_wrong_settings
case_wrong_schema

fresh_tokens
settings
mkfifo "$work/fifo"
{ echo 'BEGIN EXCLUSIVE; SELECT 1;'; cat "$work/fifo"; } | shop_sql >"$work/locked" &
wait_for 5 grep -q 1 "$work/locked"
away 'the file is locked'
: >"$work/fifo"
ok 'it is free again' back
settings
mv "$home/shop.db" "$home/moved.db"
away 'the file is gone'
echo 'this is no database, and longer than the header of one would be, which has a hundred bytes: indeed it is.' >"$home/shop.db"
sleep 6
away 'the file is no database'
mv "$home/moved.db" "$home/shop.db"
ok 'it is back' back
finish
