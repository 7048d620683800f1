/* SPDX-License-Identifier: Apache-2.0 */
/* t_password.c - passwords: RFC 7914's vectors through the library we use, stored texts made by
 * another implementation (Python's hashlib, which is OpenSSL), texts that must be refused before
 * anything is computed, the rules of choice, and the gate around the computations. */
#include <libscrypt.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/gate.h"
#include "auth/password.h"
#include "base/arena.h"
#include "base/clock.h"
#include "t.h"

static const struct {
	const char *password, *salt;
	uint64_t n;
	uint32_t r, p;
	uint8_t hash[64];
} vectors[] = {
	{ "", "", 16, 1, 1, {
	    0x77, 0xd6, 0x57, 0x62, 0x38, 0x65, 0x7b, 0x20, 0x3b, 0x19, 0xca, 0x42, 0xc1, 0x8a, 0x04, 0x97,
	    0xf1, 0x6b, 0x48, 0x44, 0xe3, 0x07, 0x4a, 0xe8, 0xdf, 0xdf, 0xfa, 0x3f, 0xed, 0xe2, 0x14, 0x42,
	    0xfc, 0xd0, 0x06, 0x9d, 0xed, 0x09, 0x48, 0xf8, 0x32, 0x6a, 0x75, 0x3a, 0x0f, 0xc8, 0x1f, 0x17,
	    0xe8, 0xd3, 0xe0, 0xfb, 0x2e, 0x0d, 0x36, 0x28, 0xcf, 0x35, 0xe2, 0x0c, 0x38, 0xd1, 0x89, 0x06 } },
	{ "password", "NaCl", 1024, 8, 16, {
	    0xfd, 0xba, 0xbe, 0x1c, 0x9d, 0x34, 0x72, 0x00, 0x78, 0x56, 0xe7, 0x19, 0x0d, 0x01, 0xe9, 0xfe,
	    0x7c, 0x6a, 0xd7, 0xcb, 0xc8, 0x23, 0x78, 0x30, 0xe7, 0x73, 0x76, 0x63, 0x4b, 0x37, 0x31, 0x62,
	    0x2e, 0xaf, 0x30, 0xd9, 0x2e, 0x22, 0xa3, 0x88, 0x6f, 0xf1, 0x09, 0x27, 0x9d, 0x98, 0x30, 0xda,
	    0xc7, 0x27, 0xaf, 0xb9, 0x4a, 0x83, 0xee, 0x6d, 0x83, 0x60, 0xcb, 0xdf, 0xa2, 0xcc, 0x06, 0x40 } },
	{ "pleaseletmein", "SodiumChloride", 16384, 8, 1, {
	    0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb,
	    0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f, 0x8e, 0x3e, 0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2,
	    0xd5, 0x43, 0x29, 0x55, 0x61, 0x3f, 0x0f, 0xcf, 0x62, 0xd4, 0x97, 0x05, 0x24, 0x2a, 0x9a, 0xf9,
	    0xe6, 0x1e, 0x85, 0xdc, 0x0d, 0x65, 0x1e, 0x40, 0xdf, 0xcf, 0x01, 0x7b, 0x45, 0x57, 0x58, 0x87 } },
};

static void
rfc_7914(void)
{
	uint8_t hash[64];
	size_t i;

	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		CHECK(libscrypt_scrypt((const uint8_t *)vectors[i].password, strlen(vectors[i].password),
		    (const uint8_t *)vectors[i].salt, strlen(vectors[i].salt), vectors[i].n,
		    vectors[i].r, vectors[i].p, hash, sizeof(hash)) == 0);
		CHECK(memcmp(hash, vectors[i].hash, sizeof(hash)) == 0);
	}
}

#define SALT "$AAECAwQFBgcICQoLDA0ODw$"
#define HASH "GZ9nGsg1LO1-mz6UemeLpb9qvPbZ5CdattTBxKZ9STw"
static const char phrase[] = "correct horse 배터리 staple";

static const struct {
	const char *stored;
	enum rc rc;
} stored[] = {
	{ "$scrypt$ln=15,r=8,p=3" SALT HASH, RC_OK },
	{ "$scrypt$ln=16,r=8,p=2" SALT "7XNwbnGjymT75BIsnMvJmo95u5JWhZyd4IqR49zgr5s", RC_OK },
	{ "$scrypt$ln=17,r=8,p=1" SALT "L5mXTL33zkWPpel7aDWG4vpc0cMRMkb_vVARNnE8q8Y", RC_OK },
	{ "$scrypt$ln=15,r=8,p=3" SALT "HZ9nGsg1LO1-mz6UemeLpb9qvPbZ5CdattTBxKZ9STw", RC_CREDENTIALS },
	/* less work than is approved, more than we have memory and time for */
	{ "$scrypt$ln=14,r=8,p=3" SALT HASH, RC_DB },
	{ "$scrypt$ln=15,r=8,p=2" SALT HASH, RC_DB },
	{ "$scrypt$ln=16,r=8,p=1" SALT HASH, RC_DB },
	{ "$scrypt$ln=15,r=8,p=0" SALT HASH, RC_DB },
	{ "$scrypt$ln=15,r=8,p=5" SALT HASH, RC_DB },
	{ "$scrypt$ln=15,r=16,p=3" SALT HASH, RC_DB },
	{ "$scrypt$ln=30,r=8,p=3" SALT HASH, RC_DB },
	{ "$scrypt$ln=99,r=8,p=3" SALT HASH, RC_DB },
	{ "$scrypt$ln=150,r=8,p=3" SALT HASH, RC_DB },
	/* not the form */
	{ "", RC_DB },
	{ "$scrypt$", RC_DB },
	{ "$s1$0e0801$c2FsdA==$aGFzaA==", RC_DB },
	{ "$scrypt$ln=,r=8,p=3" SALT HASH, RC_DB },
	{ "$scrypt$ln=-1,r=8,p=3" SALT HASH, RC_DB },
	{ "$scrypt$r=8,ln=15,p=3" SALT HASH, RC_DB },
	{ "$scrypt$ln=15,r=8,p=3" SALT, RC_DB },
	{ "$scrypt$ln=15,r=8,p=3$" HASH, RC_DB },
	{ "$scrypt$ln=15,r=8,p=3$AAECAwQFBgcICQoLDA0ODw==$" HASH, RC_DB },
	{ "$scrypt$ln=15,r=8,p=3$AAECAwQFBgcICQoLDA0OD$" HASH, RC_DB },
	{ "$scrypt$ln=15,r=8,p=3" SALT HASH " ", RC_DB },
	{ "$scrypt$ln=15,r=8,p=3" SALT "GZ9nGsg1LO1", RC_DB },
};

static void
stored_texts(struct arena *a)
{
	size_t i;

	for (i = 0; i < sizeof(stored) / sizeof(stored[0]); i++)
		CHECK(password_check(a, phrase, stored[i].stored) == stored[i].rc);
}

static void
round_trip(struct arena *a)
{
	const char *one = "", *two = "";

	CHECK(password_hash(a, "fifteen letters", &one) == RC_OK);
	CHECK(password_hash(a, "fifteen letters", &two) == RC_OK);
	CHECK(strncmp(one, "$scrypt$ln=15,r=8,p=3$", 22) == 0 && strlen(one) == 88);
	CHECK(strcmp(one, two) != 0);
	CHECK(password_check(a, "fifteen letters", one) == RC_OK);
	CHECK(password_check(a, "fifteen letters", one) == RC_OK);
	CHECK(password_check(a, "fifteen letters", two) == RC_OK);
	CHECK(password_check(a, "fifteen letters ", one) == RC_CREDENTIALS);
	CHECK(password_check(a, "fifteen letter", one) == RC_CREDENTIALS);
	CHECK(password_check(a, "Fifteen letters", one) == RC_CREDENTIALS);
	CHECK(password_check(a, "", one) == RC_CREDENTIALS);
	CHECK(password_check(a, "fifteen letters", NULL) == RC_CREDENTIALS);
	CHECK(password_check(a, "", NULL) == RC_CREDENTIALS);
}

#define TEN "0918273645"
static const struct {
	const char *password;
	enum password_fault fault;
} rules[] = {
	{ "", PASSWORD_SHORT },
	{ "fourteen chars", PASSWORD_SHORT },
	{ "fifteen letters", PASSWORD_GOOD },
	{ "열네글자로된비밀번호입니다만", PASSWORD_SHORT },
	{ "열다섯글자가되는비밀번호입니다", PASSWORD_GOOD },
	{ "😀🙂😃🙃😄🙄😅🙅😆🙆😇🙇😈🙈😉", PASSWORD_GOOD },
	{ TEN "x" TEN "y" TEN "z" TEN "x" TEN "y" TEN "z" TEN "x" TEN "y" TEN "z" TEN "x" TEN "1234567",
	    PASSWORD_GOOD },
	{ TEN "x" TEN "y" TEN "z" TEN "x" TEN "y" TEN "z" TEN "x" TEN "y" TEN "z" TEN "x" TEN TEN "1234567890",
	    PASSWORD_LONG },
	{ "aaaaaaaaaaaaaaa", PASSWORD_WEAK },
	{ "               ", PASSWORD_WEAK },
	{ "가가가가가가가가가가가가가가가", PASSWORD_WEAK },
	{ "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", PASSWORD_WEAK },
	{ "ababababababababa", PASSWORD_WEAK },
	{ "123412341234123412", PASSWORD_WEAK },
	{ "aaaaaaaaaaaaaab", PASSWORD_GOOD },
	{ "abcdefghijklmnop", PASSWORD_WEAK },
	{ "ponmlkjihgfedcba", PASSWORD_WEAK },
	{ "PasswordPassword", PASSWORD_WEAK },
	{ "123456789012345", PASSWORD_WEAK },
	{ "hong.gildong@example.kr", PASSWORD_WEAK },
	{ "HONG.gildong@example.KR", PASSWORD_WEAK },
	{ "1hong.gildong@example.kr!", PASSWORD_WEAK },
	{ "hong gildong example", PASSWORD_GOOD },
	{ "ChulCheckShopChulCheckShop", PASSWORD_WEAK },
	{ "chulcheckshop and more", PASSWORD_GOOD },
	{ "password12345678", PASSWORD_WEAK },
	{ "Password!Password1", PASSWORD_WEAK },
	{ "qwertyuiop12345", PASSWORD_WEAK },
	{ "asdfghjklqwertyuiop", PASSWORD_WEAK },
	{ "1q2w3e4r5t6y7u8i9o0p", PASSWORD_WEAK },
	{ "iloveyou2iloveyou", PASSWORD_WEAK },
	{ "correcthorsebatterystaple", PASSWORD_WEAK },
	{ "letmein letmein 2024!", PASSWORD_WEAK },
	{ "비밀번호비밀번호비밀번호1234", PASSWORD_WEAK },
	{ "2024-11-23 00:00:00", PASSWORD_WEAK },
	{ "my password is a horse cart", PASSWORD_GOOD },
	{ "correct horse battery tulip", PASSWORD_GOOD },
};

static void
choice(void)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		CHECK(password_fault(rules[i].password, "hong.gildong@example.kr", "chulcheckshop") ==
		    rules[i].fault);
	CHECK(password_fault("fifteen letters", NULL, NULL) == PASSWORD_GOOD);
	CHECK(password_fault("fifteen letters", "", "") == PASSWORD_GOOD);
	CHECK(!password_is_old("$scrypt$ln=15,r=8,p=3$a$b"));
	CHECK(password_is_old("$scrypt$ln=16,r=8,p=2$a$b"));
	CHECK(password_is_old("$scrypt$ln=15,r=8,p=4$a$b"));
	CHECK(password_is_old("$scrypt$ln=15"));
	CHECK(password_is_old(""));
}

static void *
wait_inside(void *arg)
{
	struct gate *g = arg;

	return gate_enter(g, 5000) == RC_OK ? g : NULL;
}

static void
bounded(void)
{
	struct gate g;
	pthread_t other;
	int64_t began;
	void *inside = NULL;
	int64_t room = 0;

	gate_init(&g, 2, 1);
	CHECK(gate_enter(&g, 0) == RC_OK);
	CHECK(gate_enter(&g, 0) == RC_OK);
	began = clock_mono_ms();
	CHECK(gate_enter(&g, 50) == RC_BUSY);
	CHECK(clock_mono_ms() - began >= 49);
	CHECK(pthread_create(&other, NULL, wait_inside, &g) == 0);
	do {                         /* until the other one waits and the room is full */
		pthread_mutex_lock(&g.mutex);
		room = g.room;
		pthread_mutex_unlock(&g.mutex);
	} while (room != 0);
	began = clock_mono_ms();
	CHECK(gate_enter(&g, 5000) == RC_BUSY);
	CHECK(clock_mono_ms() - began < 1000);
	gate_leave(&g);
	pthread_join(other, &inside);
	CHECK(inside == &g);
	gate_leave(&g);
	gate_leave(&g);
	CHECK(g.free == 2 && g.room == 1);
	gate_destroy(&g);
}

int
main(void)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	rfc_7914();
	stored_texts(&a);
	round_trip(&a);
	choice();
	bounded();
	arena_free(&a);
	return DONE();
}
