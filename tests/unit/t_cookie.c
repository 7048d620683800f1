/* SPDX-License-Identifier: Apache-2.0 */
/* t_cookie.c - cookies in and out, and where a redirect may lead. */
#include "t.h"

#include <string.h>

#include "base/conf.h"
#include "web/http.h"

static const struct app event = { .db = DB_ATTEND }, auth = { .db = DB_AUTH };
static const struct conf conf = {
	.event_url = "http://event.test", .auth_url = "https://auth.test",
};

static struct req
ask(struct arena *a)
{
	return (struct req){ .arena = a, .conf = &conf, .app = &event, .query = "", .body = "",
	    .status = 200, .head_out = { .arena = a }, .body_out = { .arena = a } };
}

static void
cookies(struct arena *a)
{
	static const struct { const char *cookie, *name, *value; } list[] = {
		{ NULL, "a", NULL }, { "", "a", NULL }, { "a=1", "a", "1" }, { "a=1; a=2", "a", "1" },
		{ "aa=1; a=2", "a", "2" }, { "b=a=3; a=x=y", "a", "x=y" }, { "a", "a", NULL },
		{ " a=1 ;b=2", "a", "1" }, { "a=;b=2", "a", "" }, { "a=\"1\"", "a", NULL },
		{ "a=1 2", "a", NULL }, { "a=\xff", "a", NULL }, { "__Host-a=1", "a", NULL },
		{ "A=1", "a", NULL }, { ";;a=1", "a", "1" }, { "x=a=1", "a", NULL },
	};
	const char *got;
	struct req r;
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		r = ask(a);
		r.cookie = list[i].cookie;
		got = http_cookie(&r, list[i].name);
		CHECK(list[i].value == NULL ? got == NULL :
		    got != NULL && strcmp(got, list[i].value) == 0);
	}
	r = ask(a);
	http_cookie_set(&r, "a", "1", 0);
	CHECK(strcmp(r.head_out.s, "Set-Cookie: a=1; Path=/; HttpOnly; SameSite=Lax\r\n") == 0);
	r = ask(a);
	r.app = &auth;
	r.cookie = "a=planted; __Host-a=1";
	CHECK(strcmp(http_cookie(&r, "a"), "1") == 0 && strcmp(http_self(&r), conf.auth_url) == 0);
	http_cookie_set(&r, "a", "", 60);
	CHECK(strcmp(r.head_out.s, "Set-Cookie: "
	    "__Host-a=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0\r\n") == 0);
}

static void
redirects(struct arena *a)
{
	static const struct { const char *to; bool good; } list[] = {
		{ "/", true }, { "/a?b=c", true }, { "https://auth.test/authorize?x=1", true },
		{ "kr.example.app:/callback", true }, { "//evil.test", false }, { "/\\evil.test", false },
		{ "\\\\evil.test", false }, { "evil.test", false }, { "/a b", false }, { ":x", false },
		{ "/a\tb", false }, { "a/b:c", false }, { "", false }, { "/a\r\nX: y", false },
	};
	struct req r;
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		r = ask(a);
		CHECK(http_redirect(&r, list[i].to) == (list[i].good ? RC_OK : RC_INVALID));
		CHECK(r.status == (list[i].good ? 303 : 200));
		CHECK(list[i].good ? strcmp(r.head_out.s, arena_fmt(a, "Location: %s\r\n",
		    list[i].to)) == 0 : r.head_out.len == 0);
	}
}

int
main(void)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	cookies(&a);
	redirects(&a);
	arena_free(&a);
	return DONE();
}
