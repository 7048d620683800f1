#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* file.h - a small file as a text. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct arena;

/* The whole file, NUL-terminated, or NULL: not there, not readable, longer than max bytes. */
const char *file_read(struct arena *, const char *path, size_t max);

/* Makes or replaces a file, whole or not at all: a temporary one beside it is written, synced and renamed. Its mode
 * is as given, whatever the umask. False, with errno: it is as it was. */
bool file_replace(struct arena *, const char *path, const char *text, mode_t);
