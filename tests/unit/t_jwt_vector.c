/* SPDX-License-Identifier: Apache-2.0 */
/* t_jwt_vector.c - tokens that nobody should take, in the manner of Project Wycheproof: their headers,
 * their claims and how they are put together; all with a good signature. Each case must be refused
 * but those marked good, which show that the test can tell the two apart. Signatures and spelling
 * are in t_jwt_forgery.c. */
#include "t.h"
#include "t_jwt.h"

/* Columns: name; header; outcome. Signed by our key over good claims. */
static const struct { const char *name, *header; enum rc rc; } headers[] = {
	{ "good", RS REST "}", RC_OK },
	{ "typ in capitals", RS "\"typ\":\"AT+JWT\",\"kid\":\"@K\"}", RC_OK },
	{ "typ as a media type", RS "\"typ\":\"application/at+jwt\",\"kid\":\"@K\"}", RC_OK },
	{ "jku beside our kid is not followed", RS REST ",\"jku\":\"http://127.0.0.1:9/\"}", RC_OK },
	{ "unknown member", RS REST ",\"x\":1}", RC_OK },
	{ "alg none", "{\"alg\":\"none\"," REST "}", RC_UNAUTH },
	{ "alg None", "{\"alg\":\"None\"," REST "}", RC_UNAUTH },
	{ "alg NONE", "{\"alg\":\"NONE\"," REST "}", RC_UNAUTH },
	{ "alg nOnE", "{\"alg\":\"nOnE\"," REST "}", RC_UNAUTH },
	{ "alg empty", "{\"alg\":\"\"," REST "}", RC_UNAUTH },
	{ "alg missing", "{" REST "}", RC_UNAUTH },
	{ "alg number", "{\"alg\":256," REST "}", RC_UNAUTH },
	{ "alg null", "{\"alg\":null," REST "}", RC_UNAUTH },
	{ "alg true", "{\"alg\":true," REST "}", RC_UNAUTH },
	{ "alg array", "{\"alg\":[\"RS256\"]," REST "}", RC_UNAUTH },
	{ "alg object", "{\"alg\":{\"RS256\":1}," REST "}", RC_UNAUTH },
	{ "two algs, ours last", "{\"alg\":\"none\",\"alg\":\"RS256\"," REST "}", RC_UNAUTH },
	{ "two algs, ours first", "{\"alg\":\"RS256\",\"alg\":\"none\"," REST "}", RC_UNAUTH },
	{ "two algs, both ours", "{\"alg\":\"RS256\",\"alg\":\"RS256\"," REST "}", RC_UNAUTH },
	{ "two algs, one by escape", "{\"\\u0061lg\":\"none\",\"alg\":\"RS256\"," REST "}", RC_UNAUTH },
	{ "alg in lower case", "{\"alg\":\"rs256\"," REST "}", RC_UNAUTH },
	{ "alg with space", "{\"alg\":\"RS256 \"," REST "}", RC_UNAUTH },
	{ "alg with NUL", "{\"alg\":\"RS256\\u0000\"," REST "}", RC_UNAUTH },
	{ "RS384 over an RS256 signature", "{\"alg\":\"RS384\"," REST "}", RC_UNAUTH },
	{ "RS512", "{\"alg\":\"RS512\"," REST "}", RC_UNAUTH },
	{ "PS256", "{\"alg\":\"PS256\"," REST "}", RC_UNAUTH },
	{ "ES256", "{\"alg\":\"ES256\"," REST "}", RC_UNAUTH },
	{ "EdDSA", "{\"alg\":\"EdDSA\"," REST "}", RC_UNAUTH },
	{ "HS256 over an RS256 signature", "{\"alg\":\"HS256\"," REST "}", RC_UNAUTH },
	{ "alg RSA1_5", "{\"alg\":\"RSA1_5\"," REST "}", RC_UNAUTH },
	{ "Alg", "{\"Alg\":\"RS256\"," REST "}", RC_UNAUTH },
	{ "typ missing", RS "\"kid\":\"@K\"}", RC_UNAUTH },
	{ "typ JWT", RS "\"typ\":\"JWT\",\"kid\":\"@K\"}", RC_UNAUTH },
	{ "typ other", RS "\"typ\":\"refresh\",\"kid\":\"@K\"}", RC_UNAUTH },
	{ "typ logout+jwt", RS "\"typ\":\"logout+jwt\",\"kid\":\"@K\"}", RC_UNAUTH },
	{ "typ empty", RS "\"typ\":\"\",\"kid\":\"@K\"}", RC_UNAUTH },
	{ "typ application/ alone", RS "\"typ\":\"application/\",\"kid\":\"@K\"}", RC_UNAUTH },
	{ "typ text/at+jwt", RS "\"typ\":\"text/at+jwt\",\"kid\":\"@K\"}", RC_UNAUTH },
	{ "typ twice the media type", RS "\"typ\":\"application/application/at+jwt\",\"kid\":\"@K\"}",
	    RC_UNAUTH },
	{ "typ with parameter", RS "\"typ\":\"at+jwt;x=1\",\"kid\":\"@K\"}", RC_UNAUTH },
	{ "typ array", RS "\"typ\":[\"at+jwt\"],\"kid\":\"@K\"}", RC_UNAUTH },
	{ "typ null", RS "\"typ\":null,\"kid\":\"@K\"}", RC_UNAUTH },
	{ "typ twice", RS "\"typ\":\"JWT\"," REST "}", RC_UNAUTH },
	{ "typ URL-escaped", RS "\"typ\":\"at%2Bjwt\",\"kid\":\"@K\"}", RC_UNAUTH },
	{ "kid missing", RS "\"typ\":\"at+jwt\"}", RC_UNAUTH },
	{ "kid empty", RS "\"typ\":\"at+jwt\",\"kid\":\"\"}", RC_UNAUTH },
	{ "kid unknown", RS "\"typ\":\"at+jwt\",\"kid\":\"20200101000000-aaaaaaaa\"}", RC_UNAUTH },
	{ "kid cut", RS "\"typ\":\"at+jwt\",\"kid\":\"2\"}", RC_UNAUTH },
	{ "kid longer", RS "\"typ\":\"at+jwt\",\"kid\":\"@Kx\"}", RC_UNAUTH },
	{ "kid as a path", RS "\"typ\":\"at+jwt\",\"kid\":\"../../../../dev/null\"}", RC_UNAUTH },
	{ "kid as a path to our key", RS "\"typ\":\"at+jwt\",\"kid\":\"./@K\"}", RC_UNAUTH },
	{ "kid with its suffix", RS "\"typ\":\"at+jwt\",\"kid\":\"@K.pem\"}", RC_UNAUTH },
	{ "kid as SQL", RS "\"typ\":\"at+jwt\",\"kid\":\"' OR '1'='1\"}", RC_UNAUTH },
	{ "kid as UNION", RS "\"typ\":\"at+jwt\",\"kid\":\"x' UNION SELECT 'key'--\"}", RC_UNAUTH },
	{ "kid as a shell's word", RS "\"typ\":\"at+jwt\",\"kid\":\"|touch /tmp/x\"}", RC_UNAUTH },
	{ "kid with NUL", RS "\"typ\":\"at+jwt\",\"kid\":\"@K\\u0000\"}", RC_UNAUTH },
	{ "kid number", RS "\"typ\":\"at+jwt\",\"kid\":0}", RC_UNAUTH },
	{ "kid null", RS "\"typ\":\"at+jwt\",\"kid\":null}", RC_UNAUTH },
	{ "kid array", RS "\"typ\":\"at+jwt\",\"kid\":[\"@K\"]}", RC_UNAUTH },
	{ "kid twice", RS REST ",\"kid\":\"@K\"}", RC_UNAUTH },
	{ "kid twice, unknown first", RS "\"kid\":\"x\"," REST "}", RC_UNAUTH },
	{ "jku without kid", RS "\"typ\":\"at+jwt\",\"jku\":\"http://127.0.0.1:9/\"}", RC_UNAUTH },
	{ "x5u without kid", RS "\"typ\":\"at+jwt\",\"x5u\":\"http://127.0.0.1:9/\"}", RC_UNAUTH },
	{ "x5t without kid", RS "\"typ\":\"at+jwt\",\"x5t\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAA\"}", RC_UNAUTH },
	{ "crit with exp", RS REST ",\"crit\":[\"exp\"]}", RC_UNAUTH },
	{ "crit empty", RS REST ",\"crit\":[]}", RC_UNAUTH },
	{ "crit null", RS REST ",\"crit\":null}", RC_UNAUTH },
	{ "crit unknown", RS REST ",\"crit\":[\"x\"],\"x\":1}", RC_UNAUTH },
	{ "b64 false", RS REST ",\"b64\":false,\"crit\":[\"b64\"]}", RC_UNAUTH },
	{ "header an array", "[" RS REST "}]", RC_UNAUTH },
	{ "header a text", "\"RS256\"", RC_UNAUTH },
	{ "header null", "null", RC_UNAUTH },
	{ "header empty object", "{}", RC_UNAUTH },
	{ "header of no bytes", "", RC_UNAUTH },
	{ "header cut", RS REST, RC_UNAUTH },
	{ "header twice", RS REST "}{}", RC_UNAUTH },
	{ "header with comment", "/**/" RS REST "}", RC_UNAUTH },
	{ "header with a byte order mark", "\xef\xbb\xbf" RS REST "}", RC_UNAUTH },
	{ "header not UTF-8", RS REST ",\"x\":\"\xff\"}", RC_UNAUTH },
	{ "header with single quotes", "{'alg':'RS256'," REST "}", RC_UNAUTH },
	{ "header with a comma too many", RS REST ",}", RC_UNAUTH },
};

/* Columns: name; claims; outcome. Signed by our key under a good header. */
static const struct { const char *name, *claims; enum rc rc; } claims[] = {
	{ "good", "{@G}", RC_OK },
	{ "aud array with ours", "{" "\"iss\":\"http://auth.test\",\"sub\":\"u1\",\"exp\":2000,\"aud\":[\"x\",\"chulcheck\"]}", RC_OK },
	{ "exp one second ahead", "{\"iss\":\"http://auth.test\",\"aud\":\"chulcheck\",\"sub\":\"u1\",\"exp\":1001}", RC_OK },
	{ "nbf and iat at the edge of the leeway", "{@G,\"nbf\":1060,\"iat\":1060}", RC_OK },
	{ "exp twice", "{@G,\"exp\":9000}", RC_UNAUTH },
	{ "exp twice, the same", "{@G,\"exp\":2000}", RC_UNAUTH },
	{ "sub twice", "{@G,\"sub\":\"u2\"}", RC_UNAUTH },
	{ "sub twice by escape", "{@G,\"\\u0073ub\":\"u2\"}", RC_UNAUTH },
	{ "iss twice", "{@G,\"iss\":\"http://auth.test\"}", RC_UNAUTH },
	{ "aud twice", "{@G,\"aud\":\"chulcheck\"}", RC_UNAUTH },
	{ "role twice", "{@G,\"role\":\"customer\",\"role\":\"owner\"}", RC_UNAUTH },
	{ "a duplicate deep inside", "{@G,\"x\":{\"y\":[{\"z\":1,\"z\":2}]}}", RC_UNAUTH },
	{ "nbf beyond the leeway", "{@G,\"nbf\":1061}", RC_UNAUTH },
	{ "iat beyond the leeway", "{@G,\"iat\":1061}", RC_UNAUTH },
	{ "nbf far ahead", "{@G,\"nbf\":9223372036854775807}", RC_UNAUTH },
	{ "nbf text", "{@G,\"nbf\":\"1\"}", RC_UNAUTH },
	{ "nbf null", "{@G,\"nbf\":null}", RC_UNAUTH },
	{ "nbf float", "{@G,\"nbf\":1.5}", RC_UNAUTH },
	{ "iat text", "{@G,\"iat\":\"1\"}", RC_UNAUTH },
	{ "iat null", "{@G,\"iat\":null}", RC_UNAUTH },
	{ "iat array", "{@G,\"iat\":[1]}", RC_UNAUTH },
	{ "claims an array", "[{@G}]", RC_UNAUTH },
	{ "claims a text", "\"{@G}\"", RC_UNAUTH },
	{ "claims null", "null", RC_UNAUTH },
	{ "claims empty", "{}", RC_UNAUTH },
	{ "claims of no bytes", "", RC_UNAUTH },
	{ "claims cut", "{@G", RC_UNAUTH },
	{ "claims and more", "{@G}{@G}", RC_UNAUTH },
	{ "claims and NUL", "{@G,\"x\":\"a\\u0000b\"}", RC_UNAUTH },
	{ "claims not UTF-8", "{@G,\"name\":\"\xff\"}", RC_UNAUTH },
	{ "overlong UTF-8", "{@G,\"name\":\"\xc0\xaf\"}", RC_UNAUTH },
	{ "surrogate in UTF-8", "{@G,\"name\":\"\xed\xa0\x80\"}", RC_UNAUTH },
	{ "lone surrogate by escape", "{@G,\"name\":\"\\ud800\"}", RC_UNAUTH },
	{ "control character raw", "{@G,\"name\":\"a\nb\"}", RC_UNAUTH },
	{ "NaN", "{@G,\"x\":NaN}", RC_UNAUTH },
	{ "Infinity", "{@G,\"x\":Infinity}", RC_UNAUTH },
	{ "hex number", "{@G,\"x\":0x10}", RC_UNAUTH },
	{ "comment", "{@G/* */}", RC_UNAUTH },
};

/* Columns: name; value as JSON, NULL: missing. In place of one claim of the good ones. */
static const struct { const char *name, *claim, *value; } values[] = {
	{ "exp missing", "exp", NULL }, { "exp text", "exp", "\"2000\"" }, { "exp null", "exp", "null" },
	{ "exp true", "exp", "true" }, { "exp array", "exp", "[2000]" }, { "exp object", "exp", "{}" },
	{ "exp float", "exp", "2000.5" }, { "exp float of an integer", "exp", "2000.0" },
	{ "exp exponent", "exp", "1e9" }, { "exp 1E+9", "exp", "1E+9" }, { "exp 1e400", "exp", "1e400" },
	{ "exp negative", "exp", "-2000" }, { "exp 0", "exp", "0" }, { "exp -0", "exp", "-0" },
	{ "exp 2^63", "exp", "9223372036854775808" }, { "exp 2^64 + 2000", "exp", "18446744073709553616" },
	{ "exp -2^63 - 1", "exp", "-9223372036854775809" },
	{ "exp now", "exp", "1000" }, { "exp now - 1", "exp", "999" }, { "exp within a leeway", "exp", "990" },
	{ "exp leading zero", "exp", "02000" }, { "exp plus", "exp", "+2000" },
	{ "aud missing", "aud", NULL }, { "aud wrong", "aud", "\"other\"" }, { "aud empty", "aud", "\"\"" },
	{ "aud in capitals", "aud", "\"CHULCHECK\"" }, { "aud longer", "aud", "\"chulcheck2\"" },
	{ "aud with space", "aud", "\"chulcheck \"" }, { "aud in one text", "aud", "\"other chulcheck\"" },
	{ "aud wrong array", "aud", "[\"a\",\"b\"]" }, { "aud empty array", "aud", "[]" },
	{ "aud array with a number", "aud", "[\"chulcheck\",1]" },
	{ "aud array with null", "aud", "[null,\"chulcheck\"]" },
	{ "aud array in array", "aud", "[[\"chulcheck\"]]" },
	{ "aud object", "aud", "{\"chulcheck\":true}" }, { "aud null", "aud", "null" }, { "aud 1", "aud", "1" },
	{ "iss missing", "iss", NULL }, { "iss wrong", "iss", "\"http://evil.test\"" },
	{ "iss with slash", "iss", "\"http://auth.test/\"" }, { "iss https", "iss", "\"https://auth.test\"" },
	{ "iss in capitals", "iss", "\"HTTP://AUTH.TEST\"" }, { "iss longer", "iss", "\"http://auth.test.evil\"" },
	{ "iss array", "iss", "[\"http://auth.test\"]" }, { "iss null", "iss", "null" },
	{ "iss with NUL", "iss", "\"http://auth.test\\u0000\"" }, { "iss empty", "iss", "\"\"" },
	{ "sub missing", "sub", NULL }, { "sub empty", "sub", "\"\"" }, { "sub number", "sub", "1" },
	{ "sub null", "sub", "null" }, { "sub array", "sub", "[\"u1\"]" }, { "sub with NUL", "sub", "\"u1\\u0000\"" },
};

static void
tables(struct fixture *f)
{
	static const char *const names[] = { "iss", "aud", "sub", "exp" };
	static const char *const goods[] = { "\"http://auth.test\"", "\"chulcheck\"", "\"u1\"", "2000" };
	size_t i, j;

	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		expect(f, headers[i].name, token(f, f->ours, headers[i].header, "{@G}"), headers[i].rc);
	for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		expect(f, claims[i].name, token(f, f->ours, RS REST "}", claims[i].claims), claims[i].rc);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct buf o = { .arena = &f->a };

		for (j = 0; j < 4; j++) {
			const char *v = strcmp(names[j], values[i].claim) == 0 ? values[i].value : goods[j];

			if (v != NULL)
				buf_str(&o, arena_fmt(&f->a, "%s\"%s\":%s", o.len == 0 ? "" : ",", names[j], v));
		}
		refuse(f, values[i].name, token(f, f->ours, RS REST "}", arena_fmt(&f->a, "{%s}", o.s)));
	}
}

static void
structure(struct fixture *f)
{
	struct arena *a = &f->a;
	const char *t = token(f, f->ours, RS REST "}", "{@G}"), *dot = strchr(t, '.'), *last = strrchr(t, '.');
	const char *h = arena_strn(a, t, (size_t)(dot - t)), *s = last + 1;
	const char *c = arena_strn(a, dot + 1, (size_t)(last - dot - 1));
	char *large = arena_alloc(a, 1, 9001);
	size_t i;

	refuse(f, "nothing", "");
	refuse(f, "one part", h);
	refuse(f, "two parts", arena_fmt(a, "%s.%s", h, c));
	refuse(f, "two parts and a dot", arena_fmt(a, "%s.%s.", h, c));
	refuse(f, "four", arena_fmt(a, "%s.", t));
	refuse(f, "four, the last a signature", arena_fmt(a, "%s.%s", t, s));
	refuse(f, "five", arena_fmt(a, "%s.%s.%s", t, c, s));
	refuse(f, "six", arena_fmt(a, "%s.%s", t, t));
	refuse(f, "dots", "..");
	refuse(f, "more dots", ".....");
	refuse(f, "no header", arena_fmt(a, ".%s.%s", c, s));
	refuse(f, "no claims", arena_fmt(a, "%s..%s", h, s));
	refuse(f, "dot first", arena_fmt(a, ".%s", t));
	refuse(f, "claims for header", arena_fmt(a, "%s.%s.%s", c, h, s));
	refuse(f, "Bearer", arena_fmt(a, "Bearer %s", t));
	refuse(f, "two tokens", arena_fmt(a, "%s,%s", t, t));
	refuse(f, "JSON, flattened", arena_fmt(a,
	    "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"%s\"}", h, c, s));
	refuse(f, "JSON, general", arena_fmt(a,
	    "{\"payload\":\"%s\",\"signatures\":[{\"protected\":\"%s\",\"signature\":\"%s\"}]}", c, h, s));
	refuse(f, "plain claims", arena_fmt(a, "%s.{" GOOD "}.%s", h, s));
	for (i = 0; i < 2; i++) {
		memset(large, i == 0 ? '[' : 'x', 9000);
		large[i == 0 ? 3000 : 9000] = '\0';
		refuse(f, "deep", token(f, f->ours, RS REST "}", arena_fmt(a, "{@G,\"x\":%s}", large)));
		refuse(f, "deep header", token(f, f->ours, arena_fmt(a, RS REST ",\"x\":%s}", large), "{@G}"));
	}
	refuse(f, "over 8 KiB", token(f, f->ours, RS REST "}", arena_fmt(a, "{@G,\"x\":\"%s\"}", large)));
	refuse(f, "kid of 9,000", token(f, f->ours, arena_fmt(a, RS "\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
	    large), "{@G}"));
	large[256] = '\0';
	refuse(f, "sub of 256", token(f, f->ours, RS REST "}", arena_fmt(a,
	    "{\"iss\":\"http://auth.test\",\"aud\":\"chulcheck\",\"exp\":2000,\"sub\":\"%s\"}", large)));
	expect(f, "sub of 255", token(f, f->ours, RS REST "}", arena_fmt(a,
	    "{\"iss\":\"http://auth.test\",\"aud\":\"chulcheck\",\"exp\":2000,\"sub\":\"%s\"}", large + 1)), RC_OK);
}

int
main(void)
{
	struct fixture f = { .folder = "/tmp/t_jwt.XXXXXX" };

	open_all(&f);
	if (t_failed > 0)
		return DONE();
	tables(&f);
	structure(&f);
	expect(&f, "good, after all", token(&f, f.ours, RS REST "}", "{@G}"), RC_OK);
	printf("# %d refused, %d good\n", f.refused, f.passed);
	CHECK(f.refused > 150 && f.passed > 8);
	close_all(&f);
	return DONE();
}
