/* SPDX-License-Identifier: Apache-2.0 */
/* t_jwt_layout.c - tokens laid out as Amazon Cognito and Keycloak lay them out, signed with a key
 * made here, under the settings that the manual names for them; the tokens of theirs that are no
 * access tokens are refused. And the settings themselves. */
#include "t.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/encode.h"
#include "web/json.h"
#include "web/jwt.h"
#include "web/jwt_claims.h"
#include "web/provider_fetch.h"

enum { NOW = 1794000000 };

#define POOL "https://cognito-idp.ap-northeast-2.amazonaws.com/ap-northeast-2_Ab129faBb"
#define APP "1h57kf5cpq17m0eml12EXAMPLE"
#define TIMES "\"auth_time\":1793999900,\"iat\":1793999950,\"exp\":1794003550"
#define C_SUB "\"sub\":\"b4c81d4c-a0f1-70f3-6e6c-0b7a3f6e2a11\""
#define C_EVENT "\"origin_jti\":\"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee\",\"event_id\":\"64f513be-32db-42b0-b78e-b02127b4f463\""
#define C_ACCESS "{" C_SUB ",\"cognito:groups\":[\"ap-northeast-2_x_Google\",\"shop-staff\"],\"iss\":\"" POOL "\"," \
    "\"version\":2,\"client_id\":\"" APP "\"," C_EVENT ",\"token_use\":\"access\",\"scope\":\"openid profile email\"," \
    TIMES ",\"jti\":\"10a3\",\"username\":\"b4c81d4c-a0f1-70f3-6e6c-0b7a3f6e2a11\"}"
#define C_ID(nonce) "{\"at_hash\":\"kHxjp6XTfGHcDp3kVMQeAw\"," C_SUB ",\"cognito:groups\":[\"shop-staff\"]," \
    "\"email_verified\":true,\"iss\":\"" POOL "\",\"cognito:username\":\"b4c8\",\"nonce\":\"" nonce "\"," \
    C_EVENT ",\"aud\":\"" APP "\",\"token_use\":\"id\"," TIMES ",\"name\":\"김하늘\",\"jti\":\"11b4\"," \
    "\"email\":\"hanul@example.kr\"}"

#define REALM "https://id.example.kr/realms/shop"
#define K_HEAD(typ) "{\"exp\":1794000250,\"iat\":1793999950,\"auth_time\":1793999900,\"jti\":\"onrtac:4b1c\"," \
    "\"iss\":\"" REALM "\",\"sub\":\"f3a1c0de-55aa-4f0e-9d2b-6e1b5d7f2c90\",\"typ\":\"" typ "\",\"azp\":\"chulcheck-attend\"," \
    "\"sid\":\"7c0a2a5e-8f4b-4a63-9f57-0d2b0c4f1e11\",\"acr\":\"1\""
#define K_TAIL "\"allowed-origins\":[\"https://event.example.kr\"]," \
    "\"realm_access\":{\"roles\":[\"offline_access\",\"shop-owner\",\"uma_authorization\",\"shop-viewer\"]}," \
    "\"resource_access\":{\"account\":{\"roles\":[\"manage-account\",\"view-profile\"]}},\"scope\":\"openid email profile\"," \
    "\"email_verified\":true,\"name\":\"김 하늘\",\"preferred_username\":\"hanul\",\"given_name\":\"하늘\"," \
    "\"family_name\":\"김\",\"email\":\"hanul@example.kr\"}"

struct fixture {
	char folder[64], keys[96], jwks[96];
	struct arena a;
	struct jwt_signer *signer;
	struct rsa *rsa;
	const char *kid;
};

static struct conf
cognito(void)
{
	return (struct conf){ .issuer = POOL, .audience = APP, .client_id = APP, .token_typ = "any",
		.claim_audience = "client_id", .claim_use = "token_use=access", .claim_name = "name",
		.claim_email = "email", .email_trusted = "no", .claim_session = "origin_jti", .claim_role = "cognito:groups",
		.role_viewer = "", .role_operator = "shop-staff", .role_owner = "shop-owner",
		.claim_standing = "" };
}

static struct conf
keycloak(void)
{
	return (struct conf){ .issuer = REALM, .audience = "chulcheck", .client_id = "chulcheck-attend",
		.token_typ = "JWT", .claim_audience = "aud", .claim_use = "typ=Bearer",
		.claim_name = "name", .claim_email = "email", .email_trusted = "no", .claim_session = "sid",
		.claim_role = "realm_access.roles", .role_viewer = "shop-viewer",
		.role_operator = "shop-operator", .role_owner = "shop-owner", .claim_standing = "" };
}

static void
open_all(struct fixture *f)
{
	const char *error = "", *set;
	struct json *jwks;

	snprintf(f->folder, sizeof(f->folder), "/tmp/t_jwt_layout.XXXXXX");
	CHECK(mkdtemp(f->folder) != NULL);
	snprintf(f->keys, sizeof(f->keys), "%s/keys", f->folder);
	snprintf(f->jwks, sizeof(f->jwks), "%s/jwks.json", f->folder);
	arena_init(&f->a, 16 << 20);
	CHECK(jwt_keys_create(f->keys, f->jwks, &error) == RC_OK);
	CHECK(jwt_signer_open(&f->signer, f->keys, &error) == RC_OK);
	set = jwt_jwks(f->signer, &f->a);
	CHECK(json_parse(&f->a, set, strlen(set), &jwks) == RC_OK);
	f->kid = json_text(&jwks->items[0].items[0], "kid");
	CHECK(rsa_read(&f->rsa, arena_fmt(&f->a, "%s/%s.pem", f->keys, f->kid)) == RC_OK);
}

static bool
never(void *arg)
{
	(void)arg;
	return false;
}

static struct jwt_verifier *
verifier(struct fixture *f, const struct conf *conf)
{
	struct jwt_verifier *v = NULL;
	const char *error = "";
	struct jwt_rules rules;

	CHECK(jwt_rules_read(&rules, conf, &error) == RC_OK);
	rules.jwks = f->jwks;
	rules.unknown_kid = never;
	CHECK(jwt_verifier_open_rules(&v, &rules, &error) == RC_OK);
	return v;
}

/* typ NULL: the header has none. */
static const char *
sign(struct fixture *f, const char *typ, const char *claims)
{
	struct arena *a = &f->a;
	const char *header = typ == NULL ?
	    arena_fmt(a, "{\"kid\":\"%s\",\"alg\":\"RS256\"}", f->kid) :
	    arena_fmt(a, "{\"alg\":\"RS256\",\"typ\" : \"%s\",\"kid\" : \"%s\"}", typ, f->kid);
	const char *text = arena_fmt(a, "%s.%s", base64url_encode(a, header, strlen(header)),
	    base64url_encode(a, claims, strlen(claims)));
	uint8_t *sig;
	size_t len;

	CHECK(rsa_sign(f->rsa, a, text, strlen(text), &sig, &len) == RC_OK);
	return arena_fmt(a, "%s.%s", text, base64url_encode(a, sig, len));
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
cognito_tokens(struct fixture *f)
{
	struct conf conf = cognito();
	struct jwt_verifier *v = verifier(f, &conf);
	const struct json *claims;
	struct identity who;
	const char *other;
	int i;

	for (i = 0; i < 2; i++) {
		CHECK(jwt_access(v, &f->a, sign(f, NULL, C_ACCESS), NOW, &who) == RC_OK);
		CHECK(same(who.issuer, POOL) && same(who.subject, "b4c81d4c-a0f1-70f3-6e6c-0b7a3f6e2a11"));
		CHECK(who.name == NULL && who.email == NULL && same(who.client_id, APP));
		CHECK(same(who.session, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"));
		CHECK(who.role == ROLE_OPERATOR && who.standing == STANDING_UNKNOWN);
		CHECK(who.expires_at == 1794003550);
	}
	CHECK(jwt_access(v, &f->a, sign(f, NULL, C_ACCESS), 1794003550, &who) == RC_UNAUTH);
	CHECK(jwt_access(v, &f->a, sign(f, NULL, C_ID("n")), NOW, &who) == RC_UNAUTH);
	CHECK(jwt_access(v, &f->a, sign(f, "jose", C_ACCESS), NOW, &who) == RC_UNAUTH);
	other = "{" C_SUB ",\"iss\":\"" POOL "\",\"client_id\":\"another\",\"token_use\":\"access\"," TIMES "}";
	CHECK(jwt_access(v, &f->a, sign(f, NULL, other), NOW, &who) == RC_UNAUTH);
	other = "{" C_SUB ",\"iss\":\"" POOL "x\",\"client_id\":\"" APP "\",\"token_use\":\"access\"," TIMES "}";
	CHECK(jwt_access(v, &f->a, sign(f, NULL, other), NOW, &who) == RC_UNAUTH);
	other = "{" C_SUB ",\"iss\":\"" POOL "\",\"client_id\":\"" APP "\",\"token_use\":[\"access\"]," TIMES "}";
	CHECK(jwt_access(v, &f->a, sign(f, NULL, other), NOW, &who) == RC_UNAUTH);

	CHECK(jwt_id_token(v, &f->a, sign(f, NULL, C_ID("n")), APP, "n", NOW, &claims) == RC_OK);
	CHECK(same(json_text(claims, "email"), "hanul@example.kr"));
	CHECK(jwt_id_token(v, &f->a, sign(f, NULL, C_ID("n")), APP, "m", NOW, &claims) == RC_UNAUTH);
	CHECK(jwt_id_token(v, &f->a, sign(f, NULL, C_ID("n")), "another", "n", NOW, &claims) == RC_UNAUTH);
	CHECK(jwt_id_token(v, &f->a, sign(f, NULL, C_ACCESS), APP, "n", NOW, &claims) == RC_UNAUTH);
	CHECK(jwt_id_token(v, &f->a, sign(f, "at+jwt", C_ID("n")), APP, "n", NOW, &claims) == RC_UNAUTH);
	jwt_verifier_close(v);
}

/* Columns: typ of the header, claims, outcome as an access token. */
static const struct { const char *typ, *claims; enum rc rc; } keycloak_rows[] = {
	{ "JWT", K_HEAD("Bearer") ",\"aud\":[\"chulcheck\",\"account\"]," K_TAIL, RC_OK },
	{ "JWT", K_HEAD("Bearer") ",\"aud\":\"chulcheck\"," K_TAIL, RC_OK },
	{ "JWT", K_HEAD("Bearer") ",\"aud\":\"account\"," K_TAIL, RC_UNAUTH },
	{ "JWT", K_HEAD("Bearer") "," K_TAIL, RC_UNAUTH },
	{ "JWT", K_HEAD("ID") ",\"aud\":\"chulcheck\"," K_TAIL, RC_UNAUTH },
	{ "JWT", K_HEAD("Refresh") ",\"aud\":\"chulcheck\"," K_TAIL, RC_UNAUTH },
	{ "JWT", K_HEAD("Offline") ",\"aud\":\"chulcheck\"," K_TAIL, RC_UNAUTH },
	{ "at+jwt", K_HEAD("Bearer") ",\"aud\":\"chulcheck\"," K_TAIL, RC_UNAUTH },
	{ NULL, K_HEAD("Bearer") ",\"aud\":\"chulcheck\"," K_TAIL, RC_UNAUTH },
};

static void
keycloak_tokens(struct fixture *f)
{
	static const char id[] = K_HEAD("ID") ",\"aud\":\"chulcheck-attend\",\"nonce\":\"n\"," K_TAIL;
	static const char refresh[] = K_HEAD("Refresh") ",\"aud\":\"" REALM "\",\"nonce\":\"n\"," K_TAIL;
	struct conf conf = keycloak();
	struct jwt_verifier *v = verifier(f, &conf);
	const struct json *claims;
	struct identity who;
	size_t i;
	int before;

	for (i = 0; i < sizeof(keycloak_rows) / sizeof(keycloak_rows[0]); i++) {
		before = t_failed;
		CHECK(jwt_access(v, &f->a, sign(f, keycloak_rows[i].typ, keycloak_rows[i].claims), NOW,
		    &who) == keycloak_rows[i].rc);
		if (t_failed > before)
			printf("# %s\n", keycloak_rows[i].claims);
	}
	CHECK(jwt_access(v, &f->a, sign(f, "JWT", keycloak_rows[0].claims), NOW, &who) == RC_OK);
	CHECK(same(who.name, "김 하늘") && same(who.email, "hanul@example.kr"));
	CHECK(same(who.session, "7c0a2a5e-8f4b-4a63-9f57-0d2b0c4f1e11") && same(who.client_id, "chulcheck-attend"));
	CHECK(who.role == ROLE_OWNER && who.standing == STANDING_UNKNOWN);
	CHECK(jwt_id_token(v, &f->a, sign(f, "JWT", id), "chulcheck-attend", "n", NOW, &claims) == RC_OK);
	CHECK(jwt_id_token(v, &f->a, sign(f, "JWT", refresh), "chulcheck-attend", "n", NOW, &claims) ==
	    RC_UNAUTH);
	jwt_verifier_close(v);

	/* With azp as the audience, which its default tokens have. */
	conf.claim_audience = "azp";
	conf.audience = "chulcheck-attend";
	v = verifier(f, &conf);
	CHECK(jwt_access(v, &f->a, sign(f, "JWT", keycloak_rows[2].claims), NOW, &who) == RC_OK);
	CHECK(jwt_access(v, &f->a, sign(f, "JWT", id), NOW, &who) == RC_UNAUTH);
	jwt_verifier_close(v);
}

/* Claims in odd places. Columns: claims, path of the role, role, e-mail, name, standing. */
#define BASE "{\"iss\":\"" REALM "\",\"aud\":\"chulcheck\",\"sub\":\"s\",\"typ\":\"Bearer\",\"exp\":1794000250"
static const struct {
	const char *claims, *path;
	enum role role;
	const char *email, *name;
	enum standing standing;
} odd[] = {
	{ BASE "}", "role", ROLE_CUSTOMER, NULL, NULL, STANDING_UNKNOWN },
	{ BASE ",\"role\":\"shop-owner\",\"shop\":{\"standing\":\"verified\"}}", "role", ROLE_OWNER, NULL, NULL,
	    STANDING_VERIFIED },
	{ BASE ",\"role\":\"owner\",\"shop\":{\"standing\":\"gold\"}}", "role", ROLE_CUSTOMER, NULL, NULL,
	    STANDING_UNKNOWN },
	{ BASE ",\"role\":\"client\"}", "role", ROLE_CUSTOMER, NULL, NULL, STANDING_UNKNOWN },
	{ BASE ",\"role\":\"\"}", "role", ROLE_CUSTOMER, NULL, NULL, STANDING_UNKNOWN },
	{ BASE ",\"role\":[1,null,\"shop-viewer\",[\"shop-owner\"]]}", "role", ROLE_VIEWER, NULL, NULL,
	    STANDING_UNKNOWN },
	{ BASE ",\"role\":{\"shop-owner\":1}}", "role", ROLE_CUSTOMER, NULL, NULL, STANDING_UNKNOWN },
	{ BASE ",\"https://shop.example.kr/roles\":[\"shop-operator\"]}", "https://shop.example.kr/roles",
	    ROLE_OPERATOR, NULL, NULL, STANDING_UNKNOWN },
	{ BASE ",\"a\":{\"b.c\":{\"d\":[\"shop-operator\"]}}}", "a.b.c.d", ROLE_CUSTOMER, NULL, NULL,
	    STANDING_UNKNOWN },
	{ BASE ",\"a\":{\"b.c\":[\"shop-operator\"]}}", "a.b.c", ROLE_OPERATOR, NULL, NULL,
	    STANDING_UNKNOWN },
	{ BASE ",\"a\":\"shop-owner\"}", "a.b", ROLE_CUSTOMER, NULL, NULL, STANDING_UNKNOWN },
	{ BASE ",\"\":\"shop-owner\"}", "", ROLE_CUSTOMER, NULL, NULL, STANDING_UNKNOWN },
	{ BASE ",\"email\":\"a@b.kr\"}", "role", ROLE_CUSTOMER, NULL, NULL, STANDING_UNKNOWN },
	{ BASE ",\"email\":\"a@b.kr\",\"email_verified\":true}", "role", ROLE_CUSTOMER, "a@b.kr", NULL,
	    STANDING_UNKNOWN },
	{ BASE ",\"email\":\"a@b.kr\",\"email_verified\":\"true\"}", "role", ROLE_CUSTOMER, "a@b.kr", NULL,
	    STANDING_UNKNOWN },
	{ BASE ",\"email\":\"a@b.kr\",\"email_verified\":false}", "role", ROLE_CUSTOMER, NULL, NULL,
	    STANDING_UNKNOWN },
	{ BASE ",\"email\":\"a@b.kr\",\"email_verified\":\"false\"}", "role", ROLE_CUSTOMER, NULL, NULL,
	    STANDING_UNKNOWN },
	{ BASE ",\"email\":\"a@b.kr\",\"email_verified\":1}", "role", ROLE_CUSTOMER, NULL, NULL,
	    STANDING_UNKNOWN },
	{ BASE ",\"email\":[\"a@b.kr\"],\"name\":\"\"}", "role", ROLE_CUSTOMER, NULL, NULL, STANDING_UNKNOWN },
	{ BASE ",\"name\":\"하늘\"}", "role", ROLE_CUSTOMER, NULL, "하늘", STANDING_UNKNOWN },
};

static void
odd_claims(struct fixture *f)
{
	struct conf conf = keycloak();
	struct jwt_verifier *v;
	struct identity who;
	size_t i;
	int before;

	conf.claim_standing = "shop.standing";
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		before = t_failed;
		conf.claim_role = odd[i].path;
		conf.role_operator = odd[i].role == ROLE_OPERATOR ? "shop-operator" : "";
		v = verifier(f, &conf);
		CHECK(jwt_access(v, &f->a, sign(f, "JWT", odd[i].claims), NOW, &who) == RC_OK);
		CHECK(who.role == odd[i].role && same(who.email, odd[i].email));
		CHECK(same(who.name, odd[i].name) && who.standing == odd[i].standing);
		if (t_failed > before)
			printf("# %s\n", odd[i].claims);
		jwt_verifier_close(v);
	}
}

/* Settings that cannot be, or would take ID tokens for access tokens. */
static void
settings(void)
{
	static const struct { const char *typ, *in, *audience, *use; bool good; } rows[] = {
		{ "at+jwt", "aud", "chulcheck", "", true },
		{ "AT+JWT", "aud", "chulcheck-attend", "", true },
		{ "JWT", "aud", "chulcheck", "", true },
		{ "JWT", "aud", "chulcheck-attend", "", false },
		{ "any", "client_id", "chulcheck-attend", "", false },
		{ "JWT", "azp", "chulcheck-attend", "", false },
		{ "JWT", "azp", "chulcheck-attend", "typ=Bearer", true },
		{ "JWT", "azp", "chulcheck-attend", "typ=", false },
		{ "JWT", "azp", "chulcheck-attend", "=Bearer", false },
		{ "JWT", "azp", "chulcheck-attend", "typ", false },
		{ "jose", "aud", "chulcheck", "typ=Bearer", false },
		{ "", "aud", "chulcheck", "typ=Bearer", false },
		{ "JWT", "", "chulcheck", "typ=Bearer", false },
		{ "JWT", "aud", "", "typ=Bearer", false },
	};
	struct conf conf = keycloak();
	struct jwt_rules rules;
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf.token_typ = rows[i].typ;
		conf.claim_audience = rows[i].in;
		conf.audience = rows[i].audience;
		conf.claim_use = rows[i].use;
		error = NULL;
		CHECK((jwt_rules_read(&rules, &conf, &error) == RC_OK) == rows[i].good);
		CHECK((error == NULL) == rows[i].good);
	}
}

/* Keys that come after the start, and the set of a provider with others beside. */
static void
late_keys(struct fixture *f)
{
	const char *good = sign(f, "JWT", keycloak_rows[0].claims), *set = jwt_jwks(f->signer, &f->a);
	struct conf conf = keycloak();
	struct jwt_verifier *v;
	struct identity who;
	FILE *file;

	CHECK(unlink(f->jwks) == 0);
	v = verifier(f, &conf);
	CHECK(jwt_access(v, &f->a, good, NOW, &who) == RC_UNAUTH);
	CHECK((file = fopen(f->jwks, "w")) != NULL);
	CHECK(fprintf(file, "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\"},{\"kty\":\"OKP\"},7,null,"
	    "{\"kty\":\"RSA\",\"use\":\"enc\",\"alg\":\"RSA-OAEP\",\"kid\":\"%s\",\"n\":\"AQAB\",\"e\":\"AQAB\"},%s",
	    f->kid, strchr(set, '[') + 1) > 0 && fclose(file) == 0);
	CHECK(jwt_access(v, &f->a, good, NOW + 1, &who) == RC_OK);
	jwt_verifier_close(v);
}

#define C_DOC(more) "{\"authorization_endpoint\":\"https://shop.auth.ap-northeast-2.amazoncognito.com/oauth2/authorize\"," \
    "\"end_session_endpoint\":\"https://shop.auth.ap-northeast-2.amazoncognito.com/logout\"," \
    "\"id_token_signing_alg_values_supported\":[\"RS256\"],\"issuer\":\"" POOL "\"," \
    "\"jwks_uri\":\"" POOL "/.well-known/jwks.json\",\"response_types_supported\":[\"code\",\"token\"]," \
    "\"revocation_endpoint\":\"https://shop.auth.ap-northeast-2.amazoncognito.com/oauth2/revoke\"," \
    "\"scopes_supported\":[\"openid\",\"email\",\"phone\",\"profile\"],\"subject_types_supported\":[\"public\"]," \
    "\"token_endpoint\":\"https://shop.auth.ap-northeast-2.amazoncognito.com/oauth2/token\"," more \
    "\"userinfo_endpoint\":\"https://shop.auth.ap-northeast-2.amazoncognito.com/oauth2/userInfo\"}"
#define OF(at) "{\"issuer\":\"" POOL "\",\"authorization_endpoint\":\"https://h/a\",\"jwks_uri\":\"https://h/j\"," \
    "\"response_types_supported\":[\"code\"],\"token_endpoint\":" at "}"

static void
documents(struct fixture *f)
{
	static const char *const bad[] = {
		"", "[]", "{}", OF("7"), OF("null"), OF("\"\""), OF("\"http://h/t\""), OF("\"https:///t\""),
		OF("\"https://user@h/t\""), OF("\"https://h/t#x\""), OF("\"https://h/t x\""),
		OF("\"https://h/t\\r\\nx\""), OF("\"HTTPS://h/t\""), OF("\"https://h/t\",\"userinfo_endpoint\":\"x\""),
		OF("\"https://h/t\",\"end_session_endpoint\":\"javascript:1\""),
		OF("\"https://h/t\",\"revocation_endpoint\":1"), OF("\"https://h/t\"") "x",
		OF("\"https://h/t\",\"id_token_signing_alg_values_supported\":[\"ES256\"]"),
		OF("\"https://h/t\",\"code_challenge_methods_supported\":[\"plain\"]"),
		OF("\"https://h/t\",\"issuer\":\"" POOL "\""),
	};
	struct provider_meta m;
	const char *why;
	size_t i;

	CHECK(provider_meta_parse(&f->a, C_DOC("\"token_endpoint_auth_methods_supported\":"
	    "[\"client_secret_basic\",\"client_secret_post\"],"), POOL, &m, &why) == RC_OK);
	CHECK(m.basic && m.post && !m.none && !m.sends_iss && m.userinfo != NULL);
	CHECK(same(m.jwks, POOL "/.well-known/jwks.json"));
	CHECK(provider_meta_parse(&f->a, C_DOC(""), POOL, &m, &why) == RC_OK && m.basic && !m.post);
	CHECK(provider_meta_parse(&f->a, C_DOC(""), POOL "/", &m, &why) == RC_CONFIG);
	CHECK(provider_meta_parse(&f->a, OF("\"https://u.h/t?p=@\",\"authorization_response_iss_parameter_supported\""
	    ":true"), POOL, &m, &why) == RC_OK && m.sends_iss && m.userinfo == NULL);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why = NULL;
		CHECK(provider_meta_parse(&f->a, bad[i], POOL, &m, &why) == RC_CONFIG && why != NULL);
		if (why == NULL)
			printf("# %s\n", bad[i]);
	}
}

int
main(void)
{
	struct fixture f = { .kid = "" };

	open_all(&f);
	if (t_failed > 0)
		return DONE();
	cognito_tokens(&f);
	keycloak_tokens(&f);
	odd_claims(&f);
	settings();
	late_keys(&f);
	documents(&f);
	CHECK(unlink(f.jwks) == 0 && unlink(arena_fmt(&f.a, "%s/%s.pem", f.keys, f.kid)) == 0);
	CHECK(unlink(arena_fmt(&f.a, "%s/.lock", f.keys)) == 0);
	CHECK(rmdir(f.keys) == 0 && rmdir(f.folder) == 0);
	rsa_free(f.rsa);
	jwt_signer_close(f.signer);
	arena_free(&f.a);
	return DONE();
}
