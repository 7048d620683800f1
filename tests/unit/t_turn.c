/* SPDX-License-Identifier: Apache-2.0 */
/* t_turn.c - no more threads run at once than there are turns, whoever waits lets others run, and the last
 * one that computed says so when it stops. */
#include "t.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/turn.h"

enum { TURNS = 2, THREADS = 8, EACH = 50 };

static atomic_int running, most, passed, rests;
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

static void
rest(void *arg)
{
	++*(atomic_int *)arg;
}

static void *
take_rest_give(void *arg)
{
	turn_take();
	turn_rest();
	turn_give();
	return arg;
}

static void
resting(void)
{
	int before = rests;
	pthread_t other;

	CHECK(before > 0 && turn_busy() == 0);
	turn_take();
	turn_take();
	CHECK(turn_busy() == 1);
	pthread_create(&other, NULL, take_rest_give, NULL);
	pthread_join(other, NULL);
	CHECK(turn_busy() == 1 && rests == before);      /* it was not the last */
	turn_rest();
	turn_rest();
	CHECK(turn_busy() == 0 && rests == before + 1);
	turn_take();                     /* it was kept */
	CHECK(turn_busy() == 1);
	turn_give();
	turn_give();
	CHECK(turn_busy() == 0 && rests == before + 2);
}

int
main(void)
{
	pthread_t threads[THREADS];
	int i;

	turn_take();                     /* before they are opened nobody waits */
	turn_take();
	turn_give();
	turn_rest();
	CHECK(turn_busy() == 0);
	turn_open(TURNS, rest, &rests);
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
	resting();
	return DONE();
}
