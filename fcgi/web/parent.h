#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* parent.h - the small process that keeps the workers alive: starts them by fork and exec,
 * replaces the dead, exchanges generations. It reads no request and opens no database. */

/* Runs until SIGTERM or SIGINT; returns the exit code. argv is what a worker is started with, argv[0] the path
 * of the program, NULL at the end. A worker writes one byte to fd ALIVE_FD, which does not block, when it can
 * serve, and one at least every ten seconds while it goes on. Tells systemd (service.h). */
enum { ALIVE_FD = 3 };
int parent_run(char *const argv[], int workers);
