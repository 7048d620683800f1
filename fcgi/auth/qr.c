/* SPDX-License-Identifier: Apache-2.0 */
/* qr.c - QR codes through libqrencode, the only file that knows it. The picture is part of the
 * page: no request, and no secret in an address. */
#include "qr.h"

#include <qrencode.h>

#include "base/arena.h"

enum { QUIET = 4 };

struct markup
qr_svg(struct arena *a, const char *text)
{
	QRcode *qr = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	struct buf o = { .arena = a };
	int x, y, from, size;

	if (qr == NULL)
		return (struct markup){ "" };
	size = qr->width + 2 * QUIET;
	buf_fmt(&o, "<svg class=\"qr\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"QR\" "
	    "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/>"
	    "<path fill=\"#000\" d=\"", size, size, size, size);
	for (y = 0; y < qr->width; y++)
		for (x = 0; x < qr->width; x++) {
			for (from = x; x < qr->width && (qr->data[y * qr->width + x] & 1); x++)
				;
			if (x > from)
				buf_fmt(&o, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
		}
	buf_str(&o, "\"/></svg>");
	QRcode_free(qr);
	return (struct markup){ o.s };
}
