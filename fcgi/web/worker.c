/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - the process that answers: request threads, one writer.
 *
 * A thread takes a connection, and its request either is answered at once or waits for the writer in
 * a slot of its own, while the thread goes on; whichever thread comes first answers it afterwards. So
 * a rush of check-ins needs as many slots as there are clients, but only a few threads, and a group
 * that was committed wakes no more of them than can run.
 *
 * With nothing to do a thread waits with epoll for a connection on fd 0 (one thread is woken for
 * each), for slots that the writer has finished, or for the stop event, so a stop can arrive only
 * between requests. Signals are blocked in all threads and taken by sigtimedwait() in the main one:
 * libfcgi never sees EINTR and never gets to set its own shutdown flag, which would lose bodies or
 * spin (traps FC-04, FC-05). FastCGI itself is in fastcgi.c, the command line in start.c. */
#include "web/worker.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/net.h"
#include "base/process.h"
#include "base/turn.h"
#include "db/db.h"
#include "db/readers.h"
#include "db/writer.h"
#include "web/fastcgi.h"
#include "web/parent.h"

enum {
	REQUEST_MEMORY = 16 << 20,
	STACK = 512 << 10,
	THREADS_MAX = 256,
	LATER_MAX = 256,         /* requests that wait for the writer at once; more wait in the socket */
	DRAIN_MS = 20,
	STUCK_TICKS = 90         /* longer than any request or transaction takes: a program's fault */
};

/* Somebody who works in rounds, as the main thread sees him at each tick; ticks: in one round. */
struct watched { unsigned rounds; int ticks; };

/* A request from its connection to its answer. */
struct slot {
	struct fastcgi *connection;
	struct arena a;
	struct req r;
	struct shared *shared;
	struct slot *next;
};

/* What all threads of a worker share. */
struct shared {
	const struct app *app;
	const struct conf *conf;
	void *domain;
	struct writer *writer;
	struct readers *readers;
	int stop_fd;             /* eventfd, readable for ever once it is time to stop */
	atomic_bool stop;        /* the same, for those who do not wait */
	bool failed;             /* a commit failed: start afresh */
	struct watched watched;  /* the writer, as the main thread sees it */

	pthread_mutex_t mutex;   /* guards what follows */
	int done_fd;             /* eventfd, readable while there are done slots */
	struct slot *done, **done_last;  /* the writer has finished with them; in order */
	struct slot *free;
	int slots;               /* made so far */
	int later;               /* with the writer, or done */
};

struct thread {
	pthread_t id;
	struct shared *shared;
	struct slot *slot;       /* for the next connection, or NULL */
	int epoll;
	bool stop, woken;        /* woken: there is a connection that nobody else was woken for */
	_Atomic unsigned rounds; /* odd: at work */
	struct watched watched;  /* the main thread's */
};

/* Runs the request of a slot; with r->then set it is for the writer now. */
static void
serve(struct slot *x)
{
	struct shared *s = x->shared;

	x->r = (struct req){
		.arena = &x->a, .db = readers_take(s->readers), .writer = s->writer, .conf = s->conf, .app = s->app,
		.domain = s->domain, .status = 200,
		.head_out = { .arena = &x->a }, .body_out = { .arena = &x->a },
	};
	fastcgi_read(x->connection, &x->r);
	http_dispatch(&x->r);
	readers_give(s->readers, x->r.db);
}

static void
stop_all(struct shared *s)
{
	uint64_t one = 1;

	s->stop = true;
	if (write(s->stop_fd, &one, sizeof(one)) != sizeof(one))
		abort();
}

/* The slot that waits longest for its answer, or NULL. */
static struct slot *
take_done(struct shared *s)
{
	struct slot *x;
	uint64_t n;

	pthread_mutex_lock(&s->mutex);
	x = s->done;
	if (x != NULL) {
		s->done = x->next;
		if (s->done == NULL) {
			s->done_last = &s->done;
			if (read(s->done_fd, &n, sizeof(n)) != sizeof(n))
				abort();
		}
	}
	pthread_mutex_unlock(&s->mutex);
	return x;
}

/* On the writer's thread. */
static void
put_done(struct write_job *job)
{
	struct slot *x = (struct slot *)((char *)job - offsetof(struct slot, r.job));
	struct shared *s = x->shared;
	uint64_t one = 1;

	pthread_mutex_lock(&s->mutex);
	x->next = NULL;
	if (s->done == NULL && write(s->done_fd, &one, sizeof(one)) != sizeof(one))
		abort();
	*s->done_last = x;
	s->done_last = &x->next;
	pthread_mutex_unlock(&s->mutex);
}

static struct slot *
make_slot(struct shared *s)
{
	struct slot *x = calloc(1, sizeof(*x));

	if (x == NULL)
		abort();
	x->shared = s;
	arena_init(&x->a, REQUEST_MEMORY);
	x->connection = fastcgi_new();
	return x;
}

/* NULL: as many requests are open as may be. */
static struct slot *
take_free(struct shared *s)
{
	struct slot *x;
	bool make;

	pthread_mutex_lock(&s->mutex);
	x = s->free;
	if (x != NULL)
		s->free = x->next;
	make = x == NULL && s->slots < LATER_MAX + s->conf->threads; /* a thread may sleep on one */
	if (make)
		s->slots++;
	pthread_mutex_unlock(&s->mutex);
	return make ? make_slot(s) : x;
}

static void
put_free(struct shared *s, struct slot *x, bool was_later)
{
	pthread_mutex_lock(&s->mutex);
	x->next = s->free;
	s->free = x;
	s->later -= was_later;
	pthread_mutex_unlock(&s->mutex);
}

static void
free_slots(struct shared *s)
{
	struct slot *x;

	while ((x = s->free) != NULL) {
		s->free = x->next;
		fastcgi_free(x->connection);
		arena_free(&x->a);
		free(x);
	}
}

static void
answer(struct slot *x)
{
	struct shared *s = x->shared;

	fastcgi_finish(x->connection, &x->r);
	arena_reset(&x->a);
	if (writer_broken(s->writer))
		stop_all(s);
}

/* Hands a slot to the writer, and with it every right to touch it. */
static void
submit(struct thread *t)
{
	struct shared *s = t->shared;
	struct slot *x = t->slot;

	t->slot = NULL;
	pthread_mutex_lock(&s->mutex);
	s->later++;
	pthread_mutex_unlock(&s->mutex);
	x->r.job.done = put_done;
	writer_submit(s->writer, &x->r.job);
}

/* Takes a connection, if there is one. */
static bool
accept_one(struct thread *t)
{
	t->woken = false;
	if ((t->slot == NULL && (t->slot = take_free(t->shared)) == NULL) ||
	    !fastcgi_accept(t->slot->connection))
		return false;
	serve(t->slot);
	if (t->slot->r.then != NULL)
		submit(t);
	else
		answer(t->slot);
	return true;
}

/* Builds and sends the answer of a slot that the writer has finished, if there is one. */
static bool
resume_one(struct thread *t)
{
	struct slot *x = take_done(t->shared);

	if (x == NULL)
		return false;
	x->r.db = readers_take(t->shared->readers);
	http_resume(&x->r);
	readers_give(t->shared->readers, x->r.db);
	answer(x);
	put_free(t->shared, x, true);
	return true;
}

static bool
any_later(struct shared *s)
{
	bool any;

	pthread_mutex_lock(&s->mutex);
	any = s->later > 0;
	pthread_mutex_unlock(&s->mutex);
	return any;
}

static void
watch(int epoll, int fd, uint32_t how)
{
	struct epoll_event ev = { .events = EPOLLIN | how, .data.fd = fd };

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		abort();
}

/* Waits until there is something to do. When it is time to stop, a connection is still taken if only
 * this thread was woken for it (EPOLLEXCLUSIVE): nobody else would take it. */
static void
wait_event(struct thread *t)
{
	struct pollfd done = { .fd = t->shared->done_fd, .events = POLLIN };
	struct epoll_event ev[3];
	int n, i;

	if (t->slot == NULL) {           /* no place for a connection: the next one is made by an answer */
		(void)poll(&done, 1, DRAIN_MS);
		return;
	}
	n = epoll_wait(t->epoll, ev, 3, t->stop ? DRAIN_MS : -1);
	for (i = 0; i < n; i++)
		if (ev[i].data.fd == t->shared->stop_fd) {
			t->stop = true;
			epoll_ctl(t->epoll, EPOLL_CTL_DEL, t->shared->stop_fd, NULL);
		} else if (ev[i].data.fd == LISTEN_FD)
			t->woken = true;
	if (t->stop)
		epoll_ctl(t->epoll, EPOLL_CTL_DEL, LISTEN_FD, NULL);
}

/* Under load the next piece of work is there already, so work comes first and waiting second, and
 * requests that are under way come before new ones. */
static void *
thread_run(void *arg)
{
	struct thread *t = arg;
	struct shared *s = t->shared;

	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (t->epoll < 0)
		abort();
	watch(t->epoll, LISTEN_FD, EPOLLEXCLUSIVE);
	watch(t->epoll, s->stop_fd, 0);
	watch(t->epoll, s->done_fd, 0);
	for (unsigned round = 1;; round += 2) {
		t->rounds = round;
		turn_take();
		if (resume_one(t) || ((!s->stop || t->woken) && accept_one(t)))
			continue;
		if (s->stop && !any_later(s))
			break;
		if (s->stop)             /* the main thread does it no more */
			writer_expire(s->writer);
		turn_rest();
		t->rounds = round + 1;
		wait_event(t);
	}
	turn_give();
	if (t->slot != NULL)
		put_free(s, t->slot, false);
	close(t->epoll);
	return NULL;
}

static const char *
db_path(const struct app *app, const struct conf *conf)
{
	return app->db == DB_AUTH ? conf->auth_db : conf->attend_db;
}

/* Opens what the worker needs. RC_CONFIG and the reason in the log. */
static enum rc
open_shared(struct shared *s)
{
	const char *error = "cannot be opened", *path = db_path(s->app, s->conf);
	struct db *db;
	enum rc rc;

	rc = db_open(&db, path, s->app->db, DB_WRITE, &error);
	if (rc == RC_OK && (rc = writer_open(&s->writer, db, path, WAL_LARGE)) != RC_OK)
		db_close(db);
	/* The writer's thread keeps a real-time priority, no other does. */
	if (rc == RC_OK && !process_not_urgent()) {
		log_error("real-time priority is for commits alone, but sched_setscheduler is refused: allow it, or start without");
		return RC_CONFIG;
	}
	if (rc == RC_OK)
		rc = readers_open(&s->readers, path, s->app->db, &error);
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
close_shared(struct shared *s)
{
	s->writer = writer_close(s->writer);
	s->readers = readers_close(s->readers);
	free_slots(s);
	if (s->domain != NULL)
		s->app->close(s->domain);
	if (s->done_fd >= 0)
		close(s->done_fd);
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
	for (i = 0; i < s->conf->threads; i++) {
		threads[i].shared = s;
		if (pthread_create(&threads[i].id, &attr, thread_run, &threads[i]) != 0)
			abort();
	}
	pthread_attr_destroy(&attr);
}

/* A turn for each processor, over all workers; two at least. More only took each other's locks. */
static int64_t
turns_of(const struct conf *conf)
{
	int64_t n = sysconf(_SC_NPROCESSORS_ONLN) / conf->workers;

	return n < 2 ? 2 : n;
}

static void
all_rest(void *writer)
{
	writer_hurry(writer);
}

static bool
is_stuck(struct watched *w, unsigned rounds)
{
	w->ticks = rounds % 2 && rounds == w->rounds ? w->ticks + 1 : 0;
	w->rounds = rounds;
	return w->ticks >= STUCK_TICKS;
}

/* At each tick: tells the parent that this worker goes on. It kills one that does not. */
static void
tell_alive(struct shared *s, struct thread *threads)
{
	bool stuck = is_stuck(&s->watched, writer_rounds(s->writer));
	int64_t i;

	for (i = 0; i < s->conf->threads; i++)
		stuck = is_stuck(&threads[i].watched, threads[i].rounds) || stuck;
	if (!stuck)
		(void)!write(ALIVE_FD, "a", 1);
}

static int
worker_run(struct shared *s, struct thread *threads, const sigset_t *set)
{
	int64_t i;
	int sig;

	turn_open((int)turns_of(s->conf), all_rest, s->writer);
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->stop_fd < 0 || s->done_fd < 0)
		abort();
	start_threads(s, threads);
	do {
		struct timespec tick = { .tv_sec = 1 };

		tell_alive(s, threads);
		sig = sigtimedwait(set, NULL, &tick);
		writer_expire(s->writer);
	} while (sig != SIGTERM && sig != SIGINT && !writer_broken(s->writer));
	stop_all(s);
	for (i = 0; i < s->conf->threads; i++)
		pthread_join(threads[i].id, NULL);
	s->failed = writer_broken(s->writer);
	if (s->failed)
		log_error("a commit failed; look at disk space and the kernel's messages");
	return s->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
worker_process(const struct app *app, const struct conf *conf, bool check)
{
	struct shared s = { .app = app, .conf = conf, .stop_fd = -1, .done_fd = -1,
		.mutex = PTHREAD_MUTEX_INITIALIZER };
	struct thread *threads = calloc(THREADS_MAX, sizeof(*threads));
	int code = rc_exit(RC_CONFIG);
	sigset_t set;

	s.done_last = &s.done;
	if (threads == NULL)
		abort();
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (!check)              /* sets the environment: before there are threads */
		fastcgi_open();
	net_init();
	net_local(conf->local_socket, conf->event_url, conf->auth_url);
	if (clock_zone(conf->zone) != RC_OK)
		log_error("the zone database does not know zone '%s'", conf->zone);
	else if (open_shared(&s) == RC_OK)
		code = check ? EXIT_SUCCESS : worker_run(&s, threads, &set);
	close_shared(&s);
	free(threads);
	return code;
}
