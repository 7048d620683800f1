#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* sign_in.h - the access token of who asks, for those who must show it elsewhere. */

struct req;

/* r->who is set. */
const char *sign_in_token(const struct req *);

/* Gives r->who a name and an e-mail, where his token has none. NULL: not known either. */
void sign_in_complete(struct req *, const char *name, const char *email);
