#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* password.h - which passwords are taken, and how they are kept: scrypt (RFC 7914) as text,
 *
 *	$scrypt$ln=15,r=8,p=3$SALT$HASH
 *
 * with 16 bytes of salt and 32 of hash as base64url; N = 2^ln. What is read back is bounded
 * before anything is computed: ln 15..17, r = 8, p 1..4, and no less work than OWASP ASVS 5.0
 * (appendix C) approves. The whole password counts, byte by byte: nothing is cut, trimmed or
 * folded. One computation takes 128 * 8 * N bytes: 32 MiB for what is written today. */
#include <stdbool.h>

#include "base/rc.h"

struct arena;

enum { PASSWORD_MIN = 15, PASSWORD_MAX = 128 };      /* code points */

enum password_fault { PASSWORD_GOOD, PASSWORD_SHORT, PASSWORD_LONG, PASSWORD_WEAK };

/* Length, and a block list: one to four characters over and over, a run such as "abcdefg...",
 * the e-mail address, the site's name over and over, and whatever is made of the commonest words of
 * passwords and of digits alone. No rules of composition (NIST SP 800-63B-4). email and site may be
 * NULL. */
enum password_fault password_fault(const char *password, const char *email, const char *site);

/* The text to store. RC_BUSY: no memory for it now. */
[[nodiscard]] enum rc password_hash(struct arena *, const char *password, const char **ret);

/* Stored with other parameters than password_hash() writes today: to be hashed anew when its owner
 * next shows it. */
bool password_is_old(const char *stored);

/* RC_OK if the password is the one; RC_CREDENTIALS if not, also when stored is NULL: nobody
 * there is as much work as somebody. RC_DB for a stored text that is not ours. */
[[nodiscard]] enum rc password_check(struct arena *, const char *password, const char *stored);
