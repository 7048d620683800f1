#!/bin/bash
# proxy.sh - the site of the container "web" behind a proxy that has TLS: customers are told apart by what it says.
cd "$(dirname "$0")/../.." || exit 1
. scripts/lib.sh
. tests/lib.sh
. tests/site/lib.sh

cp containers/web nginx/run.conf.in "$root/usr/share/chulcheck"
mkdir -p "$root/run/chulcheck/web"
on env EVENT_URL=https://event.localhost AUTH_URL=https://auth.localhost LISTEN=127.0.0.1:8080 PROXY=127.0.0.0/8 \
    sh -c '/bin/sh /usr/share/chulcheck/web' >"$work/web.log" 2>&1 &
asked() { # HOW MANY TIMES, BY WHOM, PATH, ARGUMENTS OF curl: the statuses
	_n=$1 _whom=$2 _path=$3; shift 3
	curl -s -o /dev/null -w '%{http_code}\n' -H "X-Forwarded-For: $_whom" -H 'X-Forwarded-Proto: https' "$@" \
	    --connect-to ::127.0.0.1:8080 "http://auth.localhost:8080$_path?[1-$_n]" | sort | uniq -c | tr -s ' \n' ' '
}
up() { [ "$(asked 1 203.0.113.9 /static/icon.svg)" = ' 1 200 ' ]; }
ok 'it serves' wait_for 20 up
refused=$(asked 300 203.0.113.1 /sign-up -d x=1)
has 'one customer who signs up 300 times is held up' "$refused" ' 429 '
hasnt 'another one is not' "$(asked 1 203.0.113.2 /sign-up -d x=1)" ' 429 '
has 'and the browser stays with TLS' "$(curl -s -o /dev/null -D - -H 'X-Forwarded-Proto: https' http://auth.localhost:8080/static/icon.svg)" \
    'Strict-Transport-Security: max-age=31536000; includeSubDomains'
finish
