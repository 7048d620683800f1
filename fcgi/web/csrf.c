/* SPDX-License-Identifier: Apache-2.0 */
/* csrf.c - form tokens.
 *
 * token = base64url(HMAC-SHA256(cookie_key, "csrf:" kind ":" session)), kind "s" for the session
 * of someone signed in, "g" for the guest cookie. The key also signs other cookies; the prefix
 * keeps these uses apart. Fetch metadata and Origin are a second, independent fence: a browser
 * that sends them must say that the form came from this host. */
#include "web/csrf.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "web/http.h"
#include "web/identity.h"

enum { KEY_MIN = 32, GUEST_LEN = 43 };       /* GUEST_LEN: of crypto_token() */

static const char *
sign(struct req *r, const char *kind, const char *session)
{
	size_t key_len = r->conf->cookie_key == NULL ? 0 : strlen(r->conf->cookie_key);
	const char *text = arena_fmt(r->arena, "csrf:%s:%s", kind, session);
	uint8_t mac[SHA256_LEN];

	if (key_len < KEY_MIN)
		abort();
	crypto_hmac((const uint8_t *)r->conf->cookie_key, key_len, text, strlen(text), mac);
	return base64url_encode(r->arena, mac, sizeof(mac));
}

/* The guest cookie that came with the request, or NULL. */
static const char *
guest(struct req *r)
{
	const char *s = http_cookie(r, "guest");

	return s != NULL && strlen(s) == GUEST_LEN ? s : NULL;
}

static const char *
signed_in(const struct req *r)
{
	return r->who != NULL && r->who->session != NULL && *r->who->session != '\0' ?
	    r->who->session : NULL;
}

const char *
csrf_token(struct req *r)
{
	if (signed_in(r) != NULL)
		return sign(r, "s", signed_in(r));
	if (r->guest == NULL)
		r->guest = guest(r);
	if (r->guest == NULL) {
		r->guest = crypto_token(r->arena);
		http_cookie_set(r, "guest", r->guest, 0);
	}
	return sign(r, "g", r->guest);
}

enum rc
csrf_check(struct req *r, const char *token)
{
	const char *session = signed_in(r), *kind = session != NULL ? "s" : "g", *want;

	if (r->origin != NULL && strcmp(r->origin, http_self(r)) != 0)
		return RC_STALE_FORM;
	if (r->fetch_site != NULL && strcmp(r->fetch_site, "same-origin") != 0 &&
	    strcmp(r->fetch_site, "none") != 0)
		return RC_STALE_FORM;
	if (session == NULL)
		session = guest(r);
	if (session == NULL || token == NULL)
		return RC_STALE_FORM;
	want = sign(r, kind, session);
	return strlen(token) == strlen(want) && crypto_equal(token, want, strlen(want)) ?
	    RC_OK : RC_STALE_FORM;
}
