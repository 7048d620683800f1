#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* worker.h - a domain's process: one parent, n workers on one socket, threads in each.
 *
 * spawn-fcgi opens the socket and hands it over as fd 0, so no code here binds, chowns or
 * daemonizes. The parent opens no database and reads no request. It starts the workers by
 * fork and exec of its own path, replaces dead ones, and
 *   SIGHUP          starts a new generation (also of a new binary), waits until it is ready,
 *                   then lets the old one finish its requests;
 *   SIGTERM, SIGINT lets all finish, then exits 0. */
#include "web/http.h"

/* Arguments: --config FILE (needed), --routes, --settings, --check (open everything, exit). */
int worker_main(const struct app *, int argc, char **argv);

/* A worker itself, until it is told to stop; its exit status. check: only opens everything. */
int worker_process(const struct app *, const struct conf *, bool check);
