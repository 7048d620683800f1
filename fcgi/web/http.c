/* SPDX-License-Identifier: Apache-2.0 */
/* http.c - from a request to its handler, and from an outcome to a whole reply.
 *
 * Input comes from where the route's kind says: a PAGE reads its query (GET) or a form (POST),
 * an API its query (GET) or a JSON object (POST), an OPEN route query and form together. Parts
 * {name} of the path join them as fields of that name. What the outcomes look like is decided
 * here too: problem details (RFC 9457) for programs, the page "problem" for people. Headers
 * that concern all replies of a host (CSP, HSTS) are nginx's.
 *
 * Sockets are in worker.c, FastCGI in fastcgi.c, checking of values in param.c, form tokens in csrf.c. */
#include "web/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "page.h"
#include "web/csrf.h"
#include "web/identity.h"
#include "web/json.h"
#include "web/language.h"

enum { PARTS_MAX = 4, FIELD_NAME_MAX = 64 };

static const char *const methods[] = { [GET] = "GET", [POST] = "POST", [METHOD_MAX] = "-" };
static const char *const kinds[] = { [PAGE] = "PAGE", [API] = "API", [OPEN] = "OPEN" };
static const char *const accesses[] = {
	[ANYONE] = "ANYONE", [CUSTOMER] = "CUSTOMER", [VIEWER] = "VIEWER",
	[OPERATOR] = "OPERATOR", [OWNER] = "OWNER", [CLIENT] = "CLIENT",
};
static const char form_type[] = "application/x-www-form-urlencoded";

/* What the path led to. kind is that of the reply, also when no route fits. */
struct found {
	const struct route *route;
	bool methods[METHOD_MAX];        /* those that the path knows */
	enum kind kind;
	struct field part[PARTS_MAX];
	size_t n;
};

void
http_header(struct req *r, const char *name, const char *value)
{
	if (strpbrk(value, "\r\n") != NULL)
		abort();
	buf_str(&r->head_out, name);
	buf_str(&r->head_out, ": ");
	buf_str(&r->head_out, value);
	buf_str(&r->head_out, "\r\n");
}

static bool
has_header(const struct req *r, const char *name)
{
	const char *line = r->head_out.len > 0 ? r->head_out.s : NULL;
	size_t len = strlen(name);

	for (; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1)
		if (strncasecmp(line, name, len) == 0 && line[len] == ':')
			return true;
	return false;
}

/* A path of this host ("//x" and "/\x" lead to others), or an address with a scheme; nothing
 * that a browser would drop or repair. */
static bool
is_target(const char *url)
{
	const char *p;

	for (p = url; *p != '\0'; p++)
		if ((unsigned char)*p <= 0x20 || *p == 0x7f || *p == '\\')
			return false;
	if (url[0] == '/')
		return url[1] != '/';
	return url[strcspn(url, ":/?#")] == ':' && url[0] != ':';
}

enum rc
http_redirect(struct req *r, const char *url)
{
	if (!is_target(url))
		return RC_INVALID;
	http_header(r, "Location", url);
	r->status = 303;
	return RC_OK;
}

const char *
http_self(const struct req *r)
{
	return r->app->db == DB_AUTH ? r->conf->auth_url : r->conf->event_url;
}

/* Whether a path fits a pattern. A part {name} takes one segment that is not empty; with ret,
 * the parts become fields there. */
static bool
match(const char *pattern, const char *path, struct arena *a, struct found *ret)
{
	size_t len, name;

	while (*pattern != '\0') {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		name = strcspn(pattern, "}") - 1;
		len = strcspn(path, "/");
		if (len == 0)
			return false;
		if (ret != NULL) {
			if (ret->n == PARTS_MAX)
				abort();
			ret->part[ret->n++] = (struct field){ .name = arena_strn(a, pattern + 1, name),
			    .s = arena_strn(a, path, len) };
		}
		pattern += name + 2;
		path += len;
	}
	return *path == '\0';
}

/* RC_NOTFOUND: no such path. RC_METHOD: not that way. A path without parts goes before one
 * with parts. */
static enum rc
find(struct req *r, struct found *ret)
{
	const struct route *const *table, *route;
	bool literal, found = false, best = false;

	ret->kind = str_prefix(r->path, "/v1/") ? API : PAGE;
	for (table = r->app->tables; *table != NULL; table++)
		for (route = *table; route->path != NULL; route++) {
			literal = strchr(route->path, '{') == NULL;
			if ((found && best && !literal) || !match(route->path, r->path, NULL, NULL))
				continue;
			if (!found || (literal && !best))
				*ret = (struct found){ .kind = route->kind };
			found = true;
			best = literal;
			ret->methods[route->method] = true;
			if (ret->route == NULL && route->method == r->method)
				ret->route = route;
		}
	if (!found)
		return RC_NOTFOUND;
	if (ret->route == NULL)
		return RC_METHOD;
	ret->kind = ret->route->kind;
	(void)match(ret->route->path, r->path, r->arena, ret);
	r->route = ret->route;
	return str_utf8(r->path, strlen(r->path)) ? RC_OK : RC_NOTFOUND;
}

/* Who it is. A browser whose cookie is no longer good is nobody. */
static enum rc
identify(struct req *r)
{
	enum rc rc;

	if (r->route->kind == OPEN || r->app->identify == NULL)
		return RC_OK;
	rc = r->app->identify(r);
	if (rc == RC_OK)
		return RC_OK;
	r->who = NULL;
	return rc == RC_UNAUTH && r->route->kind == PAGE ? RC_OK : rc;
}

static enum rc
admit(const struct req *r)
{
	static const enum role least[] = {
		[CUSTOMER] = ROLE_CUSTOMER, [VIEWER] = ROLE_VIEWER, [OPERATOR] = ROLE_OPERATOR,
		[OWNER] = ROLE_OWNER, [CLIENT] = ROLE_CLIENT,
	};
	enum access need = r->route->access;

	if (need == ANYONE)
		return RC_OK;
	if (r->who == NULL)
		return RC_UNAUTH;
	if ((r->who->role == ROLE_CLIENT) != (need == CLIENT))
		return RC_DENIED;
	return r->who->role >= least[need] ? RC_OK : RC_DENIED;
}

/* The media type of the body, its parameters aside. */
static bool
is_type(const struct req *r, const char *type)
{
	const char *s = r->content_type;
	size_t len = strlen(type);

	if (s == NULL || strncasecmp(s, type, len) != 0)
		return false;
	s += len + strspn(s + len, " \t");
	return *s == '\0' || *s == ';';
}

static void
append(struct arena *a, struct field **f, size_t *n, const struct field *more, size_t more_n)
{
	struct field *both;

	if (more_n == 0)
		return;
	both = arena_new(a, struct field, *n + more_n);
	if (*n > 0)
		memcpy(both, *f, *n * sizeof(**f));
	memcpy(both + *n, more, more_n * sizeof(*more));
	*f = both;
	*n += more_n;
}

/* Takes the form token out of the fields and checks it. Two are none. */
static enum rc
check_form(struct req *r, struct field *f, size_t *n)
{
	const char *token = NULL;
	size_t i, kept = 0, tokens = 0;

	for (i = 0; i < *n; i++) {
		if (strcmp(f[i].name, "csrf") != 0) {
			f[kept++] = f[i];
			continue;
		}
		token = f[i].s;
		tokens++;
	}
	*n = kept;
	return csrf_check(r, tokens == 1 ? token : NULL);
}

static enum rc
read_page_body(struct req *r, struct field **f, size_t *n)
{
	enum rc rc;

	if (!is_type(r, form_type))
		return RC_MEDIA_TYPE;
	rc = param_form(r->arena, r->body, r->body_len, f, n);
	return rc != RC_OK ? rc : check_form(r, *f, n);
}

static enum rc
read_api_body(struct req *r, struct field **f, size_t *n)
{
	if (r->body_len == 0)
		return RC_OK;
	if (!is_type(r, "application/json"))
		return RC_MEDIA_TYPE;
	return json_fields(r->arena, r->body, r->body_len, f, n);
}

/* RFC 8058 lets the sender choose between the two types of a form; only one of them carries
 * anything that we read. */
static enum rc
read_open_body(struct req *r, struct field **f, size_t *n)
{
	if (r->body_len == 0 || r->route->params == NULL || is_type(r, "multipart/form-data"))
		return RC_OK;            /* without params the handler reads its own form */
	if (!is_type(r, form_type))
		return RC_MEDIA_TYPE;
	return param_form(r->arena, r->body, r->body_len, f, n);
}

static enum rc
read_body(struct req *r, struct field **f, size_t *n)
{
	if (r->method != POST)
		return RC_OK;
	switch (r->route->kind) {
	case PAGE: return read_page_body(r, f, n);
	case API: return read_api_body(r, f, n);
	case OPEN: return read_open_body(r, f, n);
	}
	return RC_DB;
}

/* Fills r->in by the route's table. */
static enum rc
read_input(struct req *r, const struct found *found)
{
	const struct route *route = r->route;
	bool strict = route->kind == API || (route->kind == PAGE && r->method == POST);
	struct field *f = NULL, *query;
	void *in = NULL;
	size_t n = 0, query_n;
	enum rc rc;

	if ((rc = read_body(r, &f, &n)) != RC_OK)
		return rc;
	if ((rc = param_form(r->arena, r->query, strlen(r->query), &query, &query_n)) != RC_OK)
		return rc;
	/* A query's text would get around the types of the JSON object. */
	if (route->kind == API && r->method == POST && query_n > 0) {
		r->bad = query[0].name;
		return RC_INVALID;
	}
	append(r->arena, &f, &n, query, query_n);
	append(r->arena, &f, &n, found->part, found->n);
	if (route->in_size > 0)
		in = arena_alloc(r->arena, 1, route->in_size);
	r->in = in;
	return param_fill(r->arena, route->params, f, n, strict, in, &r->bad);
}

/* Everything between a request whose route is known and its outcome. *ret_kept: how much of
 * the headers stays when it fails. Those are identify's, whose new cookies replace ones that
 * the browser must not use again. */
static enum rc
serve(struct req *r, const struct found *found, size_t *ret_kept)
{
	enum rc rc;

	rc = identify(r);
	*ret_kept = r->head_out.len;
	if (rc != RC_OK)
		return rc;
	rc = admit(r);
	if (rc == RC_UNAUTH && r->route->kind == PAGE && r->method == GET &&
	    r->app->ask_sign_in != NULL)
		return r->app->ask_sign_in(r);
	if (rc == RC_OK)
		rc = read_input(r, found);
	return rc == RC_OK ? r->route->run(r) : rc;
}

static void
put_problem(struct req *r, enum rc rc, const char *title, const char *detail)
{
	struct buf *o = &r->body_out;

	r->type_out = "application/problem+json";
	json_open(o, NULL, '{');
	json_put_text(o, "type", arena_fmt(r->arena, "/problems/%s", rc_slug(rc)));
	json_put_text(o, "title", title);
	json_put_int(o, "status", r->status);
	json_put_text(o, "detail", detail != NULL ? detail : title);
	json_put_text(o, "instance", r->path);
	if (r->reason != NULL)
		json_put_text(o, "reason", r->reason);
	if (r->bad != NULL)
		json_put_text(o, "field", r->bad);
	json_close(o, '}');
}

static void
put_allow(struct req *r, const struct found *found)
{
	http_header(r, "Allow", !found->methods[POST] ? "GET, HEAD" :
	    found->methods[GET] ? "GET, HEAD, POST" : "POST");
}

/* What failed on our side, for the journal; the rest is in nginx's access log. */
static void
log_failure(const struct req *r, enum rc rc)
{
	if (r->status >= 500)
		log_line(r->status == 500 ? LEVEL_ERROR : LEVEL_WARN, "%s %s: %s: %s: %s",
		    methods[r->method], r->path, rc_slug(rc), r->detail != NULL ? r->detail : "-",
		    rc == RC_DB && r->db != NULL && r->job.fn == NULL ? db_error(r->db) : "-");
}

/* Protocol endpoints are asked by programs; a browser says what it wants. */
static bool
wants_html(const struct req *r)
{
	return r->accept != NULL && strstr(r->accept, "text/html") != NULL;
}

/* The reply of every outcome but RC_OK. */
static void
fail(struct req *r, enum rc rc, const struct found *found, size_t kept)
{
	const char *title = rc_title(rc, r->lang), *detail = r->detail;

	r->status = rc_http(rc);
	r->head_out.len = kept;
	if (r->head_out.s != NULL)
		r->head_out.s[kept] = '\0';
	r->body_out.len = 0;
	r->type_out = NULL;
	log_failure(r, rc);
	/* A name that the client made up is not repeated at any length. */
	if (r->bad != NULL && strlen(r->bad) > FIELD_NAME_MAX)
		r->bad = NULL;
	if (detail == NULL && rc == RC_INVALID && r->bad != NULL)
		detail = arena_fmt(r->arena, r->lang == LANG_KO ? "입력값을 확인해 주세요: %s" :
		    "Please check this field: %s", r->bad);
	if (rc == RC_METHOD)
		put_allow(r, found);
	if (r->status == 401 && found->kind == API)
		http_header(r, "WWW-Authenticate", rc == RC_UNAUTH && r->authorization != NULL ?
		    "Bearer error=\"invalid_token\"" : "Bearer");
	if (r->status == 429 || r->status == 503)
		http_header(r, "Retry-After", arena_fmt(r->arena, "%jd",
		    (intmax_t)(r->retry_after_s > 0 ? r->retry_after_s : 1)));
	if (found->kind == API || (found->kind == OPEN && !wants_html(r)))
		put_problem(r, rc, title, detail);
	else
		page_problem(&r->body_out, &(struct page_problem){ .lang = r->lang,
		    .status = r->status, .title = title, .detail = detail });
}

/* The reply of an outcome. */
static void
finish(struct req *r, enum rc rc, const struct found *found, size_t kept)
{
	r->then = NULL;
	if (rc != RC_OK)
		fail(r, rc, found, kept);
	http_header(r, "Content-Type", r->type_out != NULL ? r->type_out : "text/html; charset=utf-8");
	if (!has_header(r, "Cache-Control"))
		http_header(r, "Cache-Control", "no-store");
	http_header(r, "X-Content-Type-Options", "nosniff");
}

enum rc
http_write(struct req *r, write_fn *fn, void *arg, enum rc (*then)(struct req *, enum rc))
{
	r->job = (struct write_job){ .fn = fn, .arg = arg, .arena = r->arena, .again = true };
	r->then = then;
	return RC_OK;
}

void
http_dispatch(struct req *r)
{
	struct found found = { 0 };
	size_t kept = 0;
	enum rc rc;

	r->lang = language_of(r);
	rc = find(r, &found);
	if (r->early != RC_OK)
		rc = r->early;
	else if (rc == RC_OK)
		rc = serve(r, &found, &kept);
	if (rc == RC_OK && r->then != NULL)
		r->kept = kept;
	else
		finish(r, rc, &found, kept);
}

void
http_resume(struct req *r)
{
	enum rc (*then)(struct req *, enum rc) = r->then;

	r->then = NULL;
	finish(r, then(r, r->job.rc), &(struct found){ .kind = r->route->kind }, r->kept);
}

void
http_list(const struct app *app)
{
	const struct route *const *table, *route;

	for (table = app->tables; *table != NULL; table++)
		for (route = *table; route->path != NULL; route++)
			printf("%s %s %s %s\n", methods[route->method], route->path,
			    kinds[route->kind], accesses[route->access]);
}
