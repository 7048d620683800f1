/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - the programs that may ask the auth host for tokens: add, list, remove.
 *
 * A client proves itself by a secret, which is made here, printed once and kept as a hash; or by
 * its own key (--jwks, private_key_jwt); or not at all (--public). Addresses are registered as
 * they will be compared: character by character. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "auth/auth.h"
#include "base/arena.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/str.h"
#include "ctl.h"
#include "query.h"
#include "web/json.h"
#include "web/jwks.h"

enum { MEMORY = 1 << 20, JWKS_LEN_MAX = 60000, ID_MAX = 100, URI_MAX = 2000, LIST_MAX = 8000 };

struct client_args {
	const char *database, *id, *scope, *jwks;
	const char *redirect, *sign_out;         /* lists, with one space between */
	bool public;
};

static int
complain(enum rc rc, const char *what)
{
	fprintf(stderr, "chulcheckctl: %s\n", what);
	return rc_exit(rc);
}

/* Where the value of an option goes, or NULL. */
static const char **
place(struct client_args *in, const char *option)
{
	const struct { const char *name, **to; } options[] = {
		{ "--database", &in->database }, { "--id", &in->id }, { "--scope", &in->scope },
		{ "--jwks", &in->jwks }, { "--redirect-uri", &in->redirect },
		{ "--sign-out-uri", &in->sign_out },
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(option, options[i].name) == 0)
			return options[i].to;
	return NULL;
}

/* Only the options whose value is a list may be given again. */
static bool
parse(struct arena *a, int argc, char **argv, struct client_args *ret)
{
	struct client_args in = { .redirect = "", .sign_out = "" };
	const char **to;
	int i;

	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--public") == 0) {
			in.public = true;
			continue;
		}
		to = place(&in, argv[i]);
		if (to == NULL || ++i == argc)
			return false;
		if (*to == NULL || **to == '\0')
			*to = argv[i];
		else if (to == &in.redirect || to == &in.sign_out)
			*to = arena_fmt(a, "%s %s", *to, argv[i]);
		else
			return false;
	}
	*ret = in;
	return true;
}

static bool
is_id(const char *s)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-._~";

	return *s != '\0' && strlen(s) <= ID_MAX && s[strspn(s, letters)] == '\0';
}

/* The host of an address without TLS must be this machine (RFC 9700 2.6, RFC 8252 7.3). */
static bool
is_loopback(const char *host)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };
	static const char below[] = ".localhost";
	size_t i, len = host[0] == '[' ? strcspn(host, "]/?") + 1 : strcspn(host, ":/?");

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (len == strlen(names[i]) && strncasecmp(host, names[i], len) == 0)
			return true;
	return len > strlen(below) &&
	    strncasecmp(host + len - strlen(below), below, strlen(below)) == 0;
}

/* What is wrong with an address, or NULL. */
static const char *
uri_fault(const char *uri)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
	size_t scheme = strspn(uri, letters);
	const char *p;

	if (strlen(uri) > URI_MAX)
		return "is too long";
	for (p = uri; *p != '\0'; p++)
		if (*p <= 0x20 || *p > 0x7e || strchr("\\\"<>^`{|}*", *p) != NULL)
			return "has a character that must not stand in an address";
	if (strchr(uri, '#') != NULL)
		return "must do without a fragment (#)";
	if ((p = strstr(uri, "://")) != NULL && memchr(p + 3, '@', strcspn(p + 3, "/?")) != NULL)
		return "must do without a user's name";
	if (uri[scheme] != ':' || scheme == 0 || uri[scheme + 1] != '/')
		return "must be a whole address, such as https://shop.example/callback";
	if (str_prefix(uri, "http://"))
		return is_loopback(uri + strlen("http://")) ? NULL :
		    "must be https: only on this machine is http enough";
	if (str_prefix(uri, "https://"))
		return strchr("/:?", uri[strlen("https://")]) == NULL ? NULL : "has no host";
	/* RFC 8252 7.1: an app's own scheme is a name turned around, so it has a dot. */
	return memchr(uri, '.', scheme) != NULL ? NULL :
	    "must be https, or a scheme of an app, such as kr.example.app:/callback";
}

static bool
uris_good(struct arena *a, const char *list)
{
	char *rest = arena_str(a, list), *uri;
	const char *fault;

	while ((uri = strsep(&rest, " ")) != NULL && *list != '\0')
		if ((fault = uri_fault(uri)) != NULL) {
			fprintf(stderr, "chulcheckctl: the address %s %s\n", uri, fault);
			return false;
		}
	return true;
}

/* What is wrong with the wishes as a whole, or NULL. */
static const char *
args_fault(const struct client_args *in)
{
	if (!is_id(in->id))
		return "the id must be 1 to 100 letters, digits and - . _ ~";
	if (in->scope != NULL && strcmp(in->scope, SCOPE_VERIFICATIONS) != 0)
		return "the only scope that a client may ask for itself is " SCOPE_VERIFICATIONS;
	if (in->scope == NULL && *in->redirect == '\0')
		return "a client needs --redirect-uri (people sign in there) or --scope (it asks for "
		    "itself)";
	if (in->public && in->jwks != NULL)
		return "a public client has no keys: leave out --public or --jwks";
	if (in->public && in->scope != NULL)
		return "a public client cannot ask for itself: leave out --public or --scope";
	if (strlen(in->redirect) > LIST_MAX || strlen(in->sign_out) > LIST_MAX)
		return "these are too many addresses for one client";
	return NULL;
}

/* A JWK set with keys of use, and none of them private. NULL: it is said what is wrong. */
static const char *
read_jwks(struct arena *a, const char *path)
{
	const char *text = file_read(a, path, JWKS_LEN_MAX);
	const struct json *list;
	struct json *set;
	struct jwks keys;
	size_t i;

	if (text == NULL || json_parse(a, text, strlen(text), &set) != RC_OK ||
	    jwks_parse(&keys, text, strlen(text), false) != RC_OK) {
		(void)complain(RC_INVALID, "--jwks: the file cannot be read, or is no JWK set (RFC 7517) "
		    "with an RSA key of at least 2048 bits for RS256");
		return NULL;
	}
	jwks_free(&keys);
	list = json_get(set, "keys");
	for (i = 0; i < list->n; i++)
		if (json_get(&list->items[i], "d") != NULL || json_get(&list->items[i], "k") != NULL) {
			(void)complain(RC_INVALID, "--jwks: there is a private key in the file: it must "
			    "stay with the client; give the public half");
			return NULL;
		}
	return text;
}

struct change {
	const struct client_args *in;
	const char *secret_hash, *jwks;
	int64_t removed;
};

static enum rc
add_run(struct db *db, struct arena *a, void *arg)
{
	const struct change *c = arg;

	return q_client_add(db, a, c->in->id, c->secret_hash, c->in->redirect, c->in->sign_out,
	    c->in->scope != NULL ? c->in->scope : "", c->jwks, NULL);
}

static int
add(struct db *db, struct arena *a, const struct client_args *in)
{
	struct change c = { .in = in, .secret_hash = "", .jwks = "" };
	const char *secret = NULL, *fault = args_fault(in);
	enum rc rc;

	if (fault != NULL)
		return complain(RC_INVALID, fault);
	if (!uris_good(a, in->redirect) || !uris_good(a, in->sign_out))
		return rc_exit(RC_INVALID);
	if (in->jwks != NULL) {
		if ((c.jwks = read_jwks(a, in->jwks)) == NULL)
			return rc_exit(RC_INVALID);
	} else if (!in->public) {
		secret = crypto_token(a);
		c.secret_hash = crypto_sha256_text(a, secret);
	}
	rc = db_write(db, a, add_run, &c);
	if (rc == RC_CONFLICT)
		return complain(rc, "there is such a client: remove it first, or take another id");
	if (rc != RC_OK)
		return complain(rc, rc_title(rc, LANG_EN));
	if (secret != NULL)
		puts(secret);
	return 0;
}

static const char *
or_dash(const char *s)
{
	return *s != '\0' ? s : "-";
}

static int
list(struct db *db, struct arena *a)
{
	struct client_all *rows;
	size_t i, n;
	enum rc rc = q_client_all(db, a, &rows, &n);

	if (rc != RC_OK)
		return complain(rc, rc_title(rc, LANG_EN));
	puts("id\tproof\tscope\tredirect addresses\tsign-out addresses");
	for (i = 0; i < n; i++)
		printf("%s\t%s\t%s\t%s\t%s\n", rows[i].id, rows[i].secret_hash[0] != '\0' ?
		    "secret" : rows[i].jwks[0] != '\0' ? "key" : "public", or_dash(rows[i].scope),
		    or_dash(rows[i].redirect_uri), or_dash(rows[i].sign_out_uri));
	return 0;
}

/* What was issued to it ends with it. */
static enum rc
remove_run(struct db *db, struct arena *a, void *arg)
{
	struct change *c = arg;
	enum rc rc;

	if ((rc = q_client_remove_codes(db, a, c->in->id, NULL)) != RC_OK ||
	    (rc = q_client_revoke(db, a, auth_now(), c->in->id, NULL)) != RC_OK)
		return rc;
	return q_client_remove(db, a, c->in->id, &c->removed);
}

static int
drop(struct db *db, struct arena *a, const struct client_args *in)
{
	struct change c = { .in = in };
	enum rc rc;

	if (strcmp(in->id, APP_CLIENT) == 0)
		return complain(RC_INVALID, APP_CLIENT " belongs to the auth host itself");
	rc = db_write(db, a, remove_run, &c);
	if (rc == RC_OK && c.removed == 0)
		return complain(RC_NOTFOUND, "there is no such client");
	return rc == RC_OK ? 0 : complain(rc, rc_title(rc, LANG_EN));
}

static int
run(struct arena *a, const char *verb, const struct client_args *in)
{
	bool adds = strcmp(verb, "add") == 0, lists = strcmp(verb, "list") == 0;
	const char *error = "";
	struct db *db;
	enum rc rc;
	int ret;

	rc = db_open(&db, in->database, DB_AUTH, lists ? DB_READ : DB_WRITE, &error);
	if (rc != RC_OK) {
		fprintf(stderr, "chulcheckctl: %s %s\n", in->database, error);
		return rc_exit(rc);
	}
	ret = adds ? add(db, a, in) : lists ? list(db, a) : drop(db, a, in);
	db_close(db);
	return ret;
}

int
ctl_client(int argc, char **argv)
{
	const char *verb = argc > 0 ? argv[0] : "";
	bool adds = strcmp(verb, "add") == 0, lists = strcmp(verb, "list") == 0;
	struct client_args in;
	struct arena a;
	int ret = -1;

	arena_init(&a, MEMORY);
	if ((adds || lists || strcmp(verb, "remove") == 0) &&
	    parse(&a, argc - 1, argv + 1, &in) && in.database != NULL && lists == (in.id == NULL) &&
	    (adds || (in.scope == NULL && in.jwks == NULL && !in.public && *in.redirect == '\0' &&
	    *in.sign_out == '\0')))
		ret = run(&a, verb, &in);
	arena_free(&a);
	return ret;
}
