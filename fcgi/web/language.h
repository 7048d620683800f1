#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* language.h - which language an answer is in, and the link that changes it, on both hosts. */
#include "web/http.h"

/* By cookie "lang", else Accept-Language, else Korean. */
enum lang language_of(struct req *);

/* GET /lang/{lang}?next=/path */
extern const struct route language_routes[];
