#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* view.h - what the pages of the auth host show. */
#include <stdbool.h>

/* Around the content of each page. */
struct auth_view {
	const char *site;        /* the shop's name */
	const char *home;        /* address of the event host */
	const char *who;         /* name of who is signed in, or NULL */
	const char *csrf;        /* form token */
};

/* A row in the list of sign-ins. */
struct auth_sign_in {
	const char *sid;
	bool app, here;          /* the shop's app; this very browser */
	const char *agent, *address;
	const char *began, *seen;        /* "2026-11-23 09:30", local */
};
