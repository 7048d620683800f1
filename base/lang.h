#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* lang.h - the two languages that every text exists in. Korean is the default. */

enum lang { LANG_KO, LANG_EN, LANG_MAX };

/* From an Accept-Language value (RFC 9110 12.5.4, q-values honoured) or NULL. */
enum lang lang_accept(const char *header);

/* "ko" or "en", as in BCP 47. */
const char *lang_tag(enum lang);
