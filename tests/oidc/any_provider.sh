#!/bin/sh
# any_provider.sh - runs any_provider.mjs on a system of its own: another identity provider in place
# of the auth host, over https with a certificate of an authority made here.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
modules=tests/oidc/provider
[ -d $modules/node_modules ] || (cd $modules && npm ci --no-audit --no-fund --silent >/dev/null 2>&1) || { echo 'not ok - npm ci'; echo '0 passed, 1 failed'; exit 1; }
authority() { # NAME: makes NAME.pem, and NAME-server.pem for localhost
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null &&
	openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$work/$1-server.key" -out "$work/$1.csr" 2>/dev/null &&
	printf 'subjectAltName=DNS:localhost\n' >"$work/ext" &&
	openssl x509 -req -in "$work/$1.csr" -CA "$work/$1.pem" -CAkey "$work/$1.key" -CAcreateserial -days 2 -extfile "$work/ext" -out "$work/$1-server.pem" 2>/dev/null
}
authority ca && authority stranger || { echo 'not ok - certificates'; echo '0 passed, 1 failed'; exit 1; }
own_system --customers 12
. "$RUN_ENV"
DIR=$(dirname "$RUN_ENV")
PORT=$(free_port $((29100 + $$ % 600))) # and the two after it, where own_system puts nothing
export PORT RUN_ENV EVENT_URL AUTH_URL ATTEND_DB BIN DIR CERTS="$work" NODE_EXTRA_CA_CERTS="$work/ca.pem"
node tests/oidc/provider/any_provider.mjs
