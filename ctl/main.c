/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - chulcheckctl: what an operator does by hand. Here arguments become calls of the commands,
 * which are in the other files of this folder. No secret is ever an argument: a password comes
 * from standard input. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/process.h"
#include "ctl.h"

static const char usage_text[] =
    "usage: chulcheckctl migrate --domain auth|attend FILE   create or update a database\n"
    "       chulcheckctl verify  --domain attend FILE        compare it with the rules\n"
    "       chulcheckctl keys create|rotate|list|remove ...  the keys that tokens are signed with\n"
    "       chulcheckctl password                            standard input to its stored form\n"
    "       chulcheckctl token                               a random secret of 43 characters\n"
    "       chulcheckctl --version\n";

struct args {
	const char *domain, *file;
};

static int
usage(void)
{
	fputs(usage_text, stderr);
	return 64;
}

/* Options may stand before or after the file. */
static bool
parse(int argc, char **argv, struct args *ret)
{
	struct args in = { 0 };
	int i;

	for (i = 0; i < argc; i++) {
		const char **to = strcmp(argv[i], "--domain") == 0 ? &in.domain : NULL;

		if (to != NULL) {
			if (*to != NULL || ++i == argc)
				return false;
			*to = argv[i];
		} else if (argv[i][0] == '-' || in.file != NULL)
			return false;
		else
			in.file = argv[i];
	}
	*ret = in;
	return true;
}

static bool
domain_of(const char *name, enum db_domain *ret)
{
	if (name == NULL || (strcmp(name, "auth") != 0 && strcmp(name, "attend") != 0))
		return false;
	*ret = strcmp(name, "auth") == 0 ? DB_AUTH : DB_ATTEND;
	return true;
}

int
main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	enum db_domain domain;
	struct args in;

	log_name("chulcheckctl");
	process_harden();
	if (strcmp(command, "--version") == 0)
		return puts(VERSION), 0;
	if (strcmp(command, "--help") == 0)
		return fputs(usage_text, stdout), 0;
	if (strcmp(command, "keys") == 0)
		return ctl_keys(argc - 2, argv + 2);
	if (argc < 2 || !parse(argc - 2, argv + 2, &in))
		return usage();
	if (strcmp(command, "password") == 0)
		return in.file == NULL && in.domain == NULL ? ctl_password() : usage();
	if (strcmp(command, "token") == 0)
		return in.file == NULL && in.domain == NULL ? ctl_token() : usage();
	if (in.file == NULL || !domain_of(in.domain, &domain))
		return usage();
	if (strcmp(command, "migrate") == 0)
		return ctl_migrate(in.file, domain);
	if (strcmp(command, "verify") == 0 && domain == DB_ATTEND)
		return ctl_verify(in.file);
	return usage();
}
