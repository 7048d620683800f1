#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* unsubscribe.h - the token in an unsubscribe link (RFC 8058): opaque, hard to forge, bound to one
 * customer and to the event's mails.
 *
 *	base64url(customer id in decimal) "." base64url(HMAC-SHA256(key, "unsubscribe:" id)) */
#include <stdbool.h>
#include <stdint.h>

struct arena;

char *unsubscribe_token(struct arena *, const char *key, int64_t customer_id);

/* False for anything that unsubscribe_token() with this key has not made. */
bool unsubscribe_check(struct arena *, const char *key, const char *token, int64_t *ret_customer_id);
