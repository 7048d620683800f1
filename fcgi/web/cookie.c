/* SPDX-License-Identifier: Apache-2.0 */
/* cookie.c - the cookies of a request and of its reply (RFC 6265); declared in http.h. */
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/str.h"
#include "web/http.h"

static bool
is_https(const struct req *r)
{
	return str_prefix(http_self(r), "https://");
}

/* cookie-octets of RFC 6265 4.1.1 and nothing else. */
static bool
is_cookie_value(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] <= 0x20 || s[i] > 0x7e || strchr("\",;\\", s[i]) != NULL)
			return false;
	return true;
}

const char *
http_cookie(struct req *r, const char *name)
{
	const char *prefix = is_https(r) ? "__Host-" : "", *s, *stop, *value;
	size_t prefix_len = strlen(prefix), len = strlen(name);

	for (s = r->cookie; s != NULL && *s != '\0'; s = *stop == ';' ? stop + 1 : stop) {
		s += strspn(s, " \t");
		stop = s + strcspn(s, ";");
		if (strncmp(s, prefix, prefix_len) != 0 ||
		    strncmp(s + prefix_len, name, len) != 0 || s[prefix_len + len] != '=')
			continue;
		value = s + prefix_len + len + 1;
		len = (size_t)(stop - value);
		while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
			len--;
		return is_cookie_value(value, len) ? arena_strn(r->arena, value, len) : NULL;
	}
	return NULL;
}

void
http_cookie_set(struct req *r, const char *name, const char *value, int64_t max_age_s)
{
	struct buf line = { .arena = r->arena };

	if (!is_cookie_value(value, strlen(value)))
		abort();
	buf_fmt(&line, "%s%s=%s; Path=/; HttpOnly; SameSite=Lax", is_https(r) ? "__Host-" : "",
	    name, value);
	if (is_https(r))
		buf_str(&line, "; Secure");
	if (*value == '\0' || max_age_s > 0) {
		buf_str(&line, "; Max-Age=");
		buf_int(&line, *value == '\0' ? 0 : max_age_s);
	}
	http_header(r, "Set-Cookie", line.s);
}
