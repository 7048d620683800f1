/* SPDX-License-Identifier: Apache-2.0 */
/* account_sign_ins.c - where somebody is signed in, and the end of each of these.
 *
 *	GET  /account/sign-ins          all of them, the newest use first
 *	POST /account/sign-ins/end      one, by its sid; "others": all but this one
 *
 * Tokens that a sign-in has given out end with it: refresh tokens at once, access tokens within
 * their five minutes. */
#include <string.h>

#include "auth.h"
#include "db/writer.h"
#include "page.h"
#include "query.h"
#include "session.h"
#include "view.h"

struct end_in {
	const char *sid;
};
static const struct param end_params[] = {
	PARAM_LINE(struct end_in, sid, 1, 100),
	PARAM_END
};

/* The first word that a browser's or a system's name for itself has, as people call it. */
static const char *
call(const char *agent, const char *const (*names)[2])
{
	for (; (*names)[0] != NULL; names++)
		if (strstr(agent, (*names)[0]) != NULL)
			return (*names)[1];
	return NULL;
}

/* "Chrome, Android": an agent names itself after many others, so the order tells. */
static const char *
agent_name(struct arena *a, const char *agent)
{
	static const char *const browsers[][2] = {
		{ "KAKAOTALK", "KakaoTalk" }, { "NAVER", "NAVER" }, { "SamsungBrowser", "Samsung Internet" },
		{ "Whale", "Whale" }, { "Edg", "Edge" }, { "OPR", "Opera" }, { "Firefox", "Firefox" },
		{ "FxiOS", "Firefox" }, { "CriOS", "Chrome" }, { "Chrome", "Chrome" },
		{ "Safari", "Safari" }, { "curl", "curl" }, { NULL, NULL },
	}, *const systems[][2] = {
		{ "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Android", "Android" },
		{ "Windows", "Windows" }, { "Mac OS X", "Mac" }, { "Linux", "Linux" }, { NULL, NULL },
	};
	const char *browser = call(agent, browsers), *system = call(agent, systems);

	if (browser != NULL && system != NULL)
		return arena_fmt(a, "%s, %s", browser, system);
	return browser != NULL ? browser : system != NULL ? system : "?";
}

static const char *
minute_of(struct arena *a, int64_t at_s)
{
	char text[TIME_TEXT];

	time_text(at_s * 1000, text);
	return arena_fmt(a, "%.10s %.5s", text, text + 11);
}

static enum rc
list_get(struct req *r)
{
	struct session_list *rows;
	struct auth_sign_in *list;
	size_t i, n;
	enum rc rc = q_session_list(r->db, r->arena, r->who->account_id, auth_now(), &rows, &n);

	if (rc != RC_OK)
		return rc;
	list = arena_new(r->arena, struct auth_sign_in, n);
	for (i = 0; i < n; i++)
		list[i] = (struct auth_sign_in){
			.sid = rows[i].sid, .app = rows[i].client_id[0] != '\0',
			.here = strcmp(rows[i].sid, r->who->session) == 0,
			.agent = agent_name(r->arena, rows[i].agent), .address = rows[i].address,
			.began = minute_of(r->arena, rows[i].created_at),
			.seen = minute_of(r->arena, rows[i].seen_at),
		};
	page_auth_sign_ins(&r->body_out, &(struct page_auth_sign_ins){
		.lang = r->lang, .v = session_view(r), .rows = list, .n = n,
	});
	return RC_OK;
}

/* Somebody else's sid is not in his list, so it ends nothing. */
static enum rc
end_run(struct db *db, struct arena *a, void *arg)
{
	struct req *r = arg;
	const struct end_in *in = r->in;
	struct session_list *rows;
	size_t i, n;
	enum rc rc;

	if (strcmp(in->sid, "others") == 0)
		return session_end_others(db, a, r->who->account_id, r->who->session);
	if ((rc = q_session_list(db, a, r->who->account_id, auth_now(), &rows, &n)) != RC_OK)
		return rc;
	for (i = 0; i < n; i++)
		if (strcmp(rows[i].sid, in->sid) == 0)
			return session_end(db, a, in->sid);
	return RC_OK;
}

static enum rc
end_post(struct req *r)
{
	const struct end_in *in = r->in;
	bool here = strcmp(in->sid, r->who->session) == 0;
	enum rc rc = writer_run(r->writer, r->arena, end_run, r);

	if (rc != RC_OK)
		return rc;
	if (here)
		session_cookie(r, "");
	return http_redirect(r, here ? "/sign-in" : "/account/sign-ins");
}

const struct route account_sign_ins_routes[] = {
	ROUTE(GET, "/account/sign-ins", list_get, PAGE, CUSTOMER),
	ROUTE_IN(POST, "/account/sign-ins/end", end_post, PAGE, CUSTOMER, end_in, end_params),
	ROUTE_END
};
