#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* net.h - requests to other servers: the only file that knows libcurl.
 *
 * No proxy, no redirects, no signals; http and https only for net_get and net_post, smtp and
 * smtps only for net_mail. TLS certificates are always verified: against those in the file ca
 * and no others, or, when it is empty, against the system's. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct arena;

void net_init(void);                         /* once per process, before threads */

/* Requests to these two hosts (URLs without a path) go to a Unix socket, without TLS: a server of this machine
 * listens there for them. Once, before threads; the texts stay. socket "": to their addresses, as all others. */
void net_local(const char *socket, const char *host, const char *other);

/* POSTs a form to url. user/password NULL: no authentication, else HTTP Basic (RFC 7617).
 * timeout_ms for the whole exchange; a reply over 256 KiB fails. RC_IO: no usable reply.
 * RC_CONFIG: http to another machine, which would show the password.
 * RC_OK for every HTTP status: *ret_status, *ret_body (NUL-terminated, in the arena). */
[[nodiscard]] enum rc net_post(struct arena *, const char *url, const char *ca,
    const char *user, const char *password, const char *form, int64_t timeout_ms,
    int *ret_status, const char **ret_body);

/* The same for a text of a type. bearer: a token (RFC 6750), or NULL. */
struct net_push {
	const char *url, *type, *text, *bearer;
	int64_t timeout_ms;
};
[[nodiscard]] enum rc net_push(struct arena *, const struct net_push *, int *ret_status,
    const char **ret_body);

struct net_get {
	const char *url, *ca;
	const char *bearer;              /* token (RFC 6750), or NULL */
	int64_t timeout_ms;              /* for the whole exchange */
	size_t max;                      /* bytes of the body; a longer one fails */
	bool http_here;                  /* http is fine too, to this machine */
	const _Atomic bool *stop;        /* ends the exchange once true, or NULL */
};
struct net_reply {
	int status;
	const char *body;                /* NUL-terminated */
	const char *why;                 /* unless RC_OK: a line for the log */
};

/* Fetches a document. As net_post(); RC_CONFIG for everything but https, unless http_here. */
[[nodiscard]] enum rc net_get(struct arena *, const struct net_get *, struct net_reply *ret);

/* Percent-encodes for a query or a form (RFC 3986 unreserved kept). */
char *net_escape(struct arena *, const char *);

/* A connection to a mail relay, kept for many mails. url: smtp:// or smtps:// with host and port,
 * nothing else; helo: our own domain. Without require_tls only for a relay on this machine, else
 * RC_CONFIG. */
struct net_smtp;
[[nodiscard]] enum rc net_smtp_open(struct net_smtp **ret, const char *url, const char *helo,
    const char *user, const char *password, int require_tls);
struct net_smtp *net_smtp_close(struct net_smtp *);

/* Outcome of one mail. SENT: the relay took it (250). RETRY: it said 4xx to this mail, or fell
 * silent over it. REFUSED: it said 5xx to this mail. DOWN: it was not reached, or would not let
 * us in: nothing is known about this mail. AMBIGUOUS: lost after the data went out; send again
 * under the same Message-ID. *ret_why is a line for the log, in the arena. */
enum net_mail { MAIL_SENT, MAIL_RETRY, MAIL_REFUSED, MAIL_DOWN, MAIL_AMBIGUOUS };

/* The longest that one net_mail_send() takes: two connections, each ended politely. */
enum { NET_MAIL_WORST_MS = 200000 };

/* One recipient, one complete RFC 5322 message with CRLF line ends. from and to must pass
 * str_email(), else MAIL_REFUSED. */
enum net_mail net_mail_send(struct net_smtp *, struct arena *, const char *from, const char *to,
    const char *message, const char **ret_why);
