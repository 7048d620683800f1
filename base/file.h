#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* file.h - a small file as a text. */
#include <stddef.h>

struct arena;

/* The whole file, NUL-terminated, or NULL: not there, not readable, longer than max bytes. */
const char *file_read(struct arena *, const char *path, size_t max);
