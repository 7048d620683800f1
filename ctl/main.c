/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - chulcheckctl: what an operator does by hand. Here arguments become calls of the commands,
 * which are in the other files of this folder. No secret is ever an argument: a password comes
 * from standard input. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ctl.h"

static const char usage_text[] =
    "usage: chulcheckctl migrate --domain auth|attend FILE   create or update a database\n"
    "       chulcheckctl verify  --domain attend FILE        compare it with the rules\n"
    "       chulcheckctl keys create --folder DIR --jwks FILE  make a signing key\n"
    "       chulcheckctl client add    --database FILE --id ID [--redirect-uri URI]...\n"
    "           [--sign-out-uri URI]... [--scope S] [--jwks FILE] [--public]  prints its secret\n"
    "       chulcheckctl client list   --database FILE\n"
    "       chulcheckctl client remove --database FILE --id ID\n"
    "       chulcheckctl staff code --role owner FILE        a one-time code to become staff\n"
    "       chulcheckctl totp --key FILE --subject S         a second factor to its stored form\n"
    "       chulcheckctl password                            standard input to its stored form\n"
    "       chulcheckctl token                               a random secret of 43 characters\n"
    "       chulcheckctl --version\n";

struct args {
	const char *domain, *folder, *jwks, *role, *key, *subject, *file;
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
		const char **to = strcmp(argv[i], "--domain") == 0 ? &in.domain :
		    strcmp(argv[i], "--folder") == 0 ? &in.folder :
		    strcmp(argv[i], "--jwks") == 0 ? &in.jwks :
		    strcmp(argv[i], "--role") == 0 ? &in.role :
		    strcmp(argv[i], "--key") == 0 ? &in.key :
		    strcmp(argv[i], "--subject") == 0 ? &in.subject : NULL;

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
	bool keys = strcmp(command, "keys") == 0 && argc > 2 && strcmp(argv[2], "create") == 0;
	bool staff = strcmp(command, "staff") == 0 && argc > 2 && strcmp(argv[2], "code") == 0;
	int skip = keys || staff ? 3 : 2;
	enum db_domain domain;
	struct args in;

	log_name("chulcheckctl");
	if (strcmp(command, "--version") == 0)
		return puts(VERSION), 0;
	if (strcmp(command, "--help") == 0)
		return fputs(usage_text, stdout), 0;
	if (strcmp(command, "client") == 0) {
		int ret = ctl_client(argc - 2, argv + 2);

		return ret >= 0 ? ret : usage();
	}
	if (argc < 2 || !parse(argc - skip, argv + skip, &in))
		return usage();
	if (keys)
		return in.folder == NULL || in.jwks == NULL || in.file != NULL || in.domain != NULL ?
		    usage() : ctl_keys_create(in.folder, in.jwks);
	if (in.folder != NULL || in.jwks != NULL)
		return usage();
	if (staff)
		return in.file == NULL || in.role == NULL ? usage() : ctl_staff_code(in.file, in.role);
	if (strcmp(command, "totp") == 0)
		return in.key == NULL || in.subject == NULL ? usage() : ctl_totp(in.key, in.subject);
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
