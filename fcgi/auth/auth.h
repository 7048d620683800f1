#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* auth.h - what all files of the identity domain share: its state and its route tables. */
#include "base/clock.h"
#include "base/gate.h"
#include "web/http.h"
#include "web/identity.h"

struct issuer;
struct blocklist;
struct jwt_signer;
struct jwt_verifier;
struct shop;

/* Per process, in r->domain: made once after the fork, used by all threads. */
struct auth {
	const struct conf *conf;
	struct jwt_signer *signer;
	struct jwt_verifier *verifier;   /* our own access tokens, when they come back */
	struct issuer *issuer;           /* another provider whose customers are asked about, or NULL */
	struct shop *shop;
	struct blocklist *blocklist;     /* of the operator; password.c has its own rules */
	struct gate hashing;             /* around every scrypt computation */
};

/* The client that the shop's own app signs in as (POST /v1/sign-in). */
#define APP_CLIENT "chulcheck-app"

/* Scope of client credentials that may ask for the standing of any e-mail. */
#define SCOPE_VERIFICATIONS "verifications"

enum { HASH_WAIT_MS = 8000 };

/* One file, one table; listed in main.c. */
extern const struct route sign_in_page_routes[], sign_in_api_routes[], sign_out_routes[],
    sign_up_routes[], verify_email_routes[], account_routes[], purchases_routes[],
    account_password_routes[], account_factor_routes[], account_sign_ins_routes[],
    account_delete_routes[], new_password_routes[], terms_routes[], staff_routes[],
    authorize_routes[], oauth_token_routes[], discovery_routes[], health_routes[],
    standing_routes[], userinfo_routes[];

static inline struct auth *
auth(const struct req *r)
{
	return r->domain;
}

static inline int64_t
auth_now(void)
{
	return clock_now_ms() / 1000;
}
