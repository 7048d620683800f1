/* SPDX-License-Identifier: Apache-2.0 */
/* t_turn.c - no more threads run at once than there are turns, and whoever waits lets others run. */
#include "t.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/turn.h"

enum { TURNS = 2, THREADS = 8, EACH = 50 };

static atomic_int running, most, passed;
static sem_t answer;

static void
enter(void)
{
	int now = ++running, seen = most;

	while (now > seen && !atomic_compare_exchange_weak(&most, &seen, now))
		;
}

static void *
work(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < EACH; i++) {
		turn_take();
		turn_take();             /* one is enough */
		enter();
		usleep(50);
		running--;
		turn_give();
		turn_give();             /* there is none to give */
	}
	return NULL;
}

/* Holds no turn while it waits. */
static void *
wait_long(void *arg)
{
	(void)arg;
	turn_take();
	turn_give();
	sem_wait(&answer);
	passed++;
	return NULL;
}

int
main(void)
{
	pthread_t threads[THREADS];
	int i;

	turn_take();                     /* before they are opened nobody waits */
	turn_take();
	turn_give();
	turn_open(TURNS);
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK(most == TURNS);
	sem_init(&answer, 0, 0);
	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, wait_long, NULL);
	turn_take();                     /* all of them wait, and yet there is one */
	CHECK(passed == 0);
	for (i = 0; i < THREADS; i++)
		sem_post(&answer);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	CHECK(passed == THREADS);
	turn_give();
	return DONE();
}
