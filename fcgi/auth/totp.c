/* SPDX-License-Identifier: Apache-2.0 */
/* totp.c - one-time codes (RFC 4226, RFC 6238) and base32; the cryptography is crypto.c. That no
 * code works twice is the caller's: he stores the step that totp_step() returns. */
#include "totp.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/net.h"

enum { RAW_MIN = 16, RAW_MAX = 64, BASE32_MAX = 104 };

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static const char *
encode(struct arena *a, const uint8_t *data, size_t len)
{
	char *text = arena_alloc(a, (len * 8 + 4) / 5 + 1, 1), *q = text;
	uint32_t bits = 0;
	size_t i;
	int n = 0;

	for (i = 0; i < len; i++) {
		bits = bits << 8 | data[i];
		for (n += 8; n >= 5; n -= 5)
			*q++ = base32[bits >> (n - 5) & 31];
	}
	if (n > 0)
		*q++ = base32[bits << (5 - n) & 31];
	*q = '\0';
	return text;
}

/* Without padding; small letters and spaces pass, since people copy secrets by hand. */
static bool
decode(struct arena *a, const char *s, uint8_t **ret, size_t *ret_len)
{
	uint8_t *data = arena_alloc(a, BASE32_MAX, 1), *q = data;
	uint32_t bits = 0;
	const char *at;
	int n = 0;
	char c;

	if (strlen(s) > BASE32_MAX)
		return false;
	for (; *s != '\0'; s++) {
		if (*s == ' ')
			continue;
		c = (char)(*s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s);
		if ((at = strchr(base32, c)) == NULL)
			return false;
		bits = bits << 5 | (uint32_t)(at - base32);
		if ((n += 5) >= 8) {
			n -= 8;
			*q++ = (uint8_t)(bits >> n);
		}
	}
	*ret = data;
	*ret_len = (size_t)(q - data);
	return *ret_len >= RAW_MIN && *ret_len <= RAW_MAX;
}

const char *
totp_create(struct arena *a)
{
	uint8_t raw[TOTP_SECRET_LEN];
	const char *ret;

	crypto_random(raw, sizeof(raw));
	ret = encode(a, raw, sizeof(raw));
	crypto_wipe(raw, sizeof(raw));
	return ret;
}

static const char *
context(struct arena *a, const char *subject)
{
	return arena_fmt(a, "totp:%s", subject);
}

const char *
totp_seal(struct arena *a, const char *key, const char *subject, const char *secret)
{
	uint8_t *raw;
	size_t len;

	return decode(a, secret, &raw, &len) ? crypto_seal(a, key, context(a, subject), raw, len) :
	    NULL;
}

enum rc
totp_open(struct arena *a, const char *key, const char *subject, const char *stored,
    const char **ret_base32)
{
	uint8_t *raw;
	size_t len;

	if (!crypto_open(a, key, context(a, subject), stored, &raw, &len))
		return RC_DB;
	*ret_base32 = encode(a, raw, len);
	return RC_OK;
}

bool
totp_code(struct arena *a, const char *secret, int64_t step, char ret[TOTP_DIGITS + 1])
{
	uint8_t mac[SHA1_LEN], counter[8], *raw;
	uint32_t at, number;
	size_t len;
	int i;

	if (!decode(a, secret, &raw, &len))
		return false;
	for (i = 0; i < 8; i++)
		counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	crypto_hmac_sha1(raw, len, counter, sizeof(counter), mac);
	at = mac[SHA1_LEN - 1] & 15;
	number = (uint32_t)(mac[at] & 127) << 24 | (uint32_t)mac[at + 1] << 16 |
	    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	snprintf(ret, TOTP_DIGITS + 1, "%06u", number % 1000000);
	return true;
}

int64_t
totp_step(struct arena *a, const char *secret, const char *code, int64_t now_s, int64_t used)
{
	char given[TOTP_DIGITS + 1] = "", want[TOTP_DIGITS + 1];
	int64_t step, found = 0;
	size_t len = 0;

	for (; *code != '\0'; code++) {
		if (*code == ' ')
			continue;
		if (*code < '0' || *code > '9' || len == TOTP_DIGITS)
			return 0;
		given[len++] = *code;
	}
	if (len != TOTP_DIGITS)
		return 0;
	for (step = now_s / TOTP_STEP_S - TOTP_DRIFT; step <= now_s / TOTP_STEP_S + TOTP_DRIFT; step++)
		if (totp_code(a, secret, step, want) && crypto_equal(given, want, TOTP_DIGITS) &&
		    step > used && found == 0)
			found = step;
	return found;
}

const char *
totp_uri(struct arena *a, const char *secret, const char *site, const char *email)
{
	const char *issuer = net_escape(a, site);

	return arena_fmt(a, "otpauth://totp/%s:%s?secret=%s&issuer=%s", issuer, net_escape(a, email),
	    secret, issuer);
}
