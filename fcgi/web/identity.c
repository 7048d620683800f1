/* SPDX-License-Identifier: Apache-2.0 */
/* identity.c - the words of the claims "role" and "standing", and back; the bearer token.
 *
 * A word that we do not know means the least: a customer, of whom nothing is known. Reading a
 * token is in jwt.c. */
#include "web/identity.h"

#include <string.h>
#include <strings.h>

static const char *const roles[] = {
	[ROLE_CUSTOMER] = "customer", [ROLE_VIEWER] = "viewer", [ROLE_OPERATOR] = "operator",
	[ROLE_OWNER] = "owner", [ROLE_CLIENT] = "client",
};
static const char *const standings[] = {
	[STANDING_UNKNOWN] = "unknown", [STANDING_NOT_REGISTERED] = "not_registered",
	[STANDING_NO_PURCHASE] = "no_purchase", [STANDING_VERIFIED] = "verified",
};

const char *
identity_bearer(const char *header)
{
	static const char scheme[] = "Bearer ";

	if (header == NULL || strncasecmp(header, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	header += sizeof(scheme) - 1;
	return header + strspn(header, " ");
}

/* The place of a word in a list, or 0. */
static size_t
place(const char *const *words, size_t n, const char *s)
{
	size_t i;

	for (i = 0; s != NULL && i < n; i++)
		if (strcmp(words[i], s) == 0)
			return i;
	return 0;
}

const char *
role_word(enum role role)
{
	return roles[role];
}

enum role
role_parse(const char *s)
{
	return (enum role)place(roles, sizeof(roles) / sizeof(roles[0]), s);
}

const char *
standing_word(enum standing standing)
{
	return standings[standing];
}

enum standing
standing_parse(const char *s)
{
	return (enum standing)place(standings, sizeof(standings) / sizeof(standings[0]), s);
}
