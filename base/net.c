/* SPDX-License-Identifier: Apache-2.0 */
/* net.c - libcurl: forms and documents over HTTP, mails over SMTP (RFC 5321).
 *
 * What libcurl would let pass is refused before it: addresses go into MAIL and RCPT as they are,
 * so only str_email() ones get there; a body needs CRLF at every line for dot-stuffing to work
 * (traps CU-01..03). One recipient per transaction, so each has an outcome of its own. */
#include "base/net.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { REPLY_MAX = 256 << 10, CONNECT_MS = 5000, SMTP_REPLY_S = 20, SMTP_TOTAL_MS = 60000 };

/* Hosts that are on this machine, and the socket that leads to them; "" for none. */
static struct { const char *socket, *hosts[2]; } near = { .socket = "" };

void
net_init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
}

void
net_local(const char *socket, const char *host, const char *other)
{
	near.socket = socket;
	near.hosts[0] = host;
	near.hosts[1] = other;
}

static bool
is_local(const char *url)
{
	size_t i, n;

	for (i = 0; *near.socket != '\0' && i < 2; i++) {
		n = strlen(near.hosts[i]);
		if (strncmp(url, near.hosts[i], n) == 0 && (url[n] == '/' || url[n] == '\0'))
			return true;
	}
	return false;
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
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	return c;
}

/* A host that is this machine: the loopback addresses, and names under .localhost, which always
 * mean them (RFC 6761 6.3). */
static bool
is_loopback(const char *host)
{
	static const char local[] = ".localhost";
	const size_t len = strlen(host), end = sizeof(local) - 1;
	struct in_addr v4;

	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	    (inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127) ||
	    (len > end && strcmp(host + len - end, local) == 0);
}

/* Passwords and mails go over plain text to this machine only. */
static bool
stays_here(const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL;
	bool yes = u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK && is_loopback(host);

	curl_free(host);
	curl_url_cleanup(u);
	return yes;
}

struct reply {
	struct buf body;
	size_t max;
};

static size_t
take_reply(char *data, size_t size, size_t n, void *arg)
{
	struct reply *reply = arg;

	if (size * n > reply->max - reply->body.len)
		return 0;                /* libcurl ends the transfer with an error */
	buf_mem(&reply->body, data, size * n);
	return size * n;
}

/* A request over HTTP, its answer going into reply. The system's certificates do not count
 * beside those of ca: libcurl would look into the system's folder too. */
static CURL *
open_http(struct reply *reply, const char *url, const char *ca, int64_t timeout_ms)
{
	CURL *c = open_handle("http,https");

	buf_str(&reply->body, "");
	if (is_local(url)) {
		curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, near.socket);
		if (str_prefix(url, "https://"))
			url = arena_fmt(reply->body.arena, "http://%s", url + strlen("https://"));
	}
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_reply);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, reply);
	if (*ca != '\0') {
		curl_easy_setopt(c, CURLOPT_CAINFO, ca);
		curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
	}
	return c;
}

/* RC_OK for every HTTP status. */
static enum rc
perform(CURL *c, struct reply *reply, int *ret_status, const char **ret_body)
{
	long status = 0;
	CURLcode code = curl_easy_perform(c);

	if (code == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	if (code != CURLE_OK || status == 0)
		return RC_IO;
	*ret_status = (int)status;
	*ret_body = reply->body.s;
	return RC_OK;
}

enum rc
net_post(struct arena *a, const char *url, const char *ca, const char *user,
    const char *password, const char *form, int64_t timeout_ms, int *ret_status,
    const char **ret_body)
{
	struct reply reply = { .body = { .arena = a }, .max = REPLY_MAX };
	CURL *c;

	if (!str_prefix(url, "https://") && !stays_here(url))
		return RC_CONFIG;
	c = open_http(&reply, url, ca, timeout_ms);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, form);
	if (user != NULL) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(c, CURLOPT_USERNAME, user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, password);
	}
	return perform(c, &reply, ret_status, ret_body);
}

static struct curl_slist *
add_header(struct curl_slist *list, const char *line)
{
	list = curl_slist_append(list, line);
	if (list == NULL)
		abort();
	return list;
}

enum rc
net_push(struct arena *a, const struct net_push *p, int *ret_status, const char **ret_body)
{
	struct reply reply = { .body = { .arena = a }, .max = REPLY_MAX };
	struct curl_slist *headers;
	CURL *c;
	enum rc rc;

	if (!str_prefix(p->url, "https://") && !stays_here(p->url))
		return RC_CONFIG;
	headers = add_header(NULL, arena_fmt(a, "Content-Type: %s", p->type));
	if (p->bearer != NULL)
		headers = add_header(headers, arena_fmt(a, "Authorization: Bearer %s", p->bearer));
	c = open_http(&reply, p->url, "", p->timeout_ms);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->text);
	rc = perform(c, &reply, ret_status, ret_body);
	curl_slist_free_all(headers);
	return rc;
}

/* Called by libcurl at least once a second. */
static int
is_stopped(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
	const _Atomic bool *stop = arg;

	(void)total, (void)now, (void)up_total, (void)up_now;
	return *stop;
}

enum rc
net_get(struct arena *a, const struct net_get *g, struct net_reply *ret)
{
	struct reply reply = { .body = { .arena = a }, .max = g->max };
	char error[CURL_ERROR_SIZE] = "";
	CURL *c;
	long status = 0;
	CURLcode code;

	if (!str_prefix(g->url, "https://") && !(g->http_here && stays_here(g->url))) {
		ret->why = "the address is not https";
		return RC_CONFIG;
	}
	c = open_http(&reply, g->url, g->ca, g->timeout_ms);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error);
	if (g->bearer != NULL) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(c, CURLOPT_XOAUTH2_BEARER, g->bearer);
	}
	if (g->stop != NULL) {
		curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, is_stopped);
		curl_easy_setopt(c, CURLOPT_XFERINFODATA, g->stop);
		curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);     /* not even a name server is waited for */
	}
	code = curl_easy_perform(c);
	if (code == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	if (code != CURLE_OK || status == 0) {
		ret->why = code == CURLE_WRITE_ERROR ? "the answer is too large" :
		    arena_fmt(a, "%s: %s", curl_easy_strerror(code), error);
		return RC_IO;
	}
	*ret = (struct net_reply){ .status = (int)status, .body = reply.body.s };
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
	bool used;               /* for a mail before */
	bool data;               /* this mail's data went out, or part of it */
	char error[CURL_ERROR_SIZE];
};

static bool
has_part(CURLU *u, CURLUPart part, const char *plain)
{
	char *text = NULL;
	bool has = curl_url_get(u, part, &text, 0) == CURLUE_OK && strcmp(text, plain) != 0;

	curl_free(text);
	return has;
}

/* The relay's address, with our own name as its path: from there libcurl takes it for EHLO. */
static enum rc
set_url(CURL *c, const char *url, const char *helo, bool plain)
{
	char *host = NULL, *full = NULL;
	CURLU *u = curl_url();
	enum rc rc = RC_CONFIG;

	if (u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    !has_part(u, CURLUPART_USER, "") && !has_part(u, CURLUPART_PASSWORD, "") &&
	    !has_part(u, CURLUPART_PATH, "/") && !has_part(u, CURLUPART_QUERY, "") &&
	    !has_part(u, CURLUPART_FRAGMENT, "") &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
	    (!plain || is_loopback(host)) &&
	    curl_url_set(u, CURLUPART_PATH, helo, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_URL, &full, 0) == CURLUE_OK &&
	    curl_easy_setopt(c, CURLOPT_URL, full) == CURLE_OK)
		rc = RC_OK;
	curl_free(host);
	curl_free(full);
	curl_url_cleanup(u);
	return rc;
}

enum rc
net_smtp_open(struct net_smtp **ret, const char *url, const char *helo, const char *user,
    const char *password, int require_tls)
{
	struct net_smtp *s;

	if ((!str_prefix(url, "smtp://") && !str_prefix(url, "smtps://")) || *helo == '\0')
		return RC_CONFIG;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		abort();
	s->curl = open_handle("smtp,smtps");
	if (set_url(s->curl, url, helo, !require_tls) != RC_OK) {
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

/* By the relay's last word and by when it came. libcurl says SEND_ERROR when MAIL, RCPT or
 * DATA is refused; other refusals before the data are about us and not about the
 * mail: greeting, EHLO, STARTTLS, AUTH; so are 421 (closing) and 530 (authenticate first). */
static enum net_mail
outcome(const struct net_smtp *s, CURLcode code, long reply)
{
	/* MAIL refused is about us as the sender, so about no mail in particular. */
	bool asked = s->data || (code == CURLE_SEND_ERROR && reply != 421 && reply != 530 &&
	    !str_prefix(s->error, "MAIL failed"));

	if (code == CURLE_OK)
		return MAIL_SENT;
	if (asked && reply >= 500 && reply < 600)
		return MAIL_REFUSED;
	if (asked && reply >= 400 && reply < 500)
		return MAIL_RETRY;
	if (s->data)
		return MAIL_AMBIGUOUS;
	return code == CURLE_OPERATION_TIMEDOUT && reply > 0 ? MAIL_RETRY : MAIL_DOWN;
}

/* Over the kept connection or a new one; *ret_kept says which. */
static enum net_mail
send_once(struct net_smtp *s, struct arena *a, const char *message, bool *ret_kept,
    const char **ret_why)
{
	struct source source = { s, message, strlen(message) };
	long reply = 0, connects = 0;
	CURLcode code;

	s->data = false;
	s->error[0] = '\0';
	curl_easy_setopt(s->curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(s->curl, CURLOPT_READDATA, &source);
	code = curl_easy_perform(s->curl);
	curl_easy_setopt(s->curl, CURLOPT_READDATA, NULL);
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &reply);
	curl_easy_getinfo(s->curl, CURLINFO_NUM_CONNECTS, &connects);
	*ret_kept = connects == 0 && s->used;
	s->used = true;
	*ret_why = code == CURLE_OK ? "" : arena_fmt(a, "%s (%s, reply %ld)",
	    curl_easy_strerror(code), s->error, reply);
	return outcome(s, code, reply);
}

enum net_mail
net_mail_send(struct net_smtp *s, struct arena *a, const char *from, const char *to,
    const char *message, const char **ret_why)
{
	struct curl_slist *rcpt;
	enum net_mail result;
	bool kept;

	if (!str_email(from) || !str_email(to) || !crlf_only(message)) {
		*ret_why = "an address or the message is not fit to be sent";
		return MAIL_REFUSED;
	}
	if ((rcpt = curl_slist_append(NULL, arena_fmt(a, "<%s>", to))) == NULL)
		abort();
	curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, arena_fmt(a, "<%s>", from));
	curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, rcpt);
	curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 1L);
	result = send_once(s, a, message, &kept, ret_why);
	if (result == MAIL_DOWN && kept)         /* The relay had closed it: once more on a new one. */
		result = send_once(s, a, message, &kept, ret_why);
	curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(rcpt);
	return result;
}
