#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* scope.h - lists of words with spaces between: scopes (RFC 6749 3.3), addresses of clients. */
#include <stdbool.h>

struct arena;

/* What a person's tokens may tell: who it is, the name, the e-mail. */
#define SCOPE_OPENID  "openid"
#define SCOPE_PROFILE "profile"
#define SCOPE_EMAIL   "email"
#define SCOPE_ALL     SCOPE_OPENID " " SCOPE_PROFILE " " SCOPE_EMAIL

/* True if the list holds the word, character by character. */
bool list_has(const char *list, const char *word);

/* Those words of the list that are among the three, each once, in the order of SCOPE_ALL. */
const char *scope_known(struct arena *, const char *list);

/* True if every word of the list is in the other one. */
bool list_within(struct arena *, const char *list, const char *other);
