#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* onward.h - the way from a form of this host to a client. */
#include "web/http.h"

/* To a client's address at the end of a form. Browsers let a form, redirects included, lead only to
 * the hosts that our policy names (CSP form-action, nginx/chulcheck.conf.in): to the event host
 * this is a redirect, to any other client a page that goes on by itself. */
enum rc onward(struct req *, const char *url);
