#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* attempt.h - limits on guessing, which nobody can use to lock somebody else out.
 *
 * Failures in a row are counted by what they are aimed at, and further attempts must wait ever
 * longer, unseen until then. Whoever has signed in before on this browser or app carries a proof
 * of it (the cookie or member "device"): he is counted apart, so strangers who guess at his
 * account do not hold him up, and a new password by mail ends his own waiting too.
 *
 *	rule               free of waiting   then                      forgotten
 *	ATTEMPT_ACCOUNT    10 failures       1 s, doubled up to 1 h;   by success, or after 7 days
 *	                                     from 100 on 24 h
 *	ATTEMPT_DEVICE     as an account
 *	ATTEMPT_CODE       5                 as an account
 *	ATTEMPT_ADDRESS    100               1 s, doubled up to 60 s   one in 3 s
 *	ATTEMPT_MAIL       100 mails         as an address             one in 10 s
 *	ATTEMPT_MAIL_TO    3 to one mailbox  200 s                     one in 200 s
 *	                   from one network
 *	ATTEMPT_MAIL_DAY   30 to one mailbox 48 minutes                one in 48 minutes */
#include <stdbool.h>
#include <stdint.h>

#include "web/http.h"

enum attempt_rule { ATTEMPT_ACCOUNT, ATTEMPT_DEVICE, ATTEMPT_CODE, ATTEMPT_ADDRESS, ATTEMPT_MAIL,
	ATTEMPT_MAIL_TO, ATTEMPT_MAIL_DAY };

/* How many seconds after its fails-th failure in a row the next attempt is looked at. */
int64_t attempt_wait(enum attempt_rule, int64_t fails);

/* What fails failures count for now, the last of them *last_at; moves that up to where the rest
 * of the forgetting goes on. */
int64_t attempt_decay(enum attempt_rule, int64_t fails, int64_t now, int64_t *last_at);

/* Who tries what. Made by attempt_sign_in() or by hand; keys are hashed by the calls below. */
struct attempt {
	struct { enum attempt_rule rule; const char *whom; } key[2];
	size_t n;
	const char *device;      /* whose proof was good, or NULL */
};

/* A sign-in with an e-mail address (lower case). device: what the client showed, or NULL; stored: of
 * the account's password, "" without an account. */
struct attempt attempt_sign_in(struct req *, const char *email, const char *device,
    const char *stored);

/* RC_TOO_MANY while one of its keys must wait (Retry-After is set); reads only. */
[[nodiscard]] enum rc attempt_check(struct req *, const struct attempt *);

/* Counts an attempt as failed, before it is decided: whoever asks many times at once gains
 * nothing. RC_TOO_MANY as above. */
[[nodiscard]] enum rc attempt_begin(struct req *, const struct attempt *);

/* It was right: forgets the failures (those of an address: this one). */
[[nodiscard]] enum rc attempt_good(struct req *, const struct attempt *);

/* Inside a write: forgets the failures of an account, also of its codes. */
[[nodiscard]] enum rc attempt_forget(struct req *, struct db *, const char *email,
    const char *subject);

/* A new proof that its bearer has signed in with this e-mail, and the cookie that holds it. It is good
 * for a year and while the stored password stays. */
const char *attempt_device(struct req *, const char *email, const char *stored);
void attempt_device_cookie(struct req *, const char *email, const char *stored);

/* The network that a request came from: an IPv4 address, or the first 64 bits of an IPv6 one. */
const char *attempt_network(struct arena *, const char *address);
