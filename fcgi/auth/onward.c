/* SPDX-License-Identifier: Apache-2.0 */
/* onward.c - a page instead of a redirect, where a form must not lead to a client's host. It goes
 * on at once by the header Refresh (HTML, "the Refresh header"), and by a link for who has that
 * turned off. */
#include "onward.h"

#include "base/conf.h"
#include "base/str.h"
#include "page.h"
#include "session.h"

enum rc
onward(struct req *r, const char *url)
{
	const unsigned char *p;

	if (url[0] == '/' || str_prefix(url, arena_fmt(r->arena, "%s/", r->conf->event_url)))
		return http_redirect(r, url);
	for (p = (const unsigned char *)url; *p != '\0'; p++)
		if (*p <= 0x20 || *p >= 0x7f || *p == '\\')
			return RC_INVALID;
	http_header(r, "Refresh", arena_fmt(r->arena, "0;url=%s", url));
	page_auth_onward(&r->body_out, &(struct page_auth_onward){ .lang = r->lang,
	    .v = session_view(r), .url = url });
	return RC_OK;
}
