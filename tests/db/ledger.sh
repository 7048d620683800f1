#!/bin/sh
# ledger.sh - the schema itself keeps the ledgers: no program, ours or another, can make stock differ
# from its movements or change what was written down, also with foreign keys switched off.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
db=$work/attend.db
build/chulcheckctl migrate --domain attend "$db" >/dev/null
try() { sqlite3 -bail "$db" "PRAGMA foreign_keys=$1; $2" 2>&1 | sed -n 's/ (19)$//p' | sed 's/.*stepping, //; s/.*failed: //'; }
sqlite3 -bail "$db" "INSERT INTO reward (id, slug, name_ko, name_en, created_at) VALUES (1, 'mug', '머그컵', 'Mug', 0);
	INSERT INTO stock_movement (reward_id, delta, stock_after, reason, author, at) VALUES (1, 5, 5, 'r', 'a', 0);
	INSERT INTO audit (at, author, action, subject, detail) VALUES (0, 'a', 'b', 'c', 'd')"
move() { echo "INSERT INTO stock_movement (reward_id, delta, stock_after, reason, author, at) VALUES ($1, $2, $3, 'r', 'a', 0)"; }
for keys in ON OFF; do
	is "keys $keys: a stock changed by hand" "$(try $keys 'UPDATE reward SET stock = 6')" 'stock changes by a stock_movement only'
	is "keys $keys: a reward that starts with stock" "$(try $keys "INSERT INTO reward (slug, name_ko, name_en, created_at, stock) VALUES ('x', 'x', 'x', 0, 1)")" 'stock changes by a stock_movement only'
	is "keys $keys: a movement that does not add up" "$(try $keys "$(move 1 -1 3)")" 'stock changes by a stock_movement only'
	is "keys $keys: more than there is" "$(try $keys "$(move 1 -6 -1)")" 'stock_after >= 0'
	has "keys $keys: a movement of no reward" "|$(try $keys "$(move 999 5 5)")" 'no such reward'
	is "keys $keys: a movement changed" "$(try $keys 'UPDATE stock_movement SET delta = 4')" 'stock_movement is append-only'
	is "keys $keys: a movement deleted" "$(try $keys 'DELETE FROM stock_movement')" 'stock_movement is append-only'
	is "keys $keys: the audit changed" "$(try $keys "UPDATE audit SET author = 'x'")" 'audit is append-only'
	is "keys $keys: the audit deleted" "$(try $keys 'DELETE FROM audit')" 'audit is append-only'
done
is 'one that adds up' "$(sqlite3 "$db" "$(move 1 -1 4); SELECT stock FROM reward")" 4
finish
