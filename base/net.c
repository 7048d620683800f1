/* SPDX-License-Identifier: Apache-2.0 */
/* net.c - libcurl: forms over HTTP, mails over SMTP (RFC 5321).
 *
 * What libcurl would let pass is refused before it: addresses go into MAIL and RCPT as they are,
 * so only str_email() ones get there; a body needs CRLF at every line for dot-stuffing to work
 * (traps CU-01..03). One recipient per transaction, so each has an outcome of its own. */
#include "base/net.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { REPLY_MAX = 256 << 10, CONNECT_MS = 5000, SMTP_REPLY_S = 20, SMTP_TOTAL_MS = 60000 };

void
net_init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
}

/* What every transfer has: no signals, no proxy, no redirects, certificates verified. */
static CURL *
open_handle(const char *protocols)
{
	CURL *c = curl_easy_init();

	if (c == NULL)
		abort();
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	return c;
}

/* Passwords and mails go over plain text to this machine only. Names under .localhost are
 * always its own (RFC 6761 6.3). */
static bool
is_loopback(const char *url)
{
	static const char local[] = ".localhost";
	CURLU *u = curl_url();
	char *host = NULL;
	bool yes = false;

	if (u != NULL && curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		yes = strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
		    str_prefix(host, "127.") || (strlen(host) > sizeof(local) - 1 &&
		    strcmp(host + strlen(host) - (sizeof(local) - 1), local) == 0);
	curl_free(host);
	curl_url_cleanup(u);
	return yes;
}

static size_t
take_reply(char *data, size_t size, size_t n, void *arg)
{
	struct buf *reply = arg;

	if (size * n > REPLY_MAX - reply->len)
		return 0;                /* libcurl ends the transfer with an error */
	buf_mem(reply, data, size * n);
	return size * n;
}

enum rc
net_post(struct arena *a, const char *url, const char *user, const char *password,
    const char *form, int64_t timeout_ms, int *ret_status, const char **ret_body)
{
	struct buf reply = { .arena = a };
	CURL *c;
	long status = 0;
	CURLcode code;

	if (!str_prefix(url, "https://") && !is_loopback(url))
		return RC_CONFIG;
	c = open_handle("http,https");
	buf_str(&reply, "");
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, form);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_reply);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &reply);
	if (user != NULL) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(c, CURLOPT_USERNAME, user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, password);
	}
	code = curl_easy_perform(c);
	if (code == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	if (code != CURLE_OK || status == 0)
		return RC_IO;
	*ret_status = (int)status;
	*ret_body = reply.s;
	return RC_OK;
}

char *
net_escape(struct arena *a, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_alloc(a, strlen(s) + 1, 3), *p = out;

	for (; *s != '\0'; s++) {
		unsigned char b = (unsigned char)*s;

		if ((b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') ||
		    strchr("-._~", b) != NULL)
			*p++ = *s;
		else {
			*p++ = '%';
			*p++ = hex[b >> 4];
			*p++ = hex[b & 15];
		}
	}
	*p = '\0';
	return out;
}

struct net_smtp {
	CURL *curl;
	bool data;               /* this mail's data went out, or part of it */
	char error[CURL_ERROR_SIZE];
};

/* "smtp://host:port" and the name for EHLO, which libcurl takes from the path. */
static enum rc
set_url(CURL *c, const char *url, const char *helo)
{
	char full[600];
	size_t n = strlen(url);

	if (n + strlen(helo) + 2 > sizeof(full))
		return RC_CONFIG;
	memcpy(full, url, n);
	full[n] = '/';
	memcpy(full + n + 1, helo, strlen(helo) + 1);
	return curl_easy_setopt(c, CURLOPT_URL, full) == CURLE_OK ? RC_OK : RC_CONFIG;
}

enum rc
net_smtp_open(struct net_smtp **ret, const char *url, const char *helo, const char *user,
    const char *password, int require_tls)
{
	struct net_smtp *s;

	if (!str_prefix(url, "smtp://") && !str_prefix(url, "smtps://"))
		return RC_CONFIG;
	if (!require_tls && !is_loopback(url))
		return RC_CONFIG;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		abort();
	s->curl = open_handle("smtp,smtps");
	if (set_url(s->curl, url, helo) != RC_OK) {
		net_smtp_close(s);
		return RC_CONFIG;
	}
	curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, s->error);
	curl_easy_setopt(s->curl, CURLOPT_USE_SSL, (long)(require_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	curl_easy_setopt(s->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)SMTP_REPLY_S);
	curl_easy_setopt(s->curl, CURLOPT_TIMEOUT_MS, (long)SMTP_TOTAL_MS);
	if (user != NULL && *user != '\0') {
		curl_easy_setopt(s->curl, CURLOPT_USERNAME, user);
		curl_easy_setopt(s->curl, CURLOPT_PASSWORD, password);
	}
	*ret = s;
	return RC_OK;
}

struct net_smtp *
net_smtp_close(struct net_smtp *s)
{
	if (s == NULL)
		return NULL;
	curl_easy_cleanup(s->curl);
	free(s);
	return NULL;
}

struct source {
	struct net_smtp *smtp;
	const char *at;
	size_t left;
};

static size_t
give(char *to, size_t size, size_t n, void *arg)
{
	struct source *s = arg;
	size_t len = size * n < s->left ? size * n : s->left;

	s->smtp->data = true;
	memcpy(to, s->at, len);
	s->at += len;
	s->left -= len;
	return len;
}

/* Every CR is followed by LF and every LF comes after CR. */
static bool
crlf_only(const char *s)
{
	for (; *s != '\0'; s++)
		if ((*s == '\r' && s[1] != '\n') || (*s == '\n'))
			return false;
		else if (*s == '\r')
			s++;
	return true;
}

/* By the relay's last word where there is one (traps CU-05, CU-06). */
static enum net_mail
outcome(const struct net_smtp *s, CURLcode code, long reply)
{
	if (code == CURLE_OK)
		return MAIL_SENT;
	if (reply >= 500 && reply < 600)
		return MAIL_REFUSED;
	if (reply >= 400 && reply < 500)
		return MAIL_RETRY;
	return s->data ? MAIL_AMBIGUOUS : MAIL_RETRY;
}

enum net_mail
net_mail_send(struct net_smtp *s, struct arena *a, const char *from, const char *to,
    const char *message, const char **ret_why)
{
	struct source source = { s, message, strlen(message) };
	struct curl_slist *rcpt;
	long reply = 0;
	CURLcode code;

	if (!str_email(from) || !str_email(to) || !crlf_only(message)) {
		*ret_why = "an address or the message is not fit to be sent";
		return MAIL_REFUSED;
	}
	if ((rcpt = curl_slist_append(NULL, arena_fmt(a, "<%s>", to))) == NULL)
		abort();
	s->data = false;
	s->error[0] = '\0';
	curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, arena_fmt(a, "<%s>", from));
	curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, rcpt);
	curl_easy_setopt(s->curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(s->curl, CURLOPT_READDATA, &source);
	curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 1L);
	code = curl_easy_perform(s->curl);
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &reply);
	curl_slist_free_all(rcpt);
	*ret_why = code == CURLE_OK ? "" : arena_fmt(a, "%s (%s, reply %ld)",
	    curl_easy_strerror(code), s->error, reply);
	return outcome(s, code, reply);
}
