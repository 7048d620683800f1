/* SPDX-License-Identifier: Apache-2.0 */
/* main.c - chulcheck-notify: one job, then exit. The jobs are a table; each is one file.
 *
 * SIGTERM and SIGINT are blocked and looked at between two mails (run_is_over()), so that none is
 * cut in the middle. SIGALRM ends a run that is stuck; what it held goes out in a later one. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/net.h"
#include "base/process.h"
#include "base/str.h"
#include "notify.h"

enum { MEMORY = 64 << 20 };

static const struct job *const jobs[] = { &job_reminder, &job_stock_alert, &job_deliver,
    &job_standing };
enum { JOBS = sizeof(jobs) / sizeof(jobs[0]) };

static const char usage_text[] =
    "usage: chulcheck-notify JOB --config FILE [--domain auth|attend] [--any-hour] [--quiet]\n"
    "       chulcheck-notify --list | --timers | --settings | --version\n"
    "  --domain    whose outbox the job deliver empties (default: attend)\n"
    "  --any-hour  reminders also outside the hours of the settings\n"
    "  --quiet     no summary when there was nothing to do\n"
    "jobs:\n";

struct args {
	const struct job *job;
	const char *config;
	enum db_domain domain;
	bool any_hour, quiet;
};

static int
usage(FILE *f, int code)
{
	size_t i;

	fputs(usage_text, f);
	for (i = 0; i < JOBS; i++)
		fprintf(f, "  %-12s%s\n", jobs[i]->name, jobs[i]->help);
	return code;
}

/* name, calendar, seconds of timeout, what it does */
static void
list(void)
{
	size_t i;

	for (i = 0; i < JOBS; i++)
		printf("%s\t%s\t%d\t%s\n", jobs[i]->name, jobs[i]->calendar, jobs[i]->timeout_s,
		    jobs[i]->help);
}

static bool
set_job(struct args *in, const char *name)
{
	size_t i;

	for (i = 0; i < JOBS && strcmp(name, jobs[i]->name) != 0; i++)
		;
	if (i == JOBS || in->job != NULL)
		return false;
	in->job = jobs[i];
	return true;
}

static bool
set_domain(struct args *in, const char *name)
{
	in->domain = strcmp(name, "auth") == 0 ? DB_AUTH : DB_ATTEND;
	return in->domain == DB_AUTH || strcmp(name, "attend") == 0;
}

static bool
parse(int argc, char **argv, struct args *ret)
{
	struct args in = { .domain = DB_ATTEND };
	bool good = true;
	int i;

	for (i = 1; i < argc && good; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			in.config = argv[++i];
		else if (strcmp(argv[i], "--domain") == 0 && i + 1 < argc)
			good = set_domain(&in, argv[++i]);
		else if (strcmp(argv[i], "--any-hour") == 0)
			in.any_hour = true;
		else if (strcmp(argv[i], "--quiet") == 0)
			in.quiet = true;
		else
			good = set_job(&in, argv[i]);
	}
	*ret = in;
	return good && in.job != NULL && in.config != NULL &&
	    (in.domain == DB_ATTEND || in.job == &job_deliver);
}

/* Settings that only this program uses, or that it must be stricter about. */
static enum rc
check(const struct conf *c)
{
	if (clock_zone(c->zone) != RC_OK)
		log_error("zone: the zone database does not know '%s'", c->zone);
	else if (!str_email(c->mail_from))
		log_error("mail_from: '%s' is no address of the form name@example.kr", c->mail_from);
	else if (strcmp(c->smtp_tls, "require") != 0 && strcmp(c->smtp_tls, "none") != 0)
		log_error("smtp_tls: '%s' is neither require nor none", c->smtp_tls);
	else
		return RC_OK;
	return RC_CONFIG;
}

static void
block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

bool
run_is_over(const struct run *r)
{
	sigset_t set;

	return clock_mono_ms() >= r->deadline_ms || (sigpending(&set) == 0 &&
	    (sigismember(&set, SIGTERM) || sigismember(&set, SIGINT)));
}

static void
summary(const struct args *in, const struct tally *t, enum rc rc)
{
	bool idle = t->queued + t->sent + t->deferred + t->failed + t->dropped == 0;

	if (rc == RC_OK && idle && in->quiet)
		return;
	log_info("%s: queued %lld, sent %lld, deferred %lld, failed %lld, dropped %lld%s%s",
	    in->job->name, (long long)t->queued, (long long)t->sent, (long long)t->deferred,
	    (long long)t->failed, (long long)t->dropped, rc == RC_OK ? "" : ": ", rc == RC_OK ? "" :
	    rc == RC_BUSY ? "some are left for a later run" : rc_title(rc, LANG_EN));
}

static enum rc
run_job(const struct args *in, const struct conf *conf)
{
	const char *path = in->domain == DB_AUTH ? conf->auth_db : conf->attend_db, *error = "";
	int64_t own_ms = in->job->timeout_s * (int64_t)1000 - NET_MAIL_WORST_MS;
	struct run r = { .conf = conf, .domain = in->domain, .any_hour = in->any_hour,
	    .deadline_ms = clock_mono_ms() + own_ms };
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
	summary(in, &r.tally, rc);
	net_smtp_close(r.smtp);
	db_close(r.db);
	arena_free(&arena);
	return rc;
}

int
main(int argc, char **argv)
{
	const char *option = argc == 2 ? argv[1] : "", *error;
	struct args in;
	struct conf conf;

	log_name("chulcheck-notify");
	process_harden();
	if (strcmp(option, "--list") == 0)
		return list(), 0;
	if (strcmp(option, "--timers") == 0)
		return timers_print(), 0;
	if (strcmp(option, "--settings") == 0)
		return conf_print(stdout), 0;
	if (strcmp(option, "--version") == 0)
		return puts(VERSION), 0;
	if (strcmp(option, "--help") == 0)
		return usage(stdout, 0);
	if (!parse(argc, argv, &in))
		return usage(stderr, 64);
	block_signals();
	alarm((unsigned)in.job->timeout_s);
	if (conf_load(in.config, &conf, &error) != RC_OK) {
		log_error("%s", error);
		return rc_exit(RC_CONFIG);
	}
	if (check(&conf) != RC_OK)
		return rc_exit(RC_CONFIG);
	net_init();
	net_local(conf.local_socket, conf.event_url, conf.auth_url);
	return rc_exit(run_job(&in, &conf));
}
