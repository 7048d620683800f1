#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* turn.h - how many threads of a process compute at once. Threads wait for the disk and for other
 * machines most of the time, so there are many of them; but when more of them compute than there are
 * processors, they only take locks and caches away from each other. So a thread takes a turn before it
 * begins, and gives it to the next one when it is about to wait for the disk or for another machine. Its
 * own socket it reads and writes with the turn: nginx sends requests whole and takes answers at once. */

/* n turns for this process; before that, and with 0, nobody waits. Once, before threads start. */
void turn_open(int n);

/* Waits for a turn; a thread that has one keeps it. */
void turn_take(void);

/* Lets the next one go on. Without a turn: nothing. It is not taken back when the wait is over, for
 * the request is nearly done then. */
void turn_give(void);
