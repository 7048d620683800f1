/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - chulcheck-notify: one job, then exit. The jobs are a table; each is one file. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/net.h"
#include "notify.h"

enum { MEMORY = 16 << 20 };

static const struct job *const jobs[] = { &job_reminder, &job_stock_alert, &job_deliver };
enum { JOBS = sizeof(jobs) / sizeof(jobs[0]) };

struct args {
	const struct job *job;
	const char *config;
	enum db_domain domain;
	bool any_hour;
};

static int
usage(void)
{
	size_t i;

	fputs("usage: chulcheck-notify JOB --config FILE [--domain auth|attend] [--any-hour]\n"
	    "       chulcheck-notify --list | --settings | --version\njobs:\n", stderr);
	for (i = 0; i < JOBS; i++)
		fprintf(stderr, "  %-12s %s\n", jobs[i]->name, jobs[i]->help);
	return 64;
}

static void
list(void)
{
	size_t i;

	for (i = 0; i < JOBS; i++)
		printf("%s\t%s\t%s\n", jobs[i]->name, jobs[i]->calendar, jobs[i]->help);
}

static bool
parse(int argc, char **argv, struct args *ret)
{
	struct args in = { .domain = DB_ATTEND };
	size_t j;
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			in.config = argv[++i];
		else if (strcmp(argv[i], "--any-hour") == 0)
			in.any_hour = true;
		else if (strcmp(argv[i], "--domain") == 0 && i + 1 < argc) {
			if (strcmp(argv[++i], "auth") != 0 && strcmp(argv[i], "attend") != 0)
				return false;
			in.domain = strcmp(argv[i], "auth") == 0 ? DB_AUTH : DB_ATTEND;
		} else {
			for (j = 0; j < JOBS && strcmp(argv[i], jobs[j]->name) != 0; j++)
				;
			if (j == JOBS || in.job != NULL)
				return false;
			in.job = jobs[j];
		}
	}
	*ret = in;
	return in.job != NULL && in.config != NULL &&
	    (in.domain == DB_ATTEND || in.job == &job_deliver);
}

static enum rc
run_job(const struct args *in, const struct conf *conf)
{
	const char *path = in->domain == DB_AUTH ? conf->auth_db : conf->attend_db, *error = "";
	struct run r = { .conf = conf, .domain = in->domain, .any_hour = in->any_hour };
	struct tally *t = &r.tally;
	struct arena arena;
	enum rc rc;

	if ((rc = db_open(&r.db, path, in->domain, DB_WRITE, &error)) != RC_OK) {
		log_error("%s %s", path, error);
		return rc;
	}
	arena_init(&arena, MEMORY);
	r.arena = &arena;
	rc = in->job->run(&r);
	if (rc == RC_DB || rc == RC_UNKNOWN)
		log_error("%s: %s: %s", in->job->name, path, db_error(r.db));
	if (rc != RC_OK || t->queued + t->sent + t->deferred + t->failed + t->dropped > 0)
		log_info("%s: queued %lld, sent %lld, deferred %lld, failed %lld, dropped %lld: %s",
		    in->job->name, (long long)t->queued, (long long)t->sent, (long long)t->deferred,
		    (long long)t->failed, (long long)t->dropped, rc_title(rc, LANG_EN));
	net_smtp_close(r.smtp);
	db_close(r.db);
	arena_free(&arena);
	return rc;
}

int
main(int argc, char **argv)
{
	struct args in;
	struct conf conf;
	const char *error;

	log_name("chulcheck-notify");
	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list(), 0;
	if (argc == 2 && strcmp(argv[1], "--settings") == 0)
		return conf_print(stdout), 0;
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return puts(VERSION), 0;
	if (!parse(argc, argv, &in))
		return usage();
	if (conf_load(in.config, &conf, &error) != RC_OK) {
		log_error("%s", error);
		return rc_exit(RC_CONFIG);
	}
	if (clock_zone(conf.zone) != RC_OK) {
		log_error("the zone database does not know zone '%s'", conf.zone);
		return rc_exit(RC_CONFIG);
	}
	net_init();
	return rc_exit(run_job(&in, &conf));
}
