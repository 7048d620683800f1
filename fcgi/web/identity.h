#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* identity.h - who is asking: the claims of a verified access token (RFC 9068), or of a
 * session of the auth host. */
#include <stdbool.h>
#include <stdint.h>

enum role { ROLE_CUSTOMER, ROLE_VIEWER, ROLE_OPERATOR, ROLE_OWNER, ROLE_CLIENT };

/* What the shop says of the customer's purchases. UNKNOWN: it could not be asked. */
enum standing { STANDING_UNKNOWN, STANDING_NOT_REGISTERED, STANDING_NO_PURCHASE, STANDING_VERIFIED };

struct identity {
	const char *issuer, *subject;
	const char *name, *email;        /* email NULL unless proven */
	const char *client_id, *scope;
	const char *session;             /* sid: binds form tokens */
	enum role role;
	enum standing standing;
	int64_t expires_at;              /* seconds since the epoch */
	/* Of a session of the auth host only: */
	int64_t account_id;
	bool strong;                     /* signed in with a second factor */
	bool has_totp;                   /* the account has one */
	const char *duty;                /* page that this person must pass first, or NULL */
};

/* The token of an Authorization header (RFC 6750 2.1), or NULL: none, or another scheme. */
const char *identity_bearer(const char *header);

const char *role_word(enum role);            /* "customer", "viewer", ... as in the claim role */
enum role role_parse(const char *);          /* unknown or NULL: ROLE_CUSTOMER */
const char *standing_word(enum standing);    /* "unknown", "not_registered", "no_purchase", "verified" */
enum standing standing_parse(const char *);  /* unknown or NULL: STANDING_UNKNOWN */
