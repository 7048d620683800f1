/* SPDX-License-Identifier: Apache-2.0 */
/* t_http.c - dispatch in-process: a small domain of every kind of route, asked in every way.
 *
 * The fake app knows people by cookie "who" (PAGE) and by "Bearer NAME" (API): a role's word, or
 * "bad". Its handlers answer what they were given. */
#include "t.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "web/csrf.h"
#include "web/http.h"
#include "web/identity.h"
#include "web/json.h"

struct item_in {
	int64_t id;
	const char *name;
};
static const struct param item_params[] = {
	PARAM_INT(struct item_in, id, 1, 100, .optional = true),
	PARAM_LINE(struct item_in, name, 0, 10, .optional = true),
	PARAM_END
};

static enum rc
show(struct req *r)
{
	const struct item_in *in = r->in;

	buf_fmt(&r->body_out, "%lld,%s,%s", in != NULL ? (long long)in->id : -1,
	    in != NULL && in->name != NULL ? in->name : "-", r->who != NULL ? r->who->subject : "nobody");
	return RC_OK;
}

static enum rc
form(struct req *r)
{
	buf_fmt(&r->body_out, "%s %s", csrf_token(r), csrf_token(r));
	return RC_OK;
}

static enum rc
refuse(struct req *r)
{
	const struct item_in *in = r->in;

	http_cookie_set(r, "dropped", "1", 0);
	http_header(r, "X-Dropped", "1");
	r->type_out = "text/plain";
	r->status = 200;
	buf_str(&r->body_out, "half a page");
	if (in->name != NULL)
		r->reason = r->detail = in->name;
	return (enum rc)in->id;
}

static enum rc
move(struct req *r)
{
	const struct item_in *in = r->in;

	return http_redirect(r, in->name);
}

static enum rc
cached(struct req *r)
{
	http_header(r, "cache-control", "public, max-age=60");
	r->type_out = "application/json";
	buf_str(&r->body_out, "{}");
	return RC_OK;
}

static enum rc
identify(struct req *r)
{
	static struct identity people[5];
	const char *s;

	if (r->route->kind == PAGE)
		s = http_cookie(r, "who");
	else
		s = r->authorization != NULL && strncmp(r->authorization, "Bearer ", 7) == 0 ?
		    r->authorization + 7 : r->authorization;
	if (s == NULL)
		return RC_OK;
	http_cookie_set(r, "kept", "1", 60);
	if (strcmp(s, "bad") == 0)
		return RC_UNAUTH;
	people[role_parse(s)] = (struct identity){ .subject = role_word(role_parse(s)),
	    .session = "session1", .role = role_parse(s) };
	r->who = &people[role_parse(s)];
	return RC_OK;
}

static enum rc
ask_sign_in(struct req *r)
{
	return http_redirect(r, "/sign-in");
}

static const struct route page_routes[] = {
	ROUTE_IN(GET, "/items/{id}", show, PAGE, ANYONE, item_in, item_params),
	ROUTE(GET, "/items/new", form, PAGE, ANYONE),
	ROUTE_IN(POST, "/items/new", show, PAGE, ANYONE, item_in, item_params),
	ROUTE_IN(POST, "/items/{id}/name/{name}", show, OPEN, ANYONE, item_in, item_params),
	ROUTE(GET, "/mine", show, PAGE, CUSTOMER),
	ROUTE(POST, "/mine", show, PAGE, CUSTOMER),
	ROUTE(GET, "/view", show, PAGE, VIEWER),
	ROUTE(GET, "/operate", show, PAGE, OPERATOR),
	ROUTE(GET, "/own", show, PAGE, OWNER),
	ROUTE_IN(GET, "/refuse", refuse, PAGE, ANYONE, item_in, item_params),
	ROUTE_IN(GET, "/move", move, PAGE, ANYONE, item_in, item_params),
	ROUTE(GET, "/cached", cached, PAGE, ANYONE),
	ROUTE_END
};
static const struct route api_routes[] = {
	ROUTE_IN(GET, "/v1/items", show, API, ANYONE, item_in, item_params),
	ROUTE_IN(POST, "/v1/items", show, API, CUSTOMER, item_in, item_params),
	ROUTE_IN(POST, "/v1/items/{id}", show, API, ANYONE, item_in, item_params),
	ROUTE(POST, "/v1/nothing", show, API, ANYONE),
	ROUTE(POST, "/v1/client", show, API, CLIENT),
	ROUTE_IN(GET, "/v1/refuse", refuse, API, ANYONE, item_in, item_params),
	ROUTE_IN(GET, "/open", show, OPEN, ANYONE, item_in, item_params),
	ROUTE_IN(POST, "/open", show, OPEN, ANYONE, item_in, item_params),
	ROUTE_END
};
static const struct route *const tables[] = { page_routes, api_routes, NULL };
static const struct app app = {
	.name = "t_http", .db = DB_ATTEND, .tables = tables, .identify = identify,
	.ask_sign_in = ask_sign_in,
};
static const struct conf conf = {
	.event_url = "http://event.test",
	.cookie_key = "0123456789abcdef0123456789abcdef",
};
static const char form_type[] = "application/x-www-form-urlencoded";
static const char json_type[] = "application/json; charset=utf-8";

static struct req
ask(struct arena *a, enum method method, const char *path)
{
	return (struct req){ .arena = a, .conf = &conf, .app = &app, .method = method, .path = path,
	    .query = "", .body = "", .remote_addr = "192.0.2.1", .status = 200,
	    .head_out = { .arena = a }, .body_out = { .arena = a } };
}

static void
post(struct req *r, const char *type, const char *body)
{
	r->content_type = type;
	r->body = body;
	r->body_len = strlen(body);
}

/* The value of the n-th header of a name, or "". */
static const char *
header(const struct req *r, const char *name)
{
	const char *s = r->head_out.s;
	size_t len = strlen(name);

	for (; *s != '\0'; s = strstr(s, "\r\n") + 2)
		if (strncasecmp(s, name, len) == 0 && s[len] == ':')
			return arena_strn(r->arena, s + len + 2, strcspn(s + len + 2, "\r"));
	return "";
}

static bool
has(const struct req *r, const char *what)
{
	return r->body_out.s != NULL && strstr(r->body_out.s, what) != NULL;
}

/* Columns: method, path, query, who (cookie and bearer), content type, body; status, and what
 * the reply's body holds. */
static const struct {
	enum method method;
	const char *path, *query, *who, *type, *body;
	int status;
	const char *holds;
} cases[] = {
	{ GET, "/items/7", "", NULL, NULL, "", 200, "7,-,nobody" },
	{ GET, "/items/7", "name=a&unknown=1", NULL, NULL, "", 200, "7,a,nobody" },
	{ GET, "/items/7", "id=7", NULL, NULL, "", 400, "id" },
	{ GET, "/items/7", "x=%00", NULL, NULL, "", 400, "" },
	{ GET, "/items/x", "", NULL, NULL, "", 400, "id" },
	{ GET, "/items/", "", NULL, NULL, "", 404, "" },
	{ GET, "/items/7/", "", NULL, NULL, "", 404, "" },
	{ GET, "/items/\xff", "", NULL, NULL, "", 404, "" },
	{ GET, "/Items/7", "", NULL, NULL, "", 404, "" },
	{ GET, "", "", NULL, NULL, "", 404, "" },
	{ GET, "/items/7", "", "bad", NULL, "", 200, "7,-,nobody" },
	{ GET, "/items/7", "", "owner", NULL, "", 200, "7,-,owner" },
	{ POST, "/items/7", "", NULL, NULL, "", 405, "" },
	{ METHOD_MAX, "/items/7", "", NULL, NULL, "", 405, "" },
	{ METHOD_MAX, "/nowhere", "", NULL, NULL, "", 404, "" },
	{ GET, "/mine", "", NULL, NULL, "", 303, NULL },
	{ GET, "/mine", "", "bad", NULL, "", 303, NULL },
	{ GET, "/mine", "", "customer", NULL, "", 200, "-1,-,customer" },
	{ GET, "/mine", "", "viewer", NULL, "", 200, "viewer" },
	{ GET, "/mine", "", "client", NULL, "", 403, "" },
	{ POST, "/mine", "", NULL, form_type, "csrf=x", 401, "" },
	{ GET, "/view", "", "customer", NULL, "", 403, "" },
	{ GET, "/view", "", "viewer", NULL, "", 200, "viewer" },
	{ GET, "/view", "", "owner", NULL, "", 200, "owner" },
	{ GET, "/operate", "", "viewer", NULL, "", 403, "" },
	{ GET, "/operate", "", "operator", NULL, "", 200, "operator" },
	{ GET, "/own", "", "operator", NULL, "", 403, "" },
	{ GET, "/own", "", "owner", NULL, "", 200, "owner" },
	{ GET, "/own", "", "client", NULL, "", 403, "" },

	{ GET, "/v1/items", "id=3&name=a", NULL, NULL, "", 200, "3,a,nobody" },
	{ GET, "/v1/items", "id=3&other=a", NULL, NULL, "", 400, "\"field\":\"other\"" },
	{ GET, "/v1/items", "id=3&id=3", NULL, NULL, "", 400, "\"field\":\"id\"" },
	{ GET, "/v1/items", "", "bad", NULL, "", 401, "/problems/sign-in-required" },
	{ POST, "/v1/items", "", NULL, json_type, "{}", 401, "/problems/sign-in-required" },
	{ POST, "/v1/items", "", "bad", json_type, "{}", 401, "/problems/sign-in-required" },
	{ POST, "/v1/items", "", "client", json_type, "{}", 403, "/problems/forbidden" },
	{ POST, "/v1/items", "", "customer", NULL, "", 200, "0,-,customer" },
	{ POST, "/v1/items", "", "customer", "text/plain", "", 200, "0,-,customer" },
	{ POST, "/v1/items", "", "customer", "APPLICATION/JSON", "{\"id\":9}", 200, "9,-,customer" },
	{ POST, "/v1/items", "", "customer", json_type, "{\"id\":9,\"name\":\"b\"}", 200, "9,b" },
	{ POST, "/v1/items", "", "customer", json_type, "{\"id\":\"9\"}", 400, "\"field\":\"id\"" },
	{ POST, "/v1/items", "", "customer", json_type, "{\"id\":1,\"id\":1}", 400, "invalid-request" },
	{ POST, "/v1/items", "", "customer", json_type, "{\"\\u003c\":1}", 400, "\"field\":\"\\u003c\"" },
	{ POST, "/v1/items", "", "customer", json_type, "[]", 400, "invalid-request" },
	{ POST, "/v1/items", "", "customer", json_type, " ", 400, "invalid-request" },
	{ POST, "/v1/items", "", "customer", json_type, "{} x", 400, "invalid-request" },
	{ POST, "/v1/items", "", "customer", NULL, "{}", 415, "/problems/media-type" },
	{ POST, "/v1/items", "", "customer", form_type, "id=1", 415, "/problems/media-type" },
	{ POST, "/v1/items", "", "customer", "application/jsonx", "{}", 415, "/problems/media-type" },
	{ POST, "/v1/items", "id=1", "customer", json_type, "{}", 400, "\"field\":\"id\"" },
	{ POST, "/v1/items/5", "", NULL, NULL, "", 200, "5,-,nobody" },
	{ POST, "/v1/items/5", "", NULL, json_type, "{\"name\":\"c\"}", 200, "5,c,nobody" },
	{ POST, "/v1/items/5", "", NULL, json_type, "{\"id\":5}", 400, "\"field\":\"id\"" },
	{ POST, "/v1/nothing", "", NULL, json_type, "{}", 200, "-1,-,nobody" },
	{ POST, "/v1/nothing", "", NULL, json_type, "{\"a\":1}", 400, "\"field\":\"a\"" },
	{ POST, "/v1/client", "", NULL, NULL, "", 401, "" },
	{ POST, "/v1/client", "", "owner", NULL, "", 403, "" },
	{ POST, "/v1/client", "", "client", NULL, "", 200, "client" },
	{ POST, "/v1/refuse", "", NULL, NULL, "", 405, "/problems/method-not-allowed" },
	{ GET, "/v1/nowhere", "", NULL, NULL, "", 404, "/problems/not-found" },

	{ GET, "/open", "id=4&x=1", "bad", NULL, "", 200, "4,-,nobody" },
	{ POST, "/open", "id=4", NULL, form_type, "name=d&x=1", 200, "4,d,nobody" },
	{ POST, "/open", "id=4", NULL, form_type, "id=4", 400, "" },
	{ POST, "/open", "id=4", NULL, "multipart/form-data; boundary=x", "--x--", 200, "4,-,nobody" },
	{ POST, "/open", "id=4", NULL, NULL, "", 200, "4,-,nobody" },
	{ POST, "/open", "id=4", NULL, json_type, "{}", 415, "" },
	{ POST, "/items/3/name/z", "", NULL, NULL, "", 200, "3,z,nobody" },
};

static void
table(struct arena *a)
{
	struct req r;
	bool good;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = ask(a, cases[i].method, cases[i].path);
		r.query = cases[i].query;
		if (cases[i].who != NULL) {
			r.cookie = arena_fmt(a, "a=b; who=%s", cases[i].who);
			r.authorization = arena_fmt(a, "Bearer %s", cases[i].who);
		}
		post(&r, cases[i].type, cases[i].body);
		http_dispatch(&r);
		good = r.status == cases[i].status && (cases[i].holds == NULL ? r.body_out.len == 0 :
		    has(&r, cases[i].holds));
		CHECK(good);
		if (!good)
			printf("# %zu %s?%s %s: %d %s\n", i, cases[i].path, cases[i].query,
			    cases[i].body, r.status, r.body_out.s);
		CHECK(strcmp(header(&r, "X-Content-Type-Options"), "nosniff") == 0);
		CHECK(strcmp(header(&r, "Cache-Control"), "no-store") == 0);
		CHECK(*header(&r, "Content-Type") != '\0');
		CHECK((r.status == 405) == (*header(&r, "Allow") != '\0'));
		CHECK((r.status == 401 && strncmp(r.path, "/v1/", 4) == 0) ==
		    (*header(&r, "WWW-Authenticate") != '\0'));
		arena_reset(a);
	}
}

static void
problems(struct arena *a)
{
	struct json *p;
	struct req r = ask(a, GET, "/v1/refuse");
	int64_t status;

	r.query = arena_fmt(a, "id=%d&name=no_%%3Cb%%3E", RC_NOT_ELIGIBLE);
	r.accept_language = "en";
	r.authorization = "Bearer customer";
	http_dispatch(&r);
	CHECK(r.status == 403 && strcmp(header(&r, "Content-Type"), "application/problem+json") == 0);
	CHECK(json_parse(a, r.body_out.s, r.body_out.len, &p) == RC_OK && p->n == 6);
	CHECK(strcmp(json_text(p, "type"), "/problems/not-eligible") == 0);
	CHECK(strcmp(json_text(p, "title"), rc_title(RC_NOT_ELIGIBLE, LANG_EN)) == 0);
	CHECK(json_int(p, "status", &status) && status == 403);
	CHECK(strcmp(json_text(p, "detail"), "no_<b>") == 0);
	CHECK(strcmp(json_text(p, "reason"), "no_<b>") == 0);
	CHECK(strcmp(json_text(p, "instance"), "/v1/refuse") == 0 && strchr(r.body_out.s, '<') == NULL);
	/* What the handler had begun is gone; cookies of identify() stay. */
	CHECK(strstr(r.head_out.s, "ropped") == NULL && !has(&r, "half"));
	CHECK(strcmp(header(&r, "Set-Cookie"), "kept=1; Path=/; HttpOnly; SameSite=Lax; Max-Age=60") == 0);

	r = ask(a, GET, "/refuse");
	r.query = arena_fmt(a, "id=%d&name=%%3Cb%%3E", RC_SHOP);
	http_dispatch(&r);
	CHECK(r.status == 503 && strcmp(header(&r, "Retry-After"), "1") == 0);
	CHECK(strcmp(header(&r, "Content-Type"), "text/html; charset=utf-8") == 0);
	CHECK(has(&r, "&lt;b&gt;") && !has(&r, "<b>") && has(&r, rc_title(RC_SHOP, LANG_KO)));

	r = ask(a, GET, "/v1/refuse");
	r.query = arena_fmt(a, "id=%d", RC_TOO_MANY);
	http_dispatch(&r);
	CHECK(r.status == 429 && strcmp(header(&r, "Retry-After"), "1") == 0);
	r = ask(a, GET, "/v1/items");
	r.query = "id=x";
	http_dispatch(&r);
	CHECK(r.status == 400 && has(&r, "\"detail\":\"입력값을 확인해 주세요: id\""));

	r = ask(a, POST, "/v1/items");
	http_dispatch(&r);
	CHECK(strcmp(header(&r, "WWW-Authenticate"), "Bearer") == 0);
	r = ask(a, POST, "/v1/items");
	r.authorization = "Bearer bad";
	http_dispatch(&r);
	CHECK(strcmp(header(&r, "WWW-Authenticate"), "Bearer error=\"invalid_token\"") == 0);

	r = ask(a, POST, "/items/7");
	http_dispatch(&r);
	CHECK(strcmp(header(&r, "Allow"), "GET, HEAD") == 0);
	r = ask(a, METHOD_MAX, "/v1/items");
	http_dispatch(&r);
	CHECK(strcmp(header(&r, "Allow"), "GET, HEAD, POST") == 0);
	r = ask(a, GET, "/v1/client");
	http_dispatch(&r);
	CHECK(strcmp(header(&r, "Allow"), "POST") == 0);

	/* A request that could not be read runs nothing. */
	r = ask(a, POST, "/v1/nothing");
	r.early = RC_TOO_LARGE;
	http_dispatch(&r);
	CHECK(r.status == 413 && has(&r, "/problems/too-large"));
	r = ask(a, GET, "/cached");
	http_dispatch(&r);
	CHECK(r.status == 200 && strcmp(header(&r, "Content-Type"), "application/json") == 0);
	CHECK(strstr(r.head_out.s, "no-store") == NULL);
}

static void
others(struct arena *a)
{
	struct req r;

	r = ask(a, GET, "/move");
	r.query = "name=//evil";
	http_dispatch(&r);
	CHECK(r.status == 400 && strstr(r.head_out.s, "Location") == NULL);

	r = ask(a, GET, "/items/7");
	r.cookie = "lang=en";
	r.accept_language = "ko";
	http_dispatch(&r);
	CHECK(r.lang == LANG_EN);
	r = ask(a, GET, "/items/7");
	r.cookie = "lang=fr";
	r.accept_language = "en-US,en;q=0.9";
	http_dispatch(&r);
	CHECK(r.lang == LANG_EN);
}

static int
post_form(struct arena *a, const char *cookie, const char *body, const char *origin,
    const char *site)
{
	struct req r = ask(a, POST, "/items/new");

	r.cookie = cookie;
	r.origin = origin;
	r.fetch_site = site;
	post(&r, form_type, body);
	http_dispatch(&r);
	return r.status;
}

static void
forms(struct arena *a)
{
	struct req r = ask(a, GET, "/items/new");
	const char *guest, *body, *signed_in, *other;

	http_dispatch(&r);
	CHECK(r.status == 200 && r.body_out.len == 43 * 2 + 1);
	guest = header(&r, "Set-Cookie");
	CHECK(strncmp(guest, "guest=", 6) == 0);
	CHECK(strstr(strstr(r.head_out.s, "guest=") + 1, "guest=") == NULL);
	CHECK(strncmp(r.body_out.s, r.body_out.s + 44, 43) == 0);
	guest = arena_strn(a, guest, strcspn(guest, ";"));
	body = arena_fmt(a, "id=3&csrf=%.43s", r.body_out.s);
	CHECK(post_form(a, guest, body, NULL, NULL) == 200);
	CHECK(post_form(a, guest, body, "http://event.test", "same-origin") == 200);
	CHECK(post_form(a, guest, body, NULL, "none") == 200);
	CHECK(post_form(a, guest, body, "http://event.test", "cross-site") == 403);
	CHECK(post_form(a, guest, body, NULL, "same-site") == 403);
	CHECK(post_form(a, guest, body, "https://event.test", NULL) == 403);
	CHECK(post_form(a, guest, body, "http://evil.test", NULL) == 403);
	CHECK(post_form(a, guest, body, "null", NULL) == 403);
	CHECK(post_form(a, NULL, body, NULL, NULL) == 403);
	CHECK(post_form(a, "guest=short", body, NULL, NULL) == 403);
	CHECK(post_form(a, guest, "id=3", NULL, NULL) == 403);
	CHECK(post_form(a, guest, "id=3&csrf=", NULL, NULL) == 403);
	CHECK(post_form(a, guest, arena_fmt(a, "%s&csrf=x", body), NULL, NULL) == 403);
	CHECK(post_form(a, guest, arena_fmt(a, "%sx", body), NULL, NULL) == 403);
	CHECK(post_form(a, guest, arena_fmt(a, "%s&other=1", body), NULL, NULL) == 400);
	CHECK(post_form(a, guest, arena_fmt(a, "%s&id=3", body), NULL, NULL) == 400);

	/* Another session's token, and one kind of session for the other. */
	r = ask(a, GET, "/items/new");
	r.cookie = "who=customer";
	http_dispatch(&r);
	CHECK(strstr(r.head_out.s, "guest") == NULL);
	signed_in = arena_fmt(a, "csrf=%.43s", r.body_out.s);
	CHECK(post_form(a, "who=customer", signed_in, NULL, NULL) == 200);
	CHECK(post_form(a, guest, signed_in, NULL, NULL) == 403);
	CHECK(post_form(a, "who=customer", body, NULL, NULL) == 403);
	r = ask(a, GET, "/items/new");
	http_dispatch(&r);
	other = arena_fmt(a, "csrf=%.43s", r.body_out.s);
	CHECK(post_form(a, guest, other, NULL, NULL) == 403);
	r = ask(a, GET, "/items/new");
	r.cookie = guest;
	http_dispatch(&r);
	CHECK(strstr(r.head_out.s, "Set-Cookie") == NULL && strncmp(r.body_out.s, body + 10, 43) == 0);

	/* A form of another type, a token in the address. */
	r = ask(a, POST, "/items/new");
	r.cookie = guest;
	post(&r, "text/plain", body);
	http_dispatch(&r);
	CHECK(r.status == 415);
	r = ask(a, POST, "/items/new");
	r.cookie = guest;
	r.query = body;
	post(&r, form_type, "");
	http_dispatch(&r);
	CHECK(r.status == 403);
}

int
main(void)
{
	struct arena a;

	arena_init(&a, 4 << 20);
	table(&a);
	problems(&a);
	others(&a);
	forms(&a);
	arena_free(&a);
	return DONE();
}
