#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - what a program does first for the secrets it will hold, and how urgent its threads are. */
#include <stdbool.h>

/* No core file, and no other process of the same user may read this one's memory, environment or
 * descriptors. Lasts until the next exec. */
void process_harden(void);

/* A thread that began with a real-time priority (chrt(1), systemd.exec(5)) goes on like any other, and so do
 * those that it starts from then on. Without such a priority: nothing. False: the kernel does not let it. */
bool process_not_urgent(void);
