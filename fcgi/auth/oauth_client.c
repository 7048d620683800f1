/* SPDX-License-Identifier: Apache-2.0 */
/* oauth_client.c - client authentication by a secret (RFC 6749 2.3) and error replies (5.2). The
 * way without a secret is in client_assertion.c.
 *
 * A secret is 256 random bits, so its SHA-256 is enough to keep (chulcheckctl token makes one). */
#include "oauth_client.h"

#include <string.h>
#include <strings.h>

#include "auth.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "query.h"
#include "web/json.h"

static const char basic[] = "Basic ";

/* base64 (RFC 4648 4) by way of its sibling: other letters for two digits, no padding. */
static bool
base64_decode(struct arena *a, const char *s, const char **ret)
{
	size_t len = strlen(s), i;
	char *text = arena_strn(a, s, len);
	uint8_t *bytes;

	while (len > 0 && text[len - 1] == '=')
		len--;
	for (i = 0; i < len; i++) {
		if (text[i] == '-' || text[i] == '_')
			return false;
		text[i] = (char)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]);
	}
	if (!base64url_decode(a, text, len, &bytes, &len))
		return false;
	*ret = arena_strn(a, (const char *)bytes, len);
	return strlen(*ret) == len;
}

/* One part of the credentials, form-encoded (RFC 6749 2.3.1). */
static bool
form_decode(struct arena *a, const char *s, const char **ret)
{
	const char *pair = arena_fmt(a, "v=%s", s);
	struct field *f;
	size_t n;

	if (param_form(a, pair, strlen(pair), &f, &n) != RC_OK || n != 1)
		return false;
	*ret = f[0].s;
	return true;
}

static bool
read_basic(struct arena *a, const char *header, struct client_proof *ret)
{
	const char *text, *colon;

	header += sizeof(basic) - 1;
	header += strspn(header, " ");
	return base64_decode(a, header, &text) && (colon = strchr(text, ':')) != NULL &&
	    form_decode(a, arena_strn(a, text, (size_t)(colon - text)), &ret->client_id) &&
	    form_decode(a, colon + 1, &ret->client_secret);
}

bool
client_is_public(const struct client_by_id *c)
{
	return c->secret_hash[0] == '\0' && c->jwks[0] == '\0';
}

static bool
secret_fits(struct arena *a, const struct client_by_id *c, const char *secret)
{
	const char *hash;

	if (secret == NULL || *secret == '\0')
		return client_is_public(c);
	hash = crypto_sha256_text(a, secret);
	return strlen(hash) == strlen(c->secret_hash) &&
	    crypto_equal(hash, c->secret_hash, strlen(hash));
}

/* The proof that the header gives, if there is one. RC_INVALID: the form gives another. */
static enum rc
read_header(struct req *r, const struct client_proof *form, struct client_proof *ret)
{
	if (r->authorization == NULL)
		return RC_OK;
	if (strncasecmp(r->authorization, basic, sizeof(basic) - 1) != 0 ||
	    !read_basic(r->arena, r->authorization, ret))
		return RC_CREDENTIALS;
	return form->client_secret != NULL || (form->client_id != NULL &&
	    strcmp(form->client_id, ret->client_id) != 0) ? RC_INVALID : RC_OK;
}

enum rc
client_authenticate(struct req *r, const struct client_proof *form, struct client_by_id *ret)
{
	struct client_proof proof = *form;
	enum rc rc;

	if (form->assertion != NULL || form->assertion_type != NULL)
		return form->client_secret != NULL || r->authorization != NULL ? RC_INVALID :
		    client_assertion(r, form, ret);
	if ((rc = read_header(r, form, &proof)) != RC_OK)
		return rc;
	if (proof.client_id == NULL)
		return RC_CREDENTIALS;
	rc = q_client_by_id(r->db, r->arena, proof.client_id, ret);
	if (rc != RC_OK)
		return rc == RC_NOTFOUND ? RC_CREDENTIALS : rc;
	return secret_fits(r->arena, ret, proof.client_secret) ? RC_OK : RC_CREDENTIALS;
}

enum rc
oauth_error(struct req *r, int status, const char *error, const char *description)
{
	r->status = status;
	r->type_out = "application/json";
	r->body_out.len = 0;
	json_open(&r->body_out, NULL, '{');
	json_put_text(&r->body_out, "error", error);
	json_put_text(&r->body_out, "error_description", description);
	json_close(&r->body_out, '}');
	return RC_OK;
}

enum rc
oauth_failed(struct req *r, enum rc rc)
{
	if (rc == RC_INVALID)
		return oauth_error(r, 400, "invalid_request", "client authentication in two ways, or half of one");
	if (rc == RC_CREDENTIALS) {
		http_header(r, "WWW-Authenticate", "Basic realm=\"token\"");
		return oauth_error(r, 401, "invalid_client", "client authentication failed");
	}
	if (rc_http(rc) != 503)
		return rc;
	http_header(r, "Retry-After", "1");
	return oauth_error(r, 503, "temporarily_unavailable", rc_title(rc, LANG_EN));
}
