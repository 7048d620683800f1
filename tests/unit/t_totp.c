/* SPDX-License-Identifier: Apache-2.0 */
/* t_totp.c - one-time codes against the vectors of RFC 4226 appendix D and RFC 6238 appendix B
 * (their last six digits), drift, use only once, and the sealed secret. */
#include <string.h>

#include "auth/totp.h"
#include "base/arena.h"
#include "base/crypto.h"
#include "t.h"

/* "12345678901234567890" */
static const char secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
static const char key[] = "0123456789012345678901234567890123456789";

static void
vectors(struct arena *a)
{
	static const char *const hotp[] = { "755224", "287082", "359152", "969429", "338314",
		"254676", "287922", "162583", "399871", "520489" };
	static const struct { int64_t at; const char *code; } totp[] = {
		{ 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
		{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" },
	};
	char got[TOTP_DIGITS + 1];
	size_t i;

	for (i = 0; i < sizeof(hotp) / sizeof(hotp[0]); i++)
		CHECK(totp_code(a, secret, (int64_t)i, got) && strcmp(got, hotp[i]) == 0);
	for (i = 0; i < sizeof(totp) / sizeof(totp[0]); i++) {
		CHECK(totp_code(a, secret, totp[i].at / TOTP_STEP_S, got) &&
		    strcmp(got, totp[i].code) == 0);
		CHECK(totp_step(a, secret, totp[i].code, totp[i].at, 0) == totp[i].at / TOTP_STEP_S);
	}
}

static void
windows(struct arena *a)
{
	const int64_t step = 1000000, now = step * TOTP_STEP_S + 10;
	char code[TOTP_DIGITS + 1];
	int64_t d;

	for (d = -3; d <= 3; d++) {
		CHECK(totp_code(a, secret, step + d, code));
		CHECK(totp_step(a, secret, code, now, 0) == (d >= -1 && d <= 1 ? step + d : 0));
		CHECK(totp_step(a, secret, code, now, step + d) == 0);
	}
	CHECK(totp_code(a, secret, step, code));
	CHECK(totp_step(a, secret, code, now, step - 1) == step);
	CHECK(totp_step(a, secret, code, now, step + 1) == 0);
	CHECK(totp_step(a, secret, "", now, 0) == 0);
	CHECK(totp_step(a, secret, "12345", now, 0) == 0);
	CHECK(totp_step(a, secret, "1234567", now, 0) == 0);
	CHECK(totp_step(a, secret, "12345a", now, 0) == 0);
	CHECK(totp_step(a, secret, "-12345", now, 0) == 0);
	CHECK(totp_step(a, secret, "287 082", 59, 0) == 1);
	CHECK(totp_step(a, secret, " 287082 ", 59, 0) == 1);
}

static void
sealed(struct arena *a)
{
	const char *made = totp_create(a), *stored, *back;
	char got[TOTP_DIGITS + 1];

	CHECK(strlen(made) == 32 && strcmp(made, totp_create(a)) != 0);
	stored = totp_seal(a, key, "subject", made);
	CHECK(stored != NULL && strstr(stored, made) == NULL);
	CHECK(strcmp(stored, totp_seal(a, key, "subject", made)) != 0);
	CHECK(totp_open(a, key, "subject", stored, &back) == RC_OK && strcmp(back, made) == 0);
	CHECK(totp_open(a, key, "another", stored, &back) == RC_DB);
	CHECK(totp_open(a, "another key of more than thirty-two bytes", "subject", stored, &back) == RC_DB);
	CHECK(totp_open(a, key, "subject", "", &back) == RC_DB);
	CHECK(totp_open(a, key, "subject", "AAAA", &back) == RC_DB);
	CHECK(totp_seal(a, key, "s", "") == NULL);
	CHECK(totp_seal(a, key, "s", "GEZDGNBV") == NULL);
	CHECK(totp_seal(a, key, "s", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1") == NULL);
	CHECK(totp_code(a, "gezd gnbv gy3t qojq gezd gnbv gy3t qojq", 0, got) && strcmp(got, "755224") == 0);
	CHECK(strcmp(totp_uri(a, secret, "출첵 shop", "a@b.kr"), "otpauth://totp/%EC%B6%9C%EC%B2%B5%20shop:"
	    "a%40b.kr?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%EC%B6%9C%EC%B2%B5%20shop") == 0);
}

int
main(void)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	vectors(&a);
	windows(&a);
	sealed(&a);
	arena_free(&a);
	return DONE();
}
