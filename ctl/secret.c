/* SPDX-License-Identifier: Apache-2.0 */
/* secret.c - passwords and random secrets. */
#include <stdio.h>
#include <string.h>

#include "auth/password.h"
#include "base/arena.h"
#include "base/crypto.h"
#include "base/str.h"
#include "ctl.h"

static const char *
fault_text(enum password_fault fault)
{
	switch (fault) {
	case PASSWORD_GOOD: break;
	case PASSWORD_SHORT: return "the password needs at least 15 characters";
	case PASSWORD_LONG: return "the password has more than 128 characters";
	case PASSWORD_WEAK: return "the password is one of those that are tried first; take another";
	}
	return NULL;
}

int
ctl_password(void)
{
	char line[PASSWORD_MAX * 4 + 2];
	const char *stored = NULL, *fault = "no password on standard input";
	struct arena a;
	enum rc rc = RC_INVALID;

	arena_init(&a, 1 << 16);
	if (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		fault = str_utf8(line, strlen(line)) ? fault_text(password_fault(line, NULL, NULL)) :
		    "the password is not valid UTF-8";
		rc = fault == NULL ? password_hash(&a, line, &stored) : RC_INVALID;
	}
	crypto_wipe(line, sizeof(line));
	if (rc == RC_OK)
		puts(stored);
	else
		fprintf(stderr, "chulcheckctl: %s\n", fault != NULL ? fault : rc_title(rc, LANG_EN));
	arena_free(&a);
	return rc_exit(rc);
}

int
ctl_token(void)
{
	struct arena a;

	arena_init(&a, 1 << 12);
	puts(crypto_token(&a));
	arena_free(&a);
	return 0;
}
