#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* log.h - lines for the journal, on standard error.
 *
 * One line per event, at most 1,000 bytes, control characters replaced; under systemd
 * (JOURNAL_STREAM) each begins with its priority as in sd-daemon(3). Never pass a secret. */

enum log_level { LEVEL_ERROR, LEVEL_WARN, LEVEL_INFO };

void log_name(const char *program);          /* once, in main */
void log_line(enum log_level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LEVEL_INFO, __VA_ARGS__)
