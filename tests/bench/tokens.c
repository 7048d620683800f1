/* SPDX-License-Identifier: Apache-2.0 */
/* tokens.c - access tokens as the auth host issues them, one a line, good for an hour, signed with the
 * system's own key: the workers have never seen them and must verify each. The i-th is for customer
 * bench-(i * 7919 mod CUSTOMERS), so that neighbours in time are none in the database.
 *
 *	tokens KEYS-FOLDER ISSUER FIRST N CUSTOMERS */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "web/json.h"
#include "web/jwt.h"

static const char *
claims(struct arena *a, const char *issuer, int64_t n, int64_t now)
{
	struct buf o = { .arena = a };

	json_open(&o, NULL, '{');
	json_put_text(&o, "iss", issuer);
	json_put_text(&o, "sub", arena_fmt(a, "bench-%032" PRId64, n));
	json_put_text(&o, "aud", "chulcheck");
	json_put_int(&o, "iat", now);
	json_put_int(&o, "exp", now + 3600);
	json_put_text(&o, "client_id", "chulcheck-app");
	json_put_text(&o, "jti", crypto_token(a));
	json_put_text(&o, "sid", crypto_token(a));
	json_put_text(&o, "scope", "openid profile email");
	json_put_text(&o, "name", arena_fmt(a, "고객%" PRId64, n));
	json_put_text(&o, "email", arena_fmt(a, "bench%" PRId64 "@example.kr", n));
	json_put_text(&o, "role", "customer");
	json_put_text(&o, "standing", "verified");
	json_close(&o, '}');
	return o.s;
}

int
main(int argc, char **argv)
{
	const char *error = "usage: tokens KEYS-FOLDER ISSUER FIRST N CUSTOMERS", *token;
	int64_t first = argc == 6 ? strtoll(argv[3], NULL, 10) : 0, i;
	int64_t n = argc == 6 ? strtoll(argv[4], NULL, 10) : 0, now = clock_now_ms() / 1000;
	int64_t customers = argc == 6 ? strtoll(argv[5], NULL, 10) : 0;
	struct jwt_signer *signer;
	struct arena a;

	if (customers <= 0 || jwt_signer_open(&signer, argv[1], &error) != RC_OK) {
		fprintf(stderr, "tokens: %s\n", error);
		return 1;
	}
	arena_init(&a, 1 << 20);
	for (i = first; i < first + n; i++) {
		if (jwt_sign(signer, &a, "at+jwt", claims(&a, argv[2], i * 7919 % customers, now),
		    &token) != RC_OK)
			return 1;
		puts(token);
		arena_reset(&a);
	}
	jwt_signer_close(signer);
	arena_free(&a);
	return 0;
}
