#!/bin/sh
# pages.sh - runs pages.mjs with Chromium and packages from npm.
cd "$(dirname "$0")" || exit 1
[ -d node_modules ] || npm ci --no-audit --no-fund --silent >/dev/null 2>&1 || { echo 'not ok - npm ci'; echo '0 passed, 1 failed'; exit 1; }
exec node pages.mjs
