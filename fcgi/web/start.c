/* SPDX-License-Identifier: Apache-2.0 */
/* start.c - from the command line to a parent, a worker or a list. */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/log.h"
#include "base/process.h"
#include "web/fastcgi.h"
#include "web/parent.h"
#include "web/worker.h"

/* The program's path on disk, also after it was replaced there. */
static const char *
own_path(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0)
		abort();
	path[n] = '\0';
	return path;
}

static bool
is_listening(int fd)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) == 0 && yes;
}

static int
usage(const char *name)
{
	fprintf(stderr, "usage: spawn-fcgi -s SOCKET -- %s --config FILE\n"
	    "       %s --config FILE --check\n       %s --routes | --settings | --version\n",
	    name, name, name);
	return 64;
}

int
worker_main(const struct app *app, int argc, char **argv)
{
	const char *file = NULL, *mode = "", *error;
	struct conf conf;
	sigset_t hup;
	int i;

	/* Until there is somebody who can take a SIGHUP, it waits. */
	sigemptyset(&hup);
	sigaddset(&hup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hup, NULL);
	log_name(app->name);
	process_harden();
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			file = argv[++i];
		else
			mode = argv[i];
	}
	if (strcmp(mode, "--routes") == 0)
		return http_list(app), EXIT_SUCCESS;
	if (strcmp(mode, "--settings") == 0)
		return conf_print(stdout), EXIT_SUCCESS;
	if (strcmp(mode, "--version") == 0)
		return puts(VERSION), EXIT_SUCCESS;
	if (file == NULL || (*mode != '\0' && strcmp(mode, "--check") != 0 && strcmp(mode, "--serve") != 0))
		return usage(app->name);
	if (conf_load(file, &conf, &error) != RC_OK) {
		log_error("%s", error);
		return rc_exit(RC_CONFIG);
	}
	if (*mode != '\0')
		return worker_process(app, &conf, strcmp(mode, "--check") == 0);
	if (!is_listening(LISTEN_FD)) {
		log_error("standard input is not a listening socket; start it with spawn-fcgi");
		return usage(app->name);
	}
	return parent_run((char *[]){ (char *)(uintptr_t)own_path(), (char []){ "--config" },
	    (char *)(uintptr_t)file, (char []){ "--serve" }, NULL }, (int)conf.workers);
}
