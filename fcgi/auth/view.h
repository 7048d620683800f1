#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* view.h - what each page of the auth host shows around its content. */

struct auth_view {
	const char *site;        /* the shop's name */
	const char *home;        /* address of the event host */
	const char *who;         /* name of who is signed in, or NULL */
	const char *csrf;        /* form token */
};
