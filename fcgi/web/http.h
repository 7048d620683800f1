#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* http.h - a request, its reply, and the route that joins them.
 *
 * Dispatch order is fixed: find the route, who is it (app->identify), may he (access), is the
 * form ours (CSRF), parameters, handler. The handler gets a filled struct, or is not called.
 * Every reply is built whole and sent last, with Content-Length. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/lang.h"
#include "base/rc.h"
#include "db/writer.h"
#include "web/route.h"

struct identity;

struct req {
	struct arena *arena;             /* gone, and wiped, after the reply */
	struct db *db;                   /* this thread's read connection */
	struct writer *writer;           /* every change goes through it: writer_run(), http_write() */
	const struct conf *conf;
	const struct app *app;
	void *domain;                    /* what app->open made */
	const struct identity *who;      /* NULL: nobody signed in */

	enum method method;
	bool head;                       /* HEAD: headers only */
	const char *path;                /* decoded and normalised by nginx */
	const char *query;               /* raw query string, never NULL */
	const char *body;                /* NUL-terminated; may hold NULs, see body_len */
	size_t body_len;
	const char *content_type, *authorization, *cookie, *origin, *fetch_site,
	    *referer, *accept, *accept_language, *user_agent; /* or NULL */
	const char *remote_addr;         /* as nginx saw it */
	enum rc early;                   /* not RC_OK: reading failed, so answer this and run nothing */
	enum lang lang;                  /* cookie "lang", else Accept-Language, else Korean */
	const struct route *route;
	const void *in;                  /* the route's struct, filled and checked */
	const char *guest;               /* the guest cookie, once csrf_token() needed it */

	/* The reply. Handlers print into body_out; rc other than RC_OK replaces it. */
	int status;                      /* 200 unless set */
	struct buf head_out, body_out;
	const char *type_out;            /* Content-Type; set by http_page/http_json or by hand */
	const char *bad;                 /* on RC_INVALID: the field at fault */
	const char *reason;              /* becomes "reason" of the problem */
	const char *detail;              /* becomes "detail" of the problem, shown to people */
	int64_t retry_after_s;           /* of a 429 or 503; 0: one second */

	/* Of http_write(). */
	enum rc (*then)(struct req *, enum rc); /* NULL: the reply is there */
	struct write_job job;
	size_t kept;                     /* headers that stay when it fails */
};

/* For a handler's last line: has fn run by the writer, without holding a thread meanwhile. then()
 * gets the outcome of writer_run(), builds the reply and returns what the handler would; it may run on
 * another thread, but has the same req. fn may be called twice, the first time being undone. */
enum rc http_write(struct req *, write_fn *fn, void *arg, enum rc (*then)(struct req *, enum rc));

/* The one place where headers are written; a value with CR, LF or NUL aborts. */
void http_header(struct req *, const char *name, const char *value);

/* 303 to a path of this host or to an address of our own making. */
enum rc http_redirect(struct req *, const char *url);

/* Value of a cookie of the request, or NULL. http_cookie_set with "" deletes; names get the
 * prefix __Host- and the attribute Secure when the host's own address is https. Always
 * HttpOnly, SameSite=Lax, Path=/. max_age_s 0: until the browser closes. */
const char *http_cookie(struct req *, const char *name);
void http_cookie_set(struct req *, const char *name, const char *value, int64_t max_age_s);

/* This host's own address: event_url or auth_url, by app. */
const char *http_self(const struct req *);

/* Finds the route, checks access and input, runs it, and fills in the whole reply for every
 * rc but RC_OK: problem details (RFC 9457) for an API, page "problem" for a PAGE. With r->then set
 * there is no reply yet: r->job is to be given to the writer, and http_resume() is to follow. */
void http_dispatch(struct req *);
void http_resume(struct req *);

/* Prints "METHOD path kind access" of every route: for the tests. */
void http_list(const struct app *);
