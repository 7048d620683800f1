/* SPDX-License-Identifier: Apache-2.0 */
/* parent.c - starts, watches and exchanges the workers of a domain.
 *
 * All signals are taken one after the other by sigtimedwait(), so nothing here runs inside a
 * handler. A generation is the set of workers started from one reading of the program on disk:
 * SIGHUP starts a new one, and only when each of its workers has said that it can serve is the
 * old one asked to finish (SIGTERM). If the new one fails, the old one goes on. A worker that
 * dies is replaced at once; after QUICK_MAX short lives in a row, one a second. One that has not said for
 * SILENT_TICKS that it goes on is killed, and so dies; what is counted are the parent's own ticks, for clocks
 * go on while a machine is suspended. systemd in turn is told at each tick that the parent goes on. */
#include "web/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/service.h"

enum { CHILDREN_MAX = 256, READY_MS = 15000, STOP_MS = 30000, SHORT_LIFE_MS = 1000, QUICK_MAX = 20, SILENT_TICKS = 30 };

struct child {
	pid_t pid;               /* 0: free place */
	int generation;
	int64_t started_ms;
	int alive;               /* a pipe: readable when it has said that it serves, or goes on */
	int silent;              /* ticks since then */
};

struct parent {
	char *const *argv;
	int workers, generation, newest;         /* numbers of generations are not used again */
	int64_t kill_ms;         /* when what is left of older generations is killed; 0: nothing is */
	struct child children[CHILDREN_MAX];
	int missing;             /* workers of this generation to start at retry_ms */
	int quick;               /* short lives in a row */
	int64_t retry_ms;
};

static _Noreturn void
become_worker(char *const argv[], int alive, pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	if (alive == ALIVE_FD)
		fcntl(alive, F_SETFD, 0);
	else
		dup2(alive, ALIVE_FD);
	execv(argv[0], argv);
	_exit(127);
}

static bool
start(struct parent *p)
{
	pid_t self = getpid(), pid = -1;
	int fds[2], i;

	for (i = 0; i < CHILDREN_MAX && p->children[i].pid != 0; i++)
		;
	if (i == CHILDREN_MAX || pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	pid = fork();
	if (pid == 0)
		become_worker(p->argv, fds[1], self);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return false;
	}
	p->children[i] = (struct child){ pid, p->generation, clock_mono_ms(), .alive = fds[0] };
	return true;
}

static bool
wait_ready(int fd, int64_t deadline)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t left = deadline - clock_mono_ms();
	char byte;

	return left > 0 && poll(&pfd, 1, (int)left) == 1 && read(fd, &byte, 1) == 1;
}

static void
signal_generation(struct parent *p, int generation, int sig)
{
	int i;

	for (i = 0; i < CHILDREN_MAX; i++)
		if (p->children[i].pid != 0 && p->children[i].generation == generation)
			kill(p->children[i].pid, sig);
}

/* Starts all workers of the current generation; true when each of them can serve. */
static bool
start_generation(struct parent *p)
{
	int64_t deadline = clock_mono_ms() + READY_MS;
	bool ok = true;
	int i;

	for (i = 0; i < p->workers && ok; i++)
		ok = start(p);
	for (i = 0; i < CHILDREN_MAX && ok; i++)
		if (p->children[i].pid != 0 && p->children[i].generation == p->generation)
			ok = wait_ready(p->children[i].alive, deadline);
	return ok;
}

static void
exchange(struct parent *p)
{
	int old = p->generation;
	bool ok;

	service_tell("RELOADING=1");
	p->generation = ++p->newest;
	ok = start_generation(p);
	service_tell("READY=1");
	if (ok) {
		signal_generation(p, old, SIGTERM);
		p->kill_ms = clock_mono_ms() + STOP_MS;
		p->missing = 0;
		log_info("generation %d serves, the one before finishes", p->generation);
		return;
	}
	signal_generation(p, p->generation, SIGKILL);
	p->generation = old;
	log_error("the new workers did not start; the old ones go on. Look for their message above");
}

/* Takes note of the dead; those of this generation are to be replaced. */
static void
reap(struct parent *p, bool stopping)
{
	int status, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		struct child dead = { 0 };

		for (i = 0; i < CHILDREN_MAX; i++)
			if (p->children[i].pid == pid) {
				dead = p->children[i];
				close(dead.alive);
				p->children[i].pid = 0;
			}
		if (dead.pid == 0 || stopping || dead.generation != p->generation)
			continue;
		log_error("worker %d ended (%s %d); another takes its place", (int)pid,
		    WIFSIGNALED(status) ? "signal" : "exit",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		p->missing++;
		p->quick = clock_mono_ms() - dead.started_ms < SHORT_LIFE_MS ? p->quick + 1 : 0;
		p->retry_ms = clock_mono_ms() + (p->quick > QUICK_MAX ? SHORT_LIFE_MS : 0);
	}
}

static void
replace_missing(struct parent *p)
{
	while (p->missing > 0 && clock_mono_ms() >= p->retry_ms) {
		if (!start(p)) {
			p->retry_ms = clock_mono_ms() + SHORT_LIFE_MS;
			return;
		}
		p->missing--;    /* nobody waits for it: the socket keeps the requests until it serves */
	}
}

/* At a tick: workers of this generation say that they go on, or are killed; of an older one kill_overdue() sees. */
static void
kill_silent(struct parent *p)
{
	struct child *x;
	char said[64];

	for (x = p->children; x < p->children + CHILDREN_MAX; x++) {
		if (x->pid == 0 || x->generation != p->generation)
			continue;
		x->silent = read(x->alive, said, sizeof(said)) > 0 ? 0 : x->silent + 1;
		if (x->silent != SILENT_TICKS)
			continue;
		log_error("worker %d does not go on and is killed; if that happens again, what hinders it stands in the "
		    "kernel's messages, or the program is at fault", (int)x->pid);
		kill(x->pid, SIGKILL);
	}
}

/* An old generation that cannot finish, because something holds it, is not kept for ever. */
static void
kill_overdue(struct parent *p)
{
	int i;

	if (p->kill_ms == 0 || clock_mono_ms() < p->kill_ms)
		return;
	p->kill_ms = 0;
	for (i = 0; i < CHILDREN_MAX; i++)
		if (p->children[i].pid != 0 && p->children[i].generation != p->generation) {
			log_error("worker %d did not finish in time and is killed", (int)p->children[i].pid);
			kill(p->children[i].pid, SIGKILL);
		}
}

static bool
any_left(const struct parent *p)
{
	int i;

	for (i = 0; i < CHILDREN_MAX; i++)
		if (p->children[i].pid != 0)
			return true;
	return false;
}

static void
send_all(struct parent *p, int sig)
{
	int i;

	for (i = 0; i < CHILDREN_MAX; i++)
		if (p->children[i].pid != 0)
			kill(p->children[i].pid, sig);
}

static void
finish(struct parent *p, const sigset_t *set)
{
	int64_t deadline = clock_mono_ms() + STOP_MS;
	struct timespec wait = { .tv_nsec = 200 * 1000 * 1000 };

	service_tell("STOPPING=1");
	send_all(p, SIGTERM);
	for (reap(p, true); any_left(p); reap(p, true)) {
		if (clock_mono_ms() > deadline)
			send_all(p, SIGKILL);
		sigtimedwait(set, NULL, &wait);
	}
}

int
parent_run(char *const argv[], int workers)
{
	static struct parent parent;     /* 8 KiB of children: too much for a stack frame's taste */
	struct parent *p = &parent;
	struct timespec tick = { .tv_sec = 1 };
	sigset_t set;
	int sig;

	*p = (struct parent){ .argv = argv, .workers = workers };
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (!start_generation(p)) {
		log_error("the workers did not start");
		finish(p, &set);
		return 78;
	}
	service_tell("READY=1");
	log_info("%d workers serve", workers);
	for (;;) {
		sig = sigtimedwait(&set, NULL, &tick);
		if (sig == SIGTERM || sig == SIGINT)
			break;
		if (sig == SIGHUP)
			exchange(p);
		reap(p, false);
		replace_missing(p);
		kill_overdue(p);
		if (sig < 0)             /* the tick */
			kill_silent(p);
		service_tell("WATCHDOG=1");
	}
	finish(p, &set);
	log_info("all workers have finished");
	return 0;
}
