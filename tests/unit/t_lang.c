/* SPDX-License-Identifier: Apache-2.0 */
/* t_lang.c - the choice of a language, and the list of outcomes that speaks both. */
#include <string.h>

#include "base/lang.h"
#include "base/rc.h"
#include "base/str.h"
#include "t.h"

static const struct { const char *header; enum lang lang; } cases[] = {
	{ NULL, LANG_KO },
	{ "", LANG_KO },
	{ "ko", LANG_KO },
	{ "en", LANG_EN },
	{ "EN", LANG_EN },
	{ "en-US", LANG_EN },
	{ "en-US,en;q=0.9", LANG_EN },
	{ "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", LANG_KO },
	{ "en-US,en;q=0.9,ko;q=0.8", LANG_EN },
	{ "en;q=0.5, ko;q=0.8", LANG_KO },
	{ "ko;q=0.5,en;q=0.8", LANG_EN },
	{ "ko;q=0.123 , en;q=0.124", LANG_EN },
	{ "en,ko", LANG_EN },
	{ "ko,en", LANG_KO },
	{ "en;q=1.000,ko;q=1.0", LANG_EN },
	{ "fr", LANG_KO },
	{ "fr,de;q=0.5", LANG_KO },
	{ "fr, en;q=0.1", LANG_EN },
	{ "en;q=0", LANG_KO },
	{ "en;q=0.0, fr", LANG_KO },
	{ "*", LANG_KO },
	{ "en,*", LANG_EN },
	{ "en;q=0.8,*;q=0.9", LANG_KO },
	{ "ko;q=0,*", LANG_EN },
	{ "ko;q=0", LANG_KO },
	{ "ko;q=0,en;q=0.001", LANG_EN },
	{ "eng", LANG_KO },
	{ "e", LANG_KO },
	{ "english", LANG_KO },
	{ " en\t; q=0.9 ,ko ;q=0.1", LANG_EN },
	{ "en;Q=0.9,ko;q=0.1", LANG_EN },
	{ ",,en,", LANG_EN },
	{ "en;q=2", LANG_KO },
	{ "en;q=1.1", LANG_KO },
	{ "en;q=0.1234", LANG_KO },
	{ "en;q=", LANG_KO },
	{ "en;q", LANG_KO },
	{ "en;", LANG_KO },
	{ "en;q=-1", LANG_KO },
	{ "en;x=1", LANG_KO },
	{ "en;q=abc,en;q=0.2", LANG_EN },
	{ "en us", LANG_KO },
	{ ";;;;", LANG_KO },
	{ "*;q=0", LANG_KO },
};

int
main(void)
{
	enum rc rc;
	enum lang l;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK(lang_accept(cases[i].header) == cases[i].lang);
		if (lang_accept(cases[i].header) != cases[i].lang)
			printf("# %s\n", cases[i].header);
	}
	CHECK(strcmp(lang_tag(LANG_KO), "ko") == 0 && strcmp(lang_tag(LANG_EN), "en") == 0);

	for (rc = RC_OK; rc < RC_MAX; rc++) {
		CHECK(rc_http(rc) == 200 || (rc_http(rc) >= 400 && rc_http(rc) < 600));
		CHECK(rc_exit(rc) == 0 ? rc == RC_OK : rc_exit(rc) >= 64 && rc_exit(rc) <= 78);
		CHECK(strspn(rc_slug(rc), "abcdefghijklmnopqrstuvwxyz-") == strlen(rc_slug(rc)));
		for (l = LANG_KO; l < LANG_MAX; l++)
			CHECK(str_utf8(rc_title(rc, l), strlen(rc_title(rc, l))));
	}
	CHECK(rc_http(RC_NOT_ELIGIBLE) == 403 && rc_exit(RC_BUSY) == 75);
	CHECK(strcmp(rc_slug(RC_NOT_ELIGIBLE), "not-eligible") == 0);
	CHECK(strcmp(rc_title(RC_NOTFOUND, LANG_EN), "Not found.") == 0);
	CHECK(strcmp(rc_title(RC_NOTFOUND, LANG_KO), "찾을 수 없습니다.") == 0);
	return DONE();
}
