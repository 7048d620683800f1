#!/bin/sh
# openapi.sh - docs/openapi.yaml against the running server: the same routes, and every answer is
# of the shape, the status and the content type that the file names.
cd "$(dirname "$0")/../.." || exit 1
. "$RUN_ENV"
export EVENT_URL AUTH_URL BIN CUSTOMER_EMAIL CUSTOMER_PASSWORD NEWCOMER_EMAIL NEWCOMER_PASSWORD SHOP_CLIENT_ID SHOP_CLIENT_SECRET
exec /usr/bin/python3 tests/http/openapi.py
