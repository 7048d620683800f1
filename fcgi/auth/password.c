/* SPDX-License-Identifier: Apache-2.0 */
/* password.c - scrypt through libscrypt, the only file that knows it, and the rules of choice.
 *
 * Only libscrypt_scrypt() is used: its text helpers cut passwords at a NUL, take any cost from
 * the stored text and destroy what they check (traps LS-03 to LS-06). How many computations
 * run at once is the caller's business (gate.h). */
#include "password.h"

#include <libscrypt.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "base/str.h"

enum {
	SALT_LEN = 16, HASH_LEN = 32,
	COST_LN = 15, COST_R = 8, COST_P = 3,
	LN_MAX = 17, P_MAX = 4, WORK_MIN = 18,
	PERIOD_MAX = 4           /* bytes: also one character of any width */
};

struct stored {
	uint32_t ln, r, p;
	const uint8_t *salt, *hash;
};

/* For nobody: what it is compared with is never equal, as nothing is that was not computed. */
static const uint8_t no_salt[SALT_LEN], no_hash[HASH_LEN];

/* What people type when they are asked for fifteen characters: these and digits, one after the
 * other. Keyboard rows count in pieces. */
static const char *const common[] = {
	"password", "passw0rd", "p@ssw0rd", "p@ssword", "pass", "word", "passphrase", "secret",
	"qwertyuiop", "asdfghjkl", "zxcvbnm", "qwerty", "qwert", "asdfgh", "asdf", "zxcvbn", "zxcv",
	"1q2w3e4r5t6y7u8i9o0p", "1q2w3e4r5t6y", "1q2w3e4r", "1q2w3e", "q1w2e3r4", "1qaz2wsx3edc",
	"1qaz2wsx", "1qaz", "2wsx", "3edc", "qaz", "wsx", "edc", "abc", "abcd", "abcdef", "abcdefgh", "xyz",
	"admin", "administrator", "root", "user", "login", "guest", "test", "default", "master",
	"letmein", "welcome", "changeme", "change", "me", "iloveyou", "i", "love", "you", "my", "the",
	"monkey", "dragon", "sunshine", "princess", "football", "baseball", "superman", "batman",
	"shadow", "trustno1", "hello", "freedom", "whatever", "starwars", "pokemon", "michael",
	"correct", "horse", "battery", "staple", "korea", "seoul", "sarang", "saranghae", "dkssud",
	"qlalfqjsgh", "gksrnr", "tkfkdgo", "비밀번호", "사랑해", "안녕하세요", "대한민국", "한국",
};

static bool
is_periodic(const char *s, size_t len)
{
	size_t d, i;

	for (d = 1; d <= PERIOD_MAX && d < len; d++) {
		for (i = d; i < len && s[i] == s[i - d]; i++)
			;
		if (i == len)
			return true;
	}
	return false;
}

/* Each byte one above, or each one below, the byte before. */
static bool
is_run(const char *s, size_t len)
{
	int step = len > 1 ? s[1] - s[0] : 0;
	size_t i;

	if (step != 1 && step != -1)
		return false;
	for (i = 1; i < len; i++)
		if (s[i] - s[i - 1] != step)
			return false;
	return true;
}

/* Nothing but the word, once or more often. */
static bool
is_word(const char *s, const char *word)
{
	size_t len = word != NULL ? strlen(word) : 0;

	if (len == 0)
		return false;
	while (strncasecmp(s, word, len) == 0)
		s += len;
	return *s == '\0';
}

/* Nothing but common words, digits, and marks between them; a sentence of other words is not.
 * good[at]: the rest from there on is such. */
static bool
is_common(const char *s, size_t len)
{
	static const char between[] = "0123456789 !@#$%^&*()-_=+.,:;/?~";
	bool good[PASSWORD_MAX * 4 + 1] = { false };
	size_t i, at, n;

	good[len] = true;
	for (at = len; at-- > 0;) {
		good[at] = strchr(between, s[at]) != NULL && good[at + 1];
		for (i = 0; !good[at] && i < sizeof(common) / sizeof(common[0]); i++) {
			n = strlen(common[i]);
			good[at] = n <= len - at && strncasecmp(s + at, common[i], n) == 0 && good[at + n];
		}
	}
	return good[0];
}

enum password_fault
password_fault(const char *password, const char *email, const char *site)
{
	size_t len = strlen(password), points = str_points(password);

	if (points < PASSWORD_MIN)
		return PASSWORD_SHORT;
	if (points > PASSWORD_MAX)
		return PASSWORD_LONG;
	if (is_periodic(password, len) || is_run(password, len) || is_common(password, len) ||
	    is_word(password, site) ||
	    (email != NULL && *email != '\0' && strcasestr(password, email) != NULL))
		return PASSWORD_WEAK;
	return PASSWORD_GOOD;
}

static enum rc
compute(const char *password, const struct stored *s, uint8_t ret[HASH_LEN])
{
	return libscrypt_scrypt((const uint8_t *)password, strlen(password), s->salt, SALT_LEN,
	    UINT64_C(1) << s->ln, s->r, s->p, ret, HASH_LEN) == 0 ? RC_OK : RC_BUSY;
}

/* "NAME=" and one or two digits at *at; moves behind them. */
static bool
read_cost(const char **at, const char *name, uint32_t *ret)
{
	const char *s = *at;
	uint32_t v = 0;
	int n;

	if (!str_prefix(s, name))
		return false;
	s += strlen(name);
	for (n = 0; n < 2 && *s >= '0' && *s <= '9'; n++)
		v = v * 10 + (uint32_t)(*s++ - '0');
	*at = s;
	*ret = v;
	return n > 0;
}

/* The approved rows: p >= 3 with N >= 2^15, p = 2 with 2^16, p = 1 with 2^17, all with r = 8. */
static bool
is_approved(const struct stored *s)
{
	return s->r == COST_R && s->ln <= LN_MAX && s->p >= 1 && s->p <= P_MAX &&
	    s->ln + (s->p < 3 ? s->p : 3) >= WORK_MIN;
}

static bool
read_bytes(struct arena *a, const char *s, size_t len, size_t want, const uint8_t **ret)
{
	uint8_t *bytes;
	size_t n;

	if (!base64url_decode(a, s, len, &bytes, &n) || n != want)
		return false;
	*ret = bytes;
	return true;
}

static bool
read_stored(struct arena *a, const char *text, struct stored *ret)
{
	const char *at = text, *hash;

	if (!str_prefix(at, "$scrypt$"))
		return false;
	at += strlen("$scrypt$");
	if (!read_cost(&at, "ln=", &ret->ln) || !read_cost(&at, ",r=", &ret->r) ||
	    !read_cost(&at, ",p=", &ret->p) || !is_approved(ret) || *at++ != '$')
		return false;
	hash = strchr(at, '$');
	return hash != NULL && read_bytes(a, at, (size_t)(hash - at), SALT_LEN, &ret->salt) &&
	    read_bytes(a, hash + 1, strlen(hash + 1), HASH_LEN, &ret->hash);
}

enum rc
password_hash(struct arena *a, const char *password, const char **ret)
{
	uint8_t salt[SALT_LEN], hash[HASH_LEN];
	struct stored s = { .ln = COST_LN, .r = COST_R, .p = COST_P, .salt = salt };
	enum rc rc;

	crypto_random(salt, sizeof(salt));
	if ((rc = compute(password, &s, hash)) != RC_OK)
		return rc;
	*ret = arena_fmt(a, "$scrypt$ln=%u,r=%u,p=%u$%s$%s", s.ln, s.r, s.p,
	    base64url_encode(a, salt, sizeof(salt)), base64url_encode(a, hash, sizeof(hash)));
	return RC_OK;
}

bool
password_is_old(const char *stored)
{
	struct stored s = { 0 };
	const char *at = stored;

	if (!str_prefix(at, "$scrypt$"))
		return true;
	at += strlen("$scrypt$");
	return !read_cost(&at, "ln=", &s.ln) || !read_cost(&at, ",r=", &s.r) ||
	    !read_cost(&at, ",p=", &s.p) || s.ln != COST_LN || s.r != COST_R || s.p != COST_P;
}

enum rc
password_check(struct arena *a, const char *password, const char *stored)
{
	struct stored s = { COST_LN, COST_R, COST_P, no_salt, no_hash };
	uint8_t hash[HASH_LEN];
	bool equal;
	enum rc rc;

	if (stored != NULL && !read_stored(a, stored, &s))
		return RC_DB;
	if ((rc = compute(password, &s, hash)) != RC_OK)
		return rc;
	equal = crypto_equal(hash, s.hash, sizeof(hash));
	crypto_wipe(hash, sizeof(hash));
	return equal && stored != NULL ? RC_OK : RC_CREDENTIALS;
}
