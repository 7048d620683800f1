/* SPDX-License-Identifier: Apache-2.0 */
/* staff.c - the way to a first owner, and second factors in their stored form. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "auth/totp.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "ctl.h"
#include "query.h"

enum { CODE_LEN = 10, CODE_S = 86400, LINE = 200, KEY_MAX = 4000, KEY_MIN = 32 };

struct code {
	const char *hash, *role;
	int64_t expires_at;
};

static enum rc
add_run(struct db *db, struct arena *a, void *arg)
{
	const struct code *c = arg;
	int64_t now = clock_now_ms() / 1000;
	enum rc rc;

	if ((rc = q_staff_code_end(db, a, now, c->role, NULL)) != RC_OK ||
	    (rc = q_staff_code_add(db, a, c->hash, c->role, c->expires_at, NULL)) != RC_OK)
		return rc;
	return q_auth_audit_add(db, a, now, "chulcheckctl", "one-time code made", c->role, "", NULL);
}

/* The code is hashed as people type it: without hyphens (fcgi/auth/staff.c). */
static const char *
plain(struct arena *a, const char *code)
{
	char *text = arena_str(a, code), *to = text;

	for (; *code != '\0'; code++)
		if (*code != '-')
			*to++ = *code;
	*to = '\0';
	return text;
}

int
ctl_staff_code(const char *path, const char *role)
{
	uint8_t random[CODE_LEN];
	const char *error = "", *text;
	struct code c = { .role = role, .expires_at = clock_now_ms() / 1000 + CODE_S };
	struct arena a;
	struct db *db;
	enum rc rc;

	if (strcmp(role, "viewer") != 0 && strcmp(role, "operator") != 0 && strcmp(role, "owner") != 0) {
		fputs("chulcheckctl: a role is viewer, operator or owner\n", stderr);
		return rc_exit(RC_INVALID);
	}
	if ((rc = db_open(&db, path, DB_AUTH, DB_WRITE, &error)) != RC_OK) {
		fprintf(stderr, "chulcheckctl: %s %s\n", path, error);
		return rc_exit(rc);
	}
	arena_init(&a, 1 << 20);
	crypto_random(random, sizeof(random));
	text = base32_groups(&a, random, sizeof(random));
	c.hash = crypto_sha256_text(&a, plain(&a, text));
	rc = db_write(db, &a, add_run, &c);
	if (rc == RC_OK)
		printf("%s\n", text);
	else
		fprintf(stderr, "chulcheckctl: the code could not be stored: %s\n", db_error(db));
	if (rc == RC_OK)
		fprintf(stderr, "For one account, once, within 24 hours: sign up or sign in at the auth host, "
		    "open /staff/code there and enter it.\n");
	db_close(db);
	arena_free(&a);
	return rc_exit(rc);
}

static bool
read_line(FILE *from, char *ret, size_t cap)
{
	if (from == NULL || fgets(ret, (int)cap, from) == NULL)
		return false;
	ret[strcspn(ret, "\n")] = '\0';
	return true;
}

int
ctl_totp(const char *key_path, const char *subject)
{
	char key[KEY_MAX], secret[LINE];
	const char *stored = NULL;
	FILE *file = fopen(key_path, "re");
	struct arena a;

	arena_init(&a, 1 << 16);
	if (!read_line(file, key, sizeof(key)) || strlen(key) < KEY_MIN)
		fprintf(stderr, "chulcheckctl: %s is not readable or has fewer than %d bytes\n", key_path,
		    KEY_MIN);
	else if (!read_line(stdin, secret, sizeof(secret)) ||
	    (stored = totp_seal(&a, key, subject, secret)) == NULL)
		fputs("chulcheckctl: no base32 secret of 128 to 512 bits on standard input\n", stderr);
	if (stored != NULL)
		puts(stored);
	crypto_wipe(key, sizeof(key));
	crypto_wipe(secret, sizeof(secret));
	if (file != NULL)
		fclose(file);
	arena_free(&a);
	return rc_exit(stored != NULL ? RC_OK : RC_INVALID);
}
