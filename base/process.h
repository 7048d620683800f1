#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* process.h - what every program does first for the secrets it will hold. */

/* No core file, and no other process of the same user may read this one's memory, environment or
 * descriptors. Lasts until the next exec. */
void process_harden(void);
