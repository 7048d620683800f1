#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* qr.h - a text as a QR code (ISO/IEC 18004) to be scanned from a page. */
#include "web/html.h"

/* An <svg> with quiet zone, black on white in every colour scheme. Empty markup if the text is too
 * long: it is also shown as text. */
struct markup qr_svg(struct arena *, const char *text);
