/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - chulcheckctl: what an operator does by hand. Here arguments become calls of the commands,
 * which are in the other files of this folder; groups of commands (keys, client) read their own.
 * No secret is ever an argument: passwords and secrets come from standard input or files. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/process.h"
#include "ctl.h"

static const char usage_text[] =
    "usage: chulcheckctl migrate --domain auth|attend FILE   create or update a database\n"
    "       chulcheckctl schema  --domain auth|attend FILE   the number of its schema\n"
    "       chulcheckctl backup  --domain auth|attend --to FILE DATABASE     while it is in use\n"
    "       chulcheckctl restore --domain auth|attend --from FILE DATABASE   while it is not\n"
    "       chulcheckctl verify  --domain attend FILE        compare it with the rules\n"
    "       chulcheckctl export  --author NAME --reason TEXT [--campaign SLUG]\n"
    "           [--from DAY] [--to DAY] FILE                 attendance as CSV\n"
    "       chulcheckctl keys create|rotate|list|remove|fetch ...  the keys that tokens are signed with\n"
    "       chulcheckctl client add    --database FILE --id ID [--redirect-uri URI]...\n"
    "           [--sign-out-uri URI]... [--scope S] [--jwks FILE] [--public]  prints its secret\n"
    "       chulcheckctl client list   --database FILE\n"
    "       chulcheckctl client remove --database FILE --id ID\n"
    "       chulcheckctl staff code --role viewer|operator|owner FILE  a one-time code\n"
    "       chulcheckctl totp --key FILE --subject S         a second factor to its stored form\n"
    "       chulcheckctl password                            standard input to its stored form\n"
    "       chulcheckctl token                               a random secret of 43 characters\n"
    "       chulcheckctl --version\n";

struct args {
	const char *domain, *role, *key, *subject, *file;
	struct export_args export;
};

enum {
	DOMAIN = 1, ROLE = 2, KEY = 4, SUBJECT = 8, FILE_NAME = 16, AUTHOR = 32, REASON = 64,
	CAMPAIGN = 128, FROM = 256, TO = 512
};

static int
usage(void)
{
	fputs(usage_text, stderr);
	return 64;
}

/* The value of an option in args, or NULL; *ret_bit is then its bit. */
static const char **
place(struct args *in, const char *option, int *ret_bit)
{
	const struct { const char *name; int bit; const char **to; } options[] = {
		{ "--domain", DOMAIN, &in->domain }, { "--role", ROLE, &in->role },
		{ "--key", KEY, &in->key }, { "--subject", SUBJECT, &in->subject },
		{ "--author", AUTHOR, &in->export.author }, { "--reason", REASON, &in->export.reason },
		{ "--campaign", CAMPAIGN, &in->export.campaign },
		{ "--from", FROM, &in->export.from }, { "--to", TO, &in->export.to },
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(option, options[i].name) == 0) {
			*ret_bit = options[i].bit;
			return options[i].to;
		}
	return NULL;
}

/* Options may stand before or after the file. *ret_given: a bit for each of them and the file. */
static bool
parse(int argc, char **argv, struct args *ret, int *ret_given)
{
	const char **to;
	int i, bit, given = 0;

	*ret = (struct args){ 0 };
	for (i = 0; i < argc; i++) {
		to = place(ret, argv[i], &bit);
		if (to == NULL) {
			if (argv[i][0] == '-')
				return false;
			to = &ret->file;
			bit = FILE_NAME;
		} else if (++i == argc)
			return false;
		if ((given & bit) != 0)
			return false;
		*to = argv[i];
		given |= bit;
	}
	*ret_given = given;
	return true;
}

static bool
is_domain(const struct args *in, enum db_domain *ret)
{
	*ret = strcmp(in->domain, "auth") == 0 ? DB_AUTH : DB_ATTEND;
	return *ret == DB_AUTH || strcmp(in->domain, "attend") == 0;
}

static int
migrate(const struct args *in)
{
	enum db_domain domain;

	return is_domain(in, &domain) ? ctl_migrate(in->file, domain) : usage();
}

static int
schema(const struct args *in)
{
	enum db_domain domain;

	return is_domain(in, &domain) ? ctl_schema(in->file, domain) : usage();
}

static int
backup(const struct args *in)
{
	enum db_domain domain;

	return is_domain(in, &domain) ? ctl_backup(in->file, domain, in->export.to) : usage();
}

static int
restore(const struct args *in)
{
	enum db_domain domain;

	return is_domain(in, &domain) ? ctl_restore(in->export.from, domain, in->file) : usage();
}

static int
verify(const struct args *in)
{
	return strcmp(in->domain, "attend") == 0 ? ctl_verify(in->file) : usage();
}

static int
export(const struct args *in)
{
	return ctl_export(in->file, &in->export);
}

static int
staff_code(const struct args *in)
{
	return ctl_staff_code(in->file, in->role);
}

static int
totp(const struct args *in)
{
	return ctl_totp(in->key, in->subject);
}

static int
password(const struct args *in)
{
	(void)in;
	return ctl_password();
}

static int
token(const struct args *in)
{
	(void)in;
	return ctl_token();
}

/* Columns: the command, its second word or NULL, the arguments it wants, those it takes besides
 * (and no others), its function. */
static const struct {
	const char *word, *second;
	int wants, takes;
	int (*run)(const struct args *);
} commands[] = {
	{ "migrate", NULL, DOMAIN | FILE_NAME, 0, migrate },
	{ "schema", NULL, DOMAIN | FILE_NAME, 0, schema },
	{ "backup", NULL, DOMAIN | TO | FILE_NAME, 0, backup },
	{ "restore", NULL, DOMAIN | FROM | FILE_NAME, 0, restore },
	{ "verify", NULL, DOMAIN | FILE_NAME, 0, verify },
	{ "export", NULL, AUTHOR | REASON | FILE_NAME, CAMPAIGN | FROM | TO, export },
	{ "staff", "code", ROLE | FILE_NAME, 0, staff_code },
	{ "totp", NULL, KEY | SUBJECT, 0, totp },
	{ "password", NULL, 0, 0, password },
	{ "token", NULL, 0, 0, token },
};

static int
run(int argc, char **argv)
{
	struct args in;
	size_t i;
	int skip, given;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].word) != 0)
			continue;
		skip = commands[i].second != NULL ? 3 : 2;
		if (argc < skip || (skip == 3 && strcmp(argv[2], commands[i].second) != 0) ||
		    !parse(argc - skip, argv + skip, &in, &given) ||
		    (given & ~commands[i].takes) != commands[i].wants)
			return usage();
		return commands[i].run(&in);
	}
	return usage();
}

int
main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	int ret;

	log_name("chulcheckctl");
	process_harden();
	(void)process_not_urgent();      /* a service's is for its commits, not for migrations before it */
	if (strcmp(command, "--version") == 0)
		return puts(VERSION), 0;
	if (strcmp(command, "--help") == 0)
		return fputs(usage_text, stdout), 0;
	if (strcmp(command, "keys") == 0)
		return ctl_keys(argc - 2, argv + 2);
	if (strcmp(command, "client") == 0) {
		ret = ctl_client(argc - 2, argv + 2);
		return ret >= 0 ? ret : usage();
	}
	return argc < 2 ? usage() : run(argc, argv);
}
