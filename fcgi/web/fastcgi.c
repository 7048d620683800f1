/* SPDX-License-Identifier: Apache-2.0 */
/* fastcgi.c - from a FastCGI connection to a request, and from a reply to its bytes.
 *
 * A reply goes out whole, last, with Content-Length, so that a worker's death is never a short
 * success. libfcgi waits for its peer to close first, so that nothing unread can take the answer
 * with it; here the request is read to its end instead, which takes no waiting. */
#include "web/fastcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BODY_MAX = 64 << 10 };

struct fastcgi {
	FCGX_Request f;
};

void
fastcgi_open(void)
{
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1);
	FCGX_Init();
	fcntl(LISTEN_FD, F_SETFL, fcntl(LISTEN_FD, F_GETFL) | O_NONBLOCK);
}

struct fastcgi *
fastcgi_new(void)
{
	struct fastcgi *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	FCGX_InitRequest(&c->f, LISTEN_FD, 0);
	return c;
}

struct fastcgi *
fastcgi_free(struct fastcgi *c)
{
	FCGX_Free(&c->f, 1);
	free(c);
	return NULL;
}

bool
fastcgi_accept(struct fastcgi *c)
{
	int rc = FCGX_Accept_r(&c->f);

	if (rc != 0 && rc != -EAGAIN && rc != -EINTR && rc != -ECONNABORTED)
		usleep(50 * 1000);       /* out of files or memory: others may give back */
	return rc == 0;
}

static const char *
value_of(const char *entry, const char *name, size_t len)
{
	return strncmp(entry, name, len) == 0 && entry[len] == '=' ? entry + len + 1 : NULL;
}

/* One walk over the parameters that nginx sends. The first of two of a name wins. */
static void
read_params(struct req *r, char **envp, const char **ret_method, const char **ret_length)
{
	const struct { const char *name; size_t len; const char **to; } wanted[] = {
#define P(name, to) { name, sizeof(name) - 1, to }
		P("REQUEST_METHOD", ret_method),
		P("DOCUMENT_URI", &r->path),
		P("QUERY_STRING", &r->query),
		P("CONTENT_LENGTH", ret_length),
		P("CONTENT_TYPE", &r->content_type),
		P("REMOTE_ADDR", &r->remote_addr),
		P("HTTP_AUTHORIZATION", &r->authorization),
		P("HTTP_COOKIE", &r->cookie),
		P("HTTP_ACCEPT_LANGUAGE", &r->accept_language),
		P("HTTP_ORIGIN", &r->origin),
		P("HTTP_SEC_FETCH_SITE", &r->fetch_site),
		P("HTTP_REFERER", &r->referer),
		P("HTTP_ACCEPT", &r->accept),
		P("HTTP_USER_AGENT", &r->user_agent),
#undef P
	};
	const char *v;
	size_t i;

	for (; *envp != NULL; envp++)
		for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (*wanted[i].to == NULL &&
			    (v = value_of(*envp, wanted[i].name, wanted[i].len)) != NULL) {
				*wanted[i].to = v;
				break;
			}
}

static enum rc
read_body(struct req *r, FCGX_Request *f, const char *length)
{
	size_t want = 0;
	char *body;
	int got;

	for (; length != NULL && *length != '\0'; length++) {
		if (*length < '0' || *length > '9')
			return RC_INVALID;
		want = want * 10 + (size_t)(*length - '0');
		if (want > BODY_MAX)
			return RC_TOO_LARGE;
	}
	body = arena_alloc(r->arena, 1, want + 1);
	r->body = body;
	if (want == 0)
		return RC_OK;
	got = FCGX_GetStr(body, (int)want, f->in);
	/* An aborted or cut request looks like an empty or a short body: it must not act. */
	if (FCGX_GetError(f->in) != 0 || got < 0 || (size_t)got != want)
		return RC_INVALID;
	r->body_len = want;
	return RC_OK;
}

static void
put_reply(const struct req *r, FCGX_Request *f)
{
	struct buf head = { .arena = r->arena };

	buf_str(&head, "Status: ");
	buf_int(&head, r->status);
	buf_str(&head, "\r\n");
	if (r->head_out.len > 0)
		buf_mem(&head, r->head_out.s, r->head_out.len);
	buf_str(&head, "Content-Length: ");
	buf_int(&head, (int64_t)r->body_out.len);
	buf_str(&head, "\r\n\r\n");
	FCGX_PutStr(head.s, (int)head.len, f->out);
	if (r->body_out.len > 0 && !r->head)
		FCGX_PutStr(r->body_out.s, (int)r->body_out.len, f->out);
}

void
fastcgi_read(struct fastcgi *c, struct req *r)
{
	const char *method = NULL, *length = NULL;

	read_params(r, c->f.envp, &method, &length);
	r->method = METHOD_MAX;
	if (method != NULL) {
		r->head = strcmp(method, "HEAD") == 0;
		if (r->head || strcmp(method, "GET") == 0)
			r->method = GET;
		else if (strcmp(method, "POST") == 0)
			r->method = POST;
	}
	r->path = r->path == NULL ? "" : r->path;
	r->query = r->query == NULL ? "" : r->query;
	r->remote_addr = r->remote_addr == NULL ? "" : r->remote_addr;
	r->body = "";
	r->early = read_body(r, &c->f, length);
}

void
fastcgi_finish(struct fastcgi *c, const struct req *r)
{
	char rest[256];

	put_reply(r, &c->f);
	while (FCGX_GetStr(rest, sizeof(rest), c->f.in) > 0)
		;
	(void)FCGX_Detach(&c->f);        /* closes at once: no shutdown(), poll() and read() before */
	FCGX_Finish_r(&c->f);
}
