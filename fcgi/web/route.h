#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* route.h - a domain as a table: its routes, and what it does for all of them. Read by
 * http_dispatch(); included by http.h. */
#include <stddef.h>

#include "base/rc.h"
#include "db/db.h"
#include "web/param.h"

struct conf;
struct req;

enum method { GET, POST, METHOD_MAX };       /* HEAD is served as GET without its body */

/* PAGE: HTML for browsers, signed in by cookie; a POST carries a form token. API: JSON under
 * /v1 for programs, signed in by a bearer token (RFC 6750). OPEN: neither cookie nor form
 * token asked for; its handler brings its own proof (RFC 8058 unsubscribe, OAuth endpoints). */
enum kind { PAGE, API, OPEN };

/* ANYONE; CUSTOMER: signed in; staff by role, each includes the ones before it; CLIENT: a
 * server that came by client credentials. */
enum access { ANYONE, CUSTOMER, VIEWER, OPERATOR, OWNER, CLIENT };

typedef enum rc handler(struct req *);

struct route {
	enum method method;
	const char *path;        /* a part {name} matches one path segment: parameter name */
	handler *run;
	enum kind kind;
	enum access access;
	const struct param *params;      /* NULL: none are accepted */
	size_t in_size;
};
#define ROUTE(m, path, run, kind, access)               { m, path, run, kind, access, NULL, 0 }
#define ROUTE_IN(m, path, run, kind, access, S, params) { m, path, run, kind, access, params, sizeof(struct S) }
#define ROUTE_END                                       { .path = NULL }

/* What a domain is made of. */
struct app {
	const char *name;                /* "chulcheck-attend" */
	enum db_domain db;
	const struct route *const *tables;       /* one per file, NULL at the end */
	/* Per process, after the fork: opens what all threads share (keys, settings). */
	enum rc (*open)(const struct conf *, void **ret_domain, const char **ret_error);
	void (*close)(void *domain);
	/* Fills r->who from cookie or bearer token; RC_OK with r->who NULL for nobody.
	 * RC_UNAUTH for a token that is bad. */
	enum rc (*identify)(struct req *);
	/* A GET of a PAGE by nobody: sends him to sign in. */
	enum rc (*ask_sign_in)(struct req *);
};
