#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* service.h - what a program tells systemd about itself (sd_notify(3), the protocol of NOTIFY_SOCKET). */

/* state: lines such as "READY=1", "RELOADING=1", "STOPPING=1" or "WATCHDOG=1". Where nobody wants to be told,
 * or cannot be reached, nothing happens: systemd then acts as if it had not been told. */
void service_tell(const char *state);
