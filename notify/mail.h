#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* mail.h - one message as text (RFC 5322, RFC 2045, RFC 2047). */
#include <stdint.h>

#include "base/rc.h"

struct arena;

/* All text is UTF-8. headers: further lines "Name: value\n", ASCII. body: lines end in \n. */
struct mail {
	const char *from_name, *from, *to, *subject, *message_id, *headers, *body;
	int64_t at_ms;
};

/* The whole message with CRLF. RC_INVALID: an address that is none, or a control character in
 * a header. */
[[nodiscard]] enum rc mail_text(struct arena *, const struct mail *, const char **ret);
