/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c - chulcheckctl keys: makes, lists, exchanges and removes the keys that tokens are signed
 * with. Workers find changes by themselves within a second; what is where on disk is described in
 * web/jwt_keys_change.c. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ctl.h"
#include "web/jwt.h"
#include "web/jwt_keys.h"

static const char keys_usage[] =
    "usage: chulcheckctl keys create --folder DIR --jwks FILE\n"
    "       chulcheckctl keys rotate --folder DIR --jwks FILE\n"
    "       chulcheckctl keys list   --folder DIR\n"
    "       chulcheckctl keys remove --folder DIR --jwks FILE --kid KID\n"
    "       chulcheckctl keys fetch  --config FILE\n";

struct keys_args {
	const char *folder, *jwks, *kid;
};

static int
fail(enum rc rc, const char *error)
{
	fprintf(stderr, "chulcheckctl: %s\n", error);
	return rc_exit(rc);
}

/* One line: kid, when it was made, what it does now. */
static void
print_key(const struct jwt_keys *k, size_t i, int64_t now_s)
{
	size_t signing = jwt_keys_signing(k, now_s);
	char made[TIME_TEXT] = "-", from[TIME_TEXT];

	if (k->key[i].made_s > 0)
		time_text(k->key[i].made_s * 1000, made);
	printf("%-23s  %-25s  ", k->key[i].kid, made);
	if (i == signing)
		puts("signing");
	else if (i < signing)
		puts("retiring");
	else {
		time_text((k->key[i].made_s + PUBLISH_S) * 1000, from);
		printf("published, signs from %s\n", from);
	}
}

static int
list(const struct keys_args *in)
{
	const char *error = "";
	struct jwt_keys k;
	size_t i;
	enum rc rc;

	if ((rc = jwt_keys_read(&k, in->folder, &error)) != RC_OK)
		return fail(rc, error);
	for (i = 0; i < k.n; i++)
		print_key(&k, i, clock_now_ms() / 1000);
	jwt_keys_free(&k);
	return 0;
}

static int
create(const struct keys_args *in)
{
	const char *error = "";
	enum rc rc = jwt_keys_create(in->folder, in->jwks, &error);

	return rc == RC_OK ? list(in) : fail(rc, error);
}

static int
rotate(const struct keys_args *in)
{
	const char *error = "";
	enum rc rc = jwt_keys_rotate(in->folder, in->jwks, &error);

	return rc == RC_OK ? list(in) : fail(rc, error);
}

static int
remove_key(const struct keys_args *in)
{
	const char *error = "keys: there is no key with this kid; see: chulcheckctl keys list";
	enum rc rc = jwt_keys_remove(in->folder, in->jwks, in->kid, &error);

	if (rc == RC_CONFLICT)
		error = "keys: it is the only key and nothing could be signed without it; run "
		    "chulcheckctl keys rotate first, then remove it, and the new one signs at once";
	return rc == RC_OK ? list(in) : fail(rc, error);
}

static const struct {
	const char *name;
	int (*run)(const struct keys_args *);
	bool jwks, kid;          /* which options it needs beside --folder, and takes */
} commands[] = {
	{ "create", create, true, false },
	{ "rotate", rotate, true, false },
	{ "list", list, false, false },
	{ "remove", remove_key, true, true },
};

int
ctl_keys(int argc, char **argv)
{
	struct keys_args in = { 0 };
	size_t c;
	int i;

	if (argc == 3 && strcmp(argv[0], "fetch") == 0 && strcmp(argv[1], "--config") == 0)
		return ctl_keys_fetch(argv[2]);
	for (i = 1; i + 1 < argc; i += 2) {
		const char **to = strcmp(argv[i], "--folder") == 0 ? &in.folder :
		    strcmp(argv[i], "--jwks") == 0 ? &in.jwks :
		    strcmp(argv[i], "--kid") == 0 ? &in.kid : NULL;

		if (to == NULL || *to != NULL)
			break;
		*to = argv[i + 1];
	}
	for (c = 0; argc > 0 && i == argc && c < sizeof(commands) / sizeof(commands[0]); c++)
		if (strcmp(argv[0], commands[c].name) == 0 && in.folder != NULL &&
		    (in.jwks != NULL) == commands[c].jwks && (in.kid != NULL) == commands[c].kid)
			return commands[c].run(&in);
	fputs(keys_usage, stderr);
	return 64;
}
