#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* turn.h - how many threads of a process compute at once. Threads wait for the disk and for other
 * machines most of the time, so there are many of them; but when more of them compute than there are
 * processors, they only take locks and caches away from each other. So a thread takes a turn before it
 * begins, and gives it to the next one when it is about to wait for the disk or for another machine. Its
 * own socket it reads and writes with the turn: nginx sends requests whole and takes answers at once. */

/* n turns for this process; before that, and with 0, nobody waits. Once, before threads start.
 * all_rest is called by the last thread that computed, when it stops; NULL: nothing is. */
void turn_open(int n, void (*all_rest)(void *), void *arg);

/* Waits for a turn; a thread that has one keeps it. */
void turn_take(void);

/* Keeps the turn, but has nothing to do until the next turn_take(). */
void turn_rest(void);

/* How many threads compute: they have a turn and do not rest. */
int turn_busy(void);

/* Lets the next one go on. Without a turn: nothing. It is not taken back when the wait is over, for
 * the request is nearly done then. */
void turn_give(void);
