#!/bin/sh
# openid_client.sh - a system of its own with clients of each kind, made by chulcheckctl; then
# openid_client.mjs walks through it with the certified relying party openid-client from npm.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. scripts/lib.sh
(cd tests/oidc && { [ -d node_modules/openid-client ] || npm ci --no-audit --no-fund --silent; }) >"$work/npm" 2>&1 || {
	sed 's/^/# /' "$work/npm"; echo 'not ok - npm ci'; echo '0 passed, 1 failed'; exit 1; }
own_system
. "$RUN_ENV"
ctl() { "$BIN/chulcheckctl" client "$@" --database "$AUTH_DB"; }
key() { openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/$1.pem" 2>/dev/null; }
key one; key two
node --input-type=module -e '
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
const [work] = process.argv.slice(1);
const jwk = (name, extra) => ({ ...createPublicKey(createPrivateKey(readFileSync(`${work}/${name}.pem`))).export({ format: "jwk" }), ...extra });
writeFileSync(`${work}/pair.json`, JSON.stringify({ keys: [jwk("one", { kid: "one", use: "sig", alg: "RS256" }), jwk("two", { kid: "two" })] }));
writeFileSync(`${work}/nameless.json`, JSON.stringify({ keys: [jwk("two", {})] }));
' "$work"
back=http://shop.localhost:9/callback
out=http://shop.localhost:9/bye
web_secret=$(ctl add --id web --redirect-uri http://shop.localhost:9/other --redirect-uri $back --sign-out-uri http://shop.localhost:9/else --sign-out-uri $out)
ctl add --id app --public --redirect-uri kr.example.app:/callback --redirect-uri $back
ctl add --id keyed --jwks "$work/pair.json" --redirect-uri $back --scope verifications
ctl add --id nameless --jwks "$work/nameless.json" --scope verifications
export AUTH_URL EVENT_URL CUSTOMER_EMAIL CUSTOMER_PASSWORD NEWCOMER_EMAIL NEWCOMER_PASSWORD \
    SHOP_CLIENT_ID SHOP_CLIENT_SECRET
WORK=$work WEB_SECRET=$web_secret BACK=$back OUT=$out node tests/oidc/openid_client.mjs >"$work/out" 2>&1
code=$?
cat "$work/out"
exit $code
