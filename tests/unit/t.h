#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* t.h - the whole harness: CHECK() counts and tells, DONE() sums up and is main's exit status. */
#include <stdio.h>
static int t_count, t_failed;
#define CHECK(x) do { t_count++; if (!(x)) { t_failed++; printf("not ok - %s:%d: %s\n", __FILE__, __LINE__, #x); } } while (0)
#define DONE() (printf("%s: %d passed, %d failed\n", __FILE__, t_count - t_failed, t_failed), t_failed != 0)
