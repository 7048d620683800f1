/* SPDX-License-Identifier: Apache-2.0 */
/* t_jwt.c - tokens that must pass and tokens that must not. */
#include "t.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "web/json.h"
#include "web/jwt.h"

#define ISS "\"iss\":\"http://auth.test\","
#define AUD "\"aud\":\"chulcheck\","
#define SUB "\"sub\":\"u1\","
#define EXP "\"exp\":2000"

enum { NOW = 1000 };

struct fixture {
	char folder[64], keys[96], jwks[96];
	struct arena a;
	struct jwt_signer *signer;
	struct jwt_verifier *verifier;
	struct rsa *rsa;                 /* the signer's newest, to make odd tokens with */
	const char *kid;
};

/* Columns: claims, outcome as an access token. */
static const struct { const char *claims; enum rc rc; } claims[] = {
	{ "{" ISS AUD SUB EXP "}", RC_OK },
	{ "{" ISS AUD SUB EXP ",\"nbf\":1060,\"iat\":1060}", RC_OK },
	{ "{" ISS SUB EXP ",\"aud\":[\"x\",\"chulcheck\"]}", RC_OK },
	{ "{" ISS SUB EXP ",\"aud\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"chulcheck\"]}", RC_OK },
	{ "{" ISS SUB EXP ",\"aud\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"chulcheck\"]}",
	    RC_UNAUTH },
	{ "{" ISS SUB EXP ",\"aud\":[\"chulcheck\",1]}", RC_UNAUTH },
	{ "{" ISS SUB EXP ",\"aud\":[]}", RC_UNAUTH },
	{ "{" ISS SUB EXP ",\"aud\":\"other\"}", RC_UNAUTH },
	{ "{" ISS SUB EXP ",\"aud\":\"Chulcheck\"}", RC_UNAUTH },
	{ "{" ISS SUB EXP ",\"aud\":{\"chulcheck\":1}}", RC_UNAUTH },
	{ "{" ISS SUB EXP ",\"aud\":null}", RC_UNAUTH },
	{ "{" ISS SUB EXP "}", RC_UNAUTH },
	{ "{" AUD SUB EXP "}", RC_UNAUTH },
	{ "{\"iss\":\"http://auth.test/\"," AUD SUB EXP "}", RC_UNAUTH },
	{ "{\"iss\":[\"http://auth.test\"]," AUD SUB EXP "}", RC_UNAUTH },
	{ "{" ISS AUD EXP "}", RC_UNAUTH },
	{ "{" ISS AUD "\"sub\":\"\"," EXP "}", RC_UNAUTH },
	{ "{" ISS AUD "\"sub\":7," EXP "}", RC_UNAUTH },
	{ "{" ISS AUD "\"sub\":\"a\\u0000b\"," EXP "}", RC_UNAUTH },
	{ "{" ISS AUD SUB "\"exp\":1001}", RC_OK },
	{ "{" ISS AUD SUB "\"exp\":1000}", RC_UNAUTH },
	{ "{" ISS AUD SUB "\"exp\":-1}", RC_UNAUTH },
	{ "{" ISS AUD SUB "\"exp\":\"2000\"}", RC_UNAUTH },
	{ "{" ISS AUD SUB "\"exp\":2000.0}", RC_UNAUTH },
	{ "{" ISS AUD SUB "\"exp\":9223372036854775808}", RC_UNAUTH },
	{ "{" ISS AUD SUB "\"exp\":null}", RC_UNAUTH },
	{ "{" ISS AUD SUB "\"iat\":1}", RC_UNAUTH },
	{ "{" ISS AUD SUB EXP ",\"nbf\":1061}", RC_UNAUTH },
	{ "{" ISS AUD SUB EXP ",\"iat\":1061}", RC_UNAUTH },
	{ "{" ISS AUD SUB EXP ",\"nbf\":\"1\"}", RC_UNAUTH },
	{ "{" ISS AUD SUB EXP ",\"iat\":null}", RC_UNAUTH },
	{ "{" ISS AUD SUB EXP ",\"sub\":\"u2\"}", RC_UNAUTH },
	{ "{" ISS AUD SUB EXP ",\"s\\u0075b\":\"u2\"}", RC_UNAUTH },
	{ "[]", RC_UNAUTH },
	{ "", RC_UNAUTH },
	{ "{" ISS AUD SUB EXP "} ", RC_OK },
	{ "{" ISS AUD SUB EXP "}{}", RC_UNAUTH },
};

/* Columns: header with one %s for the kid, outcome as an access token, as an ID token. */
static const struct { const char *header; enum rc access, id; } headers[] = {
	{ "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", RC_OK, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"AT+JWT\",\"kid\":\"%s\"}", RC_OK, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"application/at+jwt\",\"kid\":\"%s\"}", RC_OK, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}", RC_UNAUTH, RC_OK },
	{ "{\"alg\":\"RS256\",\"typ\":\"at+jwt \",\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"verify-email\",\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":7,\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"rs256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"RS512\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"PS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":[\"RS256\"],\"typ\":\"at+jwt\",\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"typ\":\"at+jwt\",\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"none\",\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\",\"crit\":[\"exp\"]}", RC_UNAUTH,
	    RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\",\"crit\":null}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"x%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"../../etc/passwd\",\"x\":\"%s\"}", RC_UNAUTH,
	    RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":null,\"x\":\"%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"jku\":\"http://evil.test/%s\"}", RC_UNAUTH, RC_UNAUTH },
	{ "{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\",\"jku\":\"http://evil.test/\"}", RC_OK,
	    RC_UNAUTH },
	{ "[\"%s\"]", RC_UNAUTH, RC_UNAUTH },
};

static const char all[] = "{" ISS SUB EXP ",\"aud\":[\"chulcheck\"],\"nonce\":\"n1\"}";

static void
open_all(struct fixture *f)
{
	const char *error = "", *text, *tail;
	DIR *d;

	snprintf(f->folder, sizeof(f->folder), "/tmp/t_jwt.XXXXXX");
	CHECK(mkdtemp(f->folder) != NULL);
	snprintf(f->keys, sizeof(f->keys), "%s/keys", f->folder);
	snprintf(f->jwks, sizeof(f->jwks), "%s/jwks.json", f->folder);
	arena_init(&f->a, 16 << 20);
	CHECK(jwt_signer_open(&f->signer, f->keys, &error) == RC_CONFIG && *error != '\0');
	CHECK(jwt_verifier_open(&f->verifier, f->jwks, "i", "a", &error) == RC_CONFIG);
	CHECK(jwt_keys_create("/nonexistent/keys", f->jwks, &error) == RC_CONFIG);
	CHECK(jwt_keys_create(f->keys, f->jwks, &error) == RC_OK);
	CHECK(jwt_signer_open(&f->signer, f->keys, &error) == RC_OK);
	CHECK(jwt_verifier_open(&f->verifier, f->jwks, "http://auth.test", "chulcheck", &error) == RC_OK);
	d = opendir(f->keys);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if ((tail = strstr(e->d_name, ".pem")) != NULL)
			f->kid = arena_strn(&f->a, e->d_name, (size_t)(tail - e->d_name));
	closedir(d);
	CHECK(strlen(f->kid) == 23 && f->kid[14] == '-');
	text = arena_fmt(&f->a, "%s/%s.pem", f->keys, f->kid);
	CHECK(rsa_read(&f->rsa, text) == RC_OK);
}

static void
files(struct fixture *f)
{
	struct json *set;
	const char *text;
	struct stat st;

	CHECK(stat(f->keys, &st) == 0 && (st.st_mode & 0777) == 0700);
	CHECK(stat(f->jwks, &st) == 0 && (st.st_mode & 0777) == 0644);
	text = arena_fmt(&f->a, "%s/%s.pem", f->keys, f->kid);
	CHECK(stat(text, &st) == 0 && (st.st_mode & 0777) == 0600);
	text = jwt_jwks(f->signer, &f->a);
	CHECK(json_parse(&f->a, text, strlen(text), &set) == RC_OK);
	set = &set->items[0].items[0];
	CHECK(set->n == 6 && strcmp(json_text(set, "kty"), "RSA") == 0 &&
	    strcmp(json_text(set, "alg"), "RS256") == 0 && strcmp(json_text(set, "kid"), f->kid) == 0 &&
	    strcmp(json_text(set, "e"), "AQAB") == 0 && strlen(json_text(set, "n")) == 342);
}

/* Any header and claims under a good signature. */
static const char *
forge(struct fixture *f, const char *header, const char *body)
{
	struct arena *a = &f->a;
	const char *text = arena_fmt(a, "%s.%s", base64url_encode(a, header, strlen(header)),
	    base64url_encode(a, body, strlen(body)));
	uint8_t *sig;
	size_t len;

	CHECK(rsa_sign(f->rsa, a, text, strlen(text), &sig, &len) == RC_OK);
	return arena_fmt(a, "%s.%s", text, base64url_encode(a, sig, len));
}

static enum rc
access_at(struct fixture *f, const char *token, int64_t now_s)
{
	struct identity who;

	return jwt_access(f->verifier, &f->a, token, now_s, &who);
}

static enum rc
id_of(struct fixture *f, const char *token, const char *client, const char *nonce)
{
	const struct json *c;

	return jwt_id_token(f->verifier, &f->a, token, client, nonce, NOW, &c);
}

static void
tables(struct fixture *f)
{
	const char *token, *header;
	size_t i;
	int before;

	for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		before = t_failed;
		CHECK(jwt_sign(f->signer, &f->a, "at+jwt", claims[i].claims, &token) == RC_OK);
		CHECK(access_at(f, token, NOW) == claims[i].rc);
		CHECK(access_at(f, token, NOW) == claims[i].rc);
		if (t_failed > before)
			printf("# %s\n", claims[i].claims);
	}
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		before = t_failed;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		header = arena_fmt(&f->a, headers[i].header, f->kid);
#pragma GCC diagnostic pop
		token = forge(f, header, all);
		CHECK(access_at(f, token, NOW) == headers[i].access);
		CHECK(id_of(f, token, "chulcheck", "n1") == headers[i].id);
		if (t_failed > before)
			printf("# %s\n", header);
	}
}

/* A good token, bent. Nothing of it may pass, and the good one still does. */
static void
bent(struct fixture *f)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	struct arena *a = &f->a;
	const char *good, *dot, *last, *hs;
	struct json *set;
	char *t, *longer;
	uint8_t mac[SHA256_LEN];
	size_t len, i;

	CHECK(jwt_sign(f->signer, a, "at+jwt", all, &good) == RC_OK);
	len = strlen(good);
	dot = strchr(good, '.');
	last = strrchr(good, '.');
	for (i = 0; i < len; i++) {
		t = arena_str(a, good);
		t[i] = t[i] == 'A' ? 'B' : 'A';
		CHECK(access_at(f, t, NOW) == RC_UNAUTH);
	}
	CHECK(access_at(f, "", NOW) == RC_UNAUTH);
	CHECK(access_at(f, "..", NOW) == RC_UNAUTH);
	CHECK(access_at(f, arena_strn(a, good, (size_t)(last - good)), NOW) == RC_UNAUTH);
	CHECK(access_at(f, arena_strn(a, good, (size_t)(last - good) + 1), NOW) == RC_UNAUTH);
	CHECK(access_at(f, arena_strn(a, good, len - 1), NOW) == RC_UNAUTH);
	CHECK(access_at(f, arena_fmt(a, "%s.", good), NOW) == RC_UNAUTH);
	CHECK(access_at(f, arena_fmt(a, "%s.x.y.z", good), NOW) == RC_UNAUTH);
	CHECK(access_at(f, arena_fmt(a, "%s=", good), NOW) == RC_UNAUTH);
	CHECK(access_at(f, arena_fmt(a, "%s ", good), NOW) == RC_UNAUTH);
	CHECK(access_at(f, arena_fmt(a, " %s", good), NOW) == RC_UNAUTH);
	CHECK(access_at(f, arena_fmt(a, "%s\n", good), NOW) == RC_UNAUTH);
	CHECK(access_at(f, arena_fmt(a, "%.*s..%s", (int)(dot - good), good, last + 1), NOW) == RC_UNAUTH);

	/* 256 bytes leave four unused bits in the last character: one spelling only. */
	t = arena_str(a, good);
	for (i = 1; i < 16; i++) {
		t[len - 1] = alphabet[(strchr(alphabet, good[len - 1]) - alphabet) + (int)i];
		CHECK(access_at(f, t, NOW) == RC_UNAUTH);
	}

	/* HS256, the public key as its secret. */
	hs = arena_fmt(a, "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}", f->kid);
	hs = arena_fmt(a, "%s.%s", base64url_encode(a, hs, strlen(hs)), base64url_encode(a, all,
	    sizeof(all) - 1));
	CHECK(json_parse(a, jwt_jwks(f->signer, a), strlen(jwt_jwks(f->signer, a)), &set) == RC_OK);
	set = &set->items[0].items[0];
	crypto_hmac((const uint8_t *)json_text(set, "n"), strlen(json_text(set, "n")), hs, strlen(hs),
	    mac);
	CHECK(access_at(f, arena_fmt(a, "%s.%s", hs, base64url_encode(a, mac, sizeof(mac))),
	    NOW) == RC_UNAUTH);

	/* The longest token that passes has 8,192 bytes. */
	longer = arena_alloc(a, 1, 9000);
	memset(longer, 'x', 8200);
	CHECK(jwt_sign(f->signer, a, "at+jwt", arena_fmt(a, "{%s,\"x\":\"%s\"}", ISS AUD SUB EXP,
	    longer), &hs) == RC_OK);
	CHECK(strlen(hs) > 8192 && access_at(f, hs, NOW) == RC_UNAUTH);
	CHECK(access_at(f, good, NOW) == RC_OK);
}

static void
identities(struct fixture *f)
{
	static const char full[] =
	    "{" ISS AUD SUB EXP ",\"name\":\"김출석\",\"email\":\"a@example.kr\","
	    "\"client_id\":\"c1\",\"sid\":\"s1\",\"role\":\"operator\",\"standing\":\"no_purchase\"}";
	static const char bare[] = "{" ISS AUD SUB EXP ",\"email\":7,\"role\":\"root\",\"standing\":1}";
	static const char unproven[] =
	    "{" ISS AUD SUB EXP ",\"email\":\"a@example.kr\",\"email_verified\":false}";
	struct identity who;
	const char *token;
	int i;

	CHECK(jwt_sign(f->signer, &f->a, "at+jwt", full, &token) == RC_OK);
	for (i = 0; i < 2; i++) {
		CHECK(jwt_access(f->verifier, &f->a, token, NOW, &who) == RC_OK);
		CHECK(strcmp(who.issuer, "http://auth.test") == 0 && strcmp(who.subject, "u1") == 0);
		CHECK(strcmp(who.name, "김출석") == 0 && strcmp(who.email, "a@example.kr") == 0);
		CHECK(strcmp(who.client_id, "c1") == 0 && strcmp(who.session, "s1") == 0);
		CHECK(who.role == ROLE_OPERATOR && who.standing == STANDING_NO_PURCHASE);
		CHECK(who.expires_at == 2000 && who.account_id == 0);
	}
	/* A hit is still held against its expiry. */
	CHECK(access_at(f, token, 1999) == RC_OK);
	CHECK(access_at(f, token, 2000) == RC_UNAUTH);
	CHECK(access_at(f, token, NOW) == RC_OK);
	CHECK(jwt_sign(f->signer, &f->a, "at+jwt", bare, &token) == RC_OK);
	for (i = 0; i < 2; i++) {
		CHECK(jwt_access(f->verifier, &f->a, token, NOW, &who) == RC_OK);
		CHECK(who.email == NULL && who.session == NULL && who.client_id == NULL);
		CHECK(strcmp(who.name, "u1") == 0);
		CHECK(who.role == ROLE_CUSTOMER && who.standing == STANDING_UNKNOWN);
	}
	CHECK(jwt_sign(f->signer, &f->a, "at+jwt", unproven, &token) == RC_OK);
	CHECK(jwt_access(f->verifier, &f->a, token, NOW, &who) == RC_OK && who.email == NULL);
}

static void
id_tokens(struct fixture *f)
{
	static const char two[] = "{" ISS SUB EXP ",\"aud\":[\"c1\",\"c2\"],\"nonce\":\"n1\"}";
	static const char azp[] =
	    "{" ISS SUB EXP ",\"aud\":[\"c1\",\"c2\"],\"azp\":\"c1\",\"nonce\":\"n1\"}";
	static const char none[] = "{" ISS SUB EXP ",\"aud\":\"c1\"}";
	const struct json *c;
	const char *token;

	CHECK(jwt_sign(f->signer, &f->a, "JWT", all, &token) == RC_OK);
	CHECK(jwt_id_token(f->verifier, &f->a, token, "chulcheck", "n1", NOW, &c) == RC_OK);
	CHECK(strcmp(json_text(c, "sub"), "u1") == 0);
	CHECK(id_of(f, token, "chulcheck", "n2") == RC_UNAUTH);
	CHECK(id_of(f, token, "chulcheck", NULL) == RC_UNAUTH);
	CHECK(id_of(f, token, "other", "n1") == RC_UNAUTH);
	CHECK(access_at(f, token, NOW) == RC_UNAUTH);
	CHECK(jwt_sign(f->signer, &f->a, "JWT", two, &token) == RC_OK);
	CHECK(id_of(f, token, "c1", "n1") == RC_UNAUTH);
	CHECK(jwt_sign(f->signer, &f->a, "JWT", azp, &token) == RC_OK);
	CHECK(id_of(f, token, "c1", "n1") == RC_OK && id_of(f, token, "c2", "n1") == RC_UNAUTH);
	CHECK(jwt_sign(f->signer, &f->a, "JWT", none, &token) == RC_OK);
	CHECK(id_of(f, token, "c1", "n1") == RC_UNAUTH && id_of(f, token, "c1", "") == RC_UNAUTH);
}

static void
remove_all(struct fixture *f)
{
	struct dirent *e;
	DIR *d = opendir(f->keys);

	while ((e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			unlink(arena_fmt(&f->a, "%s/%s", f->keys, e->d_name));
	closedir(d);
	CHECK(unlink(f->jwks) == 0 && rmdir(f->keys) == 0 && rmdir(f->folder) == 0);
	rsa_free(f->rsa);
	CHECK(jwt_signer_close(f->signer) == NULL && jwt_signer_close(NULL) == NULL);
	CHECK(jwt_verifier_close(f->verifier) == NULL && jwt_verifier_close(NULL) == NULL);
	arena_free(&f->a);
}

int
main(void)
{
	struct fixture f = { .kid = "" };

	open_all(&f);
	if (t_failed > 0)
		return DONE();
	files(&f);
	tables(&f);
	bent(&f);
	identities(&f);
	id_tokens(&f);
	remove_all(&f);
	return DONE();
}
