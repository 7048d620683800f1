/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - the process that answers: request threads over libfcgi, one writer.
 *
 * Each thread waits with epoll for a connection on fd 0 (one thread is woken for each) or for
 * the stop event, so a stop can arrive only between requests. Signals are blocked in all
 * threads and taken by sigwait() in the main one: libfcgi never sees EINTR and never gets to
 * set its own shutdown flag, which would lose bodies or spin (traps FC-04, FC-05). A reply goes
 * out whole, last, with Content-Length, so that a worker's death is never a short success. */
#include "web/worker.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/net.h"
#include "base/process.h"
#include "db/db.h"
#include "db/writer.h"
#include "web/parent.h"

enum {
	LISTEN_FD = 0,
	REQUEST_MEMORY = 16 << 20,
	BODY_MAX = 64 << 10,
	STACK = 512 << 10,
	THREADS_MAX = 256
};

/* What all threads of a worker share. */
struct shared {
	const struct app *app;
	const struct conf *conf;
	void *domain;
	struct writer *writer;
	int stop_fd;             /* eventfd, readable for ever once it is time to stop */
	bool failed;             /* a commit failed: start afresh */
};

struct thread {
	pthread_t id;
	struct shared *shared;
	struct db *db;
};

static const char *
value_of(const char *entry, const char *name, size_t len)
{
	return strncmp(entry, name, len) == 0 && entry[len] == '=' ? entry + len + 1 : NULL;
}

/* One walk over the parameters that nginx sends. The first of two of a name wins. */
static void
read_params(struct req *r, char **envp, const char **ret_method, const char **ret_length)
{
	const struct { const char *name; size_t len; const char **to; } wanted[] = {
#define P(name, to) { name, sizeof(name) - 1, to }
		P("REQUEST_METHOD", ret_method),
		P("DOCUMENT_URI", &r->path),
		P("QUERY_STRING", &r->query),
		P("CONTENT_LENGTH", ret_length),
		P("CONTENT_TYPE", &r->content_type),
		P("REMOTE_ADDR", &r->remote_addr),
		P("HTTP_AUTHORIZATION", &r->authorization),
		P("HTTP_COOKIE", &r->cookie),
		P("HTTP_ACCEPT_LANGUAGE", &r->accept_language),
		P("HTTP_ORIGIN", &r->origin),
		P("HTTP_SEC_FETCH_SITE", &r->fetch_site),
		P("HTTP_REFERER", &r->referer),
		P("HTTP_ACCEPT", &r->accept),
		P("HTTP_USER_AGENT", &r->user_agent),
#undef P
	};
	const char *v;
	size_t i;

	for (; *envp != NULL; envp++)
		for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (*wanted[i].to == NULL &&
			    (v = value_of(*envp, wanted[i].name, wanted[i].len)) != NULL) {
				*wanted[i].to = v;
				break;
			}
}

static enum rc
read_body(struct req *r, FCGX_Request *f, const char *length)
{
	size_t want = 0;
	char *body;
	int got;

	for (; length != NULL && *length != '\0'; length++) {
		if (*length < '0' || *length > '9')
			return RC_INVALID;
		want = want * 10 + (size_t)(*length - '0');
		if (want > BODY_MAX)
			return RC_TOO_LARGE;
	}
	body = arena_alloc(r->arena, 1, want + 1);
	r->body = body;
	if (want == 0)
		return RC_OK;
	got = FCGX_GetStr(body, (int)want, f->in);
	/* An aborted or cut request looks like an empty or a short body: it must not act. */
	if (FCGX_GetError(f->in) != 0 || got < 0 || (size_t)got != want)
		return RC_INVALID;
	r->body_len = want;
	return RC_OK;
}

static void
send_reply(struct req *r, FCGX_Request *f)
{
	struct buf head = { .arena = r->arena };

	buf_str(&head, "Status: ");
	buf_int(&head, r->status);
	buf_str(&head, "\r\n");
	if (r->head_out.len > 0)
		buf_mem(&head, r->head_out.s, r->head_out.len);
	buf_str(&head, "Content-Length: ");
	buf_int(&head, (int64_t)r->body_out.len);
	buf_str(&head, "\r\n\r\n");
	FCGX_PutStr(head.s, (int)head.len, f->out);
	if (r->body_out.len > 0 && !r->head)
		FCGX_PutStr(r->body_out.s, (int)r->body_out.len, f->out);
}

static void
serve(struct thread *t, struct arena *a, FCGX_Request *f)
{
	struct shared *s = t->shared;
	const char *method = NULL, *length = NULL;
	struct req r = {
		.arena = a, .db = t->db, .writer = s->writer, .conf = s->conf, .app = s->app,
		.domain = s->domain, .method = METHOD_MAX, .status = 200,
		.head_out = { .arena = a }, .body_out = { .arena = a },
	};

	read_params(&r, f->envp, &method, &length);
	if (method != NULL) {
		r.head = strcmp(method, "HEAD") == 0;
		if (r.head || strcmp(method, "GET") == 0)
			r.method = GET;
		else if (strcmp(method, "POST") == 0)
			r.method = POST;
	}
	r.path = r.path == NULL ? "" : r.path;
	r.query = r.query == NULL ? "" : r.query;
	r.remote_addr = r.remote_addr == NULL ? "" : r.remote_addr;
	r.body = "";
	r.early = read_body(&r, f, length);
	http_dispatch(&r);
	send_reply(&r, f);
}

static void
stop_all(struct shared *s)
{
	uint64_t one = 1;

	if (write(s->stop_fd, &one, sizeof(one)) != sizeof(one))
		abort();
}

/* Waits for a connection. *ret_stop: it is time to stop, after the connection if there is one:
 * only this thread was woken for it (EPOLLEXCLUSIVE), nobody else would take it. */
static bool
wait_connection(int epoll, int stop_fd, bool *ret_stop)
{
	struct epoll_event ev[2];
	bool connection = false;
	int n, i;

	n = epoll_wait(epoll, ev, 2, -1);
	for (i = 0; i < n; i++)
		if (ev[i].data.fd == stop_fd)
			*ret_stop = true;
		else
			connection = true;
	return connection;
}

static int
open_epoll(int stop_fd)
{
	struct epoll_event in = { .events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = LISTEN_FD };
	struct epoll_event stop = { .events = EPOLLIN, .data.fd = stop_fd };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, LISTEN_FD, &in) != 0 ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, stop_fd, &stop) != 0)
		abort();
	return epoll;
}

static void *
thread_run(void *arg)
{
	struct thread *t = arg;
	struct shared *s = t->shared;
	int epoll = open_epoll(s->stop_fd), rc;
	bool stop = false;
	FCGX_Request f;
	struct arena a;

	arena_init(&a, REQUEST_MEMORY);
	FCGX_InitRequest(&f, LISTEN_FD, 0);
	while (!stop) {
		if (!wait_connection(epoll, s->stop_fd, &stop))
			continue;
		rc = FCGX_Accept_r(&f);
		if (rc == 0) {
			serve(t, &a, &f);
			FCGX_Finish_r(&f);
			arena_reset(&a);
			if (writer_broken(s->writer))
				stop_all(s);
		} else if (rc != -EAGAIN && rc != -EINTR && rc != -ECONNABORTED)
			usleep(50 * 1000);       /* out of files or memory: others may give back */
	}
	FCGX_Free(&f, 1);
	arena_free(&a);
	close(epoll);
	return NULL;
}

static const char *
db_path(const struct app *app, const struct conf *conf)
{
	return app->db == DB_AUTH ? conf->auth_db : conf->attend_db;
}

/* Opens what the worker needs. RC_CONFIG and the reason in the log. */
static enum rc
open_shared(struct shared *s, struct thread *threads)
{
	const char *error = "cannot be opened", *path = db_path(s->app, s->conf);
	struct db *db;
	int64_t i;
	enum rc rc;

	rc = db_open(&db, path, s->app->db, DB_WRITE, &error);
	if (rc == RC_OK)
		rc = writer_open(&s->writer, db);
	for (i = 0; i < s->conf->threads && rc == RC_OK; i++) {
		threads[i].shared = s;
		rc = db_open(&threads[i].db, path, s->app->db, DB_READ, &error);
	}
	if (rc != RC_OK) {
		log_error("%s %s", path, error);
		return rc;
	}
	rc = s->app->open(s->conf, &s->domain, &error);
	if (rc != RC_OK)
		log_error("%s", error);
	return rc;
}

static void
close_shared(struct shared *s, struct thread *threads)
{
	int64_t i;

	s->writer = writer_close(s->writer);
	for (i = 0; i < s->conf->threads; i++)
		threads[i].db = db_close(threads[i].db);
	if (s->domain != NULL)
		s->app->close(s->domain);
	if (s->stop_fd >= 0)
		close(s->stop_fd);
}

static void
start_threads(struct shared *s, struct thread *threads)
{
	pthread_attr_t attr;
	int64_t i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	for (i = 0; i < s->conf->threads; i++)
		if (pthread_create(&threads[i].id, &attr, thread_run, &threads[i]) != 0)
			abort();
	pthread_attr_destroy(&attr);
}

static int
worker_run(struct shared *s, struct thread *threads, const sigset_t *set)
{
	int64_t i;
	int sig;

	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "200", 1);
	FCGX_Init();
	fcntl(LISTEN_FD, F_SETFL, fcntl(LISTEN_FD, F_GETFL) | O_NONBLOCK);
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	start_threads(s, threads);
	if (write(READY_FD, "r", 1) == 1)
		close(READY_FD);
	do {
		struct timespec tick = { .tv_sec = 1 };

		sig = sigtimedwait(set, NULL, &tick);
	} while (sig != SIGTERM && sig != SIGINT && !writer_broken(s->writer));
	stop_all(s);
	for (i = 0; i < s->conf->threads; i++)
		pthread_join(threads[i].id, NULL);
	s->failed = writer_broken(s->writer);
	if (s->failed)
		log_error("a commit failed; look at disk space and the kernel's messages");
	return s->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int
worker_process(const struct app *app, const struct conf *conf, bool check)
{
	struct shared s = { .app = app, .conf = conf, .stop_fd = -1 };
	struct thread *threads = calloc(THREADS_MAX, sizeof(*threads));
	int code = rc_exit(RC_CONFIG);
	sigset_t set;

	if (threads == NULL)
		abort();
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	net_init();
	if (clock_zone(conf->zone) != RC_OK)
		log_error("the zone database does not know zone '%s'", conf->zone);
	else if (open_shared(&s, threads) == RC_OK)
		code = check ? EXIT_SUCCESS : worker_run(&s, threads, &set);
	close_shared(&s, threads);
	free(threads);
	return code;
}

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
	int i;

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
