#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* fastcgi.h - requests and replies over libfcgi, of which nothing else knows.
 *
 * A struct fastcgi takes one request after the other from the listening socket, fd 0, and belongs to
 * one thread at a time. Texts of a request are its memory, until fastcgi_finish(). */
#include <stdbool.h>

#include "web/http.h"

enum { LISTEN_FD = 0 };          /* as spawn-fcgi leaves it */

struct fastcgi;

/* Once per process, before the first of them is made; the socket does not block from then on. */
void fastcgi_open(void);

struct fastcgi *fastcgi_new(void);
struct fastcgi *fastcgi_free(struct fastcgi *);

/* Takes a connection with its request. False: there is none now. */
bool fastcgi_accept(struct fastcgi *);

/* Fills in what the request says, r->early included; r->arena is set and all else 0. */
void fastcgi_read(struct fastcgi *, struct req *);

/* Sends the whole reply, and closes the connection. */
void fastcgi_finish(struct fastcgi *, const struct req *);
