/* SPDX-License-Identifier: Apache-2.0 */
/* account.c - the page of who is signed in: name, e-mail, own purchases, the way to the event and
 * the way out.
 *
 *	GET /                   to the account
 *	GET /account?offset=    with the purchases after the first offset; done=password after that
 *	                        was changed */
#include <string.h>

#include "auth.h"
#include "page.h"
#include "session.h"
#include "shop.h"

enum { ROWS = 20, OFFSET_MAX = 100000 };

struct account_in {
	int64_t offset;
	const char *done;
};
static const struct param account_params[] = {
	PARAM_INT(struct account_in, offset, 0, OFFSET_MAX, .optional = true),
	PARAM_LINE(struct account_in, done, 0, 20, .optional = true),
	PARAM_END
};

static enum rc
home_get(struct req *r)
{
	return http_redirect(r, "/account");
}

static enum rc
account_get(struct req *r)
{
	const struct account_in *in = r->in;
	struct shop_purchase *rows = NULL;
	bool more = false;
	size_t n = 0;
	enum rc rc;

	if (r->who->duty != NULL)
		return session_duty(r);
	rc = shop_purchases(auth(r)->shop, r->arena, r->who->email, in->offset, ROWS, &rows, &n,
	    &more);
	page_auth_account(&r->body_out, &(struct page_auth_account){
		.lang = r->lang, .v = session_view(r), .email = r->who->email,
		.away = rc != RC_OK, .rows = rows, .n = n, .first = in->offset == 0,
		.next = more ? in->offset + ROWS : 0, .role = (int)r->who->role,
		.has_totp = r->who->has_totp,
		.changed = in->done != NULL && strcmp(in->done, "password") == 0,
	});
	return RC_OK;
}

const struct route account_routes[] = {
	ROUTE(GET, "/", home_get, PAGE, ANYONE),
	ROUTE_IN(GET, "/account", account_get, PAGE, CUSTOMER, account_in, account_params),
	ROUTE_END
};
