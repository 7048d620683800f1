/* SPDX-License-Identifier: Apache-2.0 */
/* unsubscribe.c - makes and checks the tokens of unsubscribe links. */
#include "base/unsubscribe.h"

#include <string.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/str.h"

char *
unsubscribe_token(struct arena *a, const char *key, int64_t customer_id)
{
	const char *id = arena_fmt(a, "%lld", (long long)customer_id);
	const char *what = arena_fmt(a, "unsubscribe:%s", id);
	uint8_t mac[SHA256_LEN];

	crypto_hmac((const uint8_t *)key, strlen(key), what, strlen(what), mac);
	return arena_fmt(a, "%s.%s", base64url_encode(a, id, strlen(id)),
	    base64url_encode(a, mac, sizeof(mac)));
}

bool
unsubscribe_check(struct arena *a, const char *key, const char *token, int64_t *ret_customer_id)
{
	const char *dot = strchr(token, '.'), *good;
	uint8_t *id;
	size_t len;
	int64_t n;

	if (dot == NULL || !base64url_decode(a, token, (size_t)(dot - token), &id, &len) ||
	    !str_int(arena_strn(a, (const char *)id, len), &n))
		return false;
	good = unsubscribe_token(a, key, n);
	if (strlen(good) != strlen(token) || !crypto_equal(good, token, strlen(good)))
		return false;
	*ret_customer_id = n;
	return true;
}
