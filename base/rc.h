#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* rc.h - the one list of outcomes: what went wrong, and what the world sees.
 *
 * Every function that can fail returns one of these. Web workers, timer jobs and tests read
 * this list; nobody else maps an outcome to a status, an exit code or a text.
 *
 * Columns: name; HTTP status (RFC 9110); exit code (sysexits.h); the last part of the
 * problem's type (RFC 9457), stable for ever; title in Korean and in English. */
#include "base/lang.h"

#define RC_LIST(X) \
	X(OK,           200,  0, "ok",                  "성공", "OK") \
	X(INVALID,      400, 65, "invalid-request",     "요청이 올바르지 않습니다.", "The request is not valid.") \
	X(UNAUTH,       401, 77, "sign-in-required",    "로그인이 필요합니다.", "Please sign in.") \
	X(CREDENTIALS,  401, 77, "wrong-credentials",   "이메일 또는 비밀번호가 맞지 않습니다.", "The e-mail or the password is wrong.") \
	X(CODE,         401, 77, "code-required",       "인증 앱의 확인 코드 6자리가 필요합니다.", "A code of six digits from your authenticator app is needed.") \
	X(DENIED,       403, 77, "forbidden",           "권한이 없습니다.", "You may not do this.") \
	X(TERMS,        403, 77, "terms-changed",       "약관이 바뀌었습니다. 새 약관에 동의해 주세요.", "The terms have changed. Please accept them first.") \
	X(STALE_FORM,   403, 77, "stale-form",          "화면이 오래되었습니다. 새로고침 후 다시 시도해 주세요.", "This form has expired. Reload the page and try again.") \
	X(NOT_ELIGIBLE, 403, 77, "not-eligible",        "출석 이벤트 참여 대상이 아닙니다.", "You cannot join this event yet.") \
	X(NOTFOUND,     404, 66, "not-found",           "찾을 수 없습니다.", "Not found.") \
	X(NOT_REGISTERED, 404, 66, "not-registered",    "이메일 인증에 실패하셨습니다.", "This e-mail is not registered.") \
	X(NO_PURCHASE,  404, 66, "no-purchase",         "구매내역 인증에 실패하셨습니다.", "There is no purchase for this e-mail.") \
	X(METHOD,       405, 65, "method-not-allowed",  "허용되지 않는 요청 방식입니다.", "This method is not allowed here.") \
	X(CONFLICT,     409, 65, "conflict",            "이미 처리되었거나 다른 변경과 충돌합니다.", "This was done already or conflicts with another change.") \
	X(CLOSED,       409, 65, "campaign-closed",     "진행 중인 출석 이벤트가 없습니다.", "No attendance event is open now.") \
	X(NO_STOCK,     409, 65, "stock-too-low",       "재고보다 많이 뺄 수 없습니다.", "You cannot take more than the stock.") \
	X(TOO_LARGE,    413, 65, "too-large",           "요청이 너무 큽니다.", "The request is too large.") \
	X(MEDIA_TYPE,   415, 65, "media-type",          "지원하지 않는 형식입니다.", "This content type is not supported.") \
	X(TOO_MANY,     429, 75, "too-many-requests",   "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.", "Too many requests. Please try again shortly.") \
	X(DB,           500, 70, "internal",            "내부 오류가 발생했습니다.", "Something went wrong on our side.") \
	X(IO,           502, 74, "upstream",            "연결된 서비스에 문제가 있습니다.", "A service that we need failed.") \
	X(BUSY,         503, 75, "busy",                "지금은 요청이 많습니다. 잠시 후 다시 시도해 주세요.", "We are busy. Please try again shortly.") \
	X(UNKNOWN,      503, 75, "outcome-unknown",     "처리 결과를 확인하지 못했습니다. 다시 시도해 주세요.", "The outcome is not known. Please ask again.") \
	X(SHOP,         503, 75, "shop-unavailable",    "쇼핑몰 구매내역을 지금 확인할 수 없습니다. 잠시 후 다시 시도해 주세요.", "The shop's purchases cannot be read now. Please try again shortly.") \
	X(CLOCK,        503, 75, "clock",               "서버 시각을 확인하고 있습니다. 잠시 후 다시 시도해 주세요.", "The server's clock is being checked. Please try again shortly.") \
	X(CONFIG,       500, 78, "configuration",       "설정 오류입니다.", "The configuration is wrong.")

enum rc {
#define X(name, http, exit, slug, ko, en) RC_##name,
	RC_LIST(X)
#undef X
	RC_MAX
};

int rc_http(enum rc);                        /* HTTP status */
int rc_exit(enum rc);                        /* process exit code */
const char *rc_slug(enum rc);                /* "not-eligible" */
const char *rc_title(enum rc, enum lang);    /* one sentence, UTF-8 */
