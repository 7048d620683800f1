#pragma once
/* SPDX-License-Identifier: Apache-2.0 */
/* conf_list.h - the table of settings: one row each.
 *
 * Columns: type, name, default, lo, hi, help. An empty default of a SECRET means "not set";
 * its lo is the least length in bytes. */
#define CONF_LIST(X) \
	X(TEXT,   site_name,     "출첵", 0, 0, "name of the shop, shown on pages and in mails") \
	X(TEXT,   event_url,     "http://event.localhost:8080", 0, 0, "public address of the event host, no trailing slash; https makes cookies Secure") \
	X(TEXT,   auth_url,      "http://auth.localhost:8080", 0, 0, "public address of the auth host; also the issuer of its tokens") \
	X(TEXT,   local_socket,  "", 0, 0, "Unix socket of a server on this machine (nginx) that answers for event_url and auth_url without TLS; what the hosts ask of each other then needs no network; empty: their addresses") \
	X(TEXT,   audience,      "chulcheck", 0, 0, "audience (aud) that access tokens must name") \
	X(TEXT,   client_id,     "chulcheck-attend", 0, 0, "client id of the event host at the identity provider") \
	X(SECRET, client_secret, "", 0, 0, "file with the client secret of the event host") \
	X(TEXT,   issuer,        "", 0, 0, "issuer of the customers' tokens, as their provider spells it; empty: auth_url; another issuer is a provider in place of the auth host, https only; event host and auth host (GET /v1/standing) both need this and what follows") \
	X(TEXT,   provider_cache, "", 0, 0, "folder where discovery and public keys of another provider are kept, so that it may be away; empty: the folder provider beside the program's database") \
	X(TEXT,   provider_ca,   "", 0, 0, "file with the certificates (PEM) that another provider's server is checked against; empty: the system's") \
	X(TEXT,   provider_scope, "openid email profile", 0, 0, "scope that the event host asks for at sign-in") \
	X(TEXT,   token_typ,     "at+jwt", 0, 0, "typ in the header of access tokens of another provider: at+jwt (RFC 9068), JWT (Keycloak), or any (Cognito sends none)") \
	X(TEXT,   claim_audience, "aud", 0, 0, "claim that must hold the audience: aud, or client_id (Cognito), or azp") \
	X(TEXT,   claim_use,     "", 0, 0, "claim and value that mark access tokens, such as token_use=access (Cognito) or typ=Bearer (Keycloak); empty: none") \
	X(TEXT,   claim_name,    "name", 0, 0, "claim with the customer's name") \
	X(TEXT,   claim_email,   "email", 0, 0, "claim with the e-mail address; whether it counts says email_verified (email_trusted)") \
	X(TEXT,   email_trusted, "no", 0, 0, "yes: the addresses of another provider count unless email_verified is false; no: only if it is true. Yes only for a provider that lets nobody set an address he has not proven") \
	X(TEXT,   claim_session, "sid", 0, 0, "claim that is the same for all tokens of one sign-in: sid, or origin_jti (Cognito)") \
	X(TEXT,   claim_role,    "role", 0, 0, "claim with the role, a text or a list; dots lead inward: realm_access.roles (Keycloak), cognito:groups (Cognito)") \
	X(TEXT,   role_viewer,   "viewer", 0, 0, "word in the role claim that makes a viewer of the staff pages") \
	X(TEXT,   role_operator, "operator", 0, 0, "word in the role claim that makes an operator") \
	X(TEXT,   role_owner,    "owner", 0, 0, "word in the role claim that makes an owner") \
	X(TEXT,   claim_standing, "standing", 0, 0, "claim with the shop's verdict; empty: the event host asks the auth host (GET /v1/standing) with the customer's token") \
	X(INT,    standing_fresh_s, "3600", 60, 2592000, "how long an answer of the auth host about a customer is good, in seconds") \
	X(TEXT,   attend_db,     "/var/lib/chulcheck/attend/attend.db", 0, 0, "database of the attendance domain") \
	X(TEXT,   auth_db,       "/var/lib/chulcheck/auth/auth.db", 0, 0, "database of the identity domain") \
	X(TEXT,   zone,          "Asia/Seoul", 0, 0, "time zone of the business day") \
	X(INT,    workers,       "1", 1, 64, "worker processes") \
	X(INT,    threads,       "32", 1, 256, "request threads of each worker; as many of them compute at once as there are processors for it, and at least two; the others wait for the disk, for the shop or for a provider") \
	X(TEXT,   jwks,          "/var/lib/chulcheck/public/jwks.json", 0, 0, "public keys of the identity provider (RFC 7517)") \
	X(TEXT,   keys,          "/var/lib/chulcheck/auth/keys", 0, 0, "folder with the signing keys of the auth host") \
	X(SECRET, cookie_key,    "", 32, 0, "file with the secret that signs form tokens and sign-in cookies, at least 32 bytes") \
	X(SECRET, unsubscribe_key, "", 32, 0, "file with the secret that signs unsubscribe links, at least 32 bytes") \
	X(SECRET, refresh_key,   "", 32, 0, "file with the secret that derives refresh tokens, at least 32 bytes") \
	X(SECRET, totp_key,      "", 32, 0, "file with the secret that seals second factors in the database, at least 32 bytes") \
	X(TEXT,   terms_version, "2026-11-01", 1, 0, "version of the terms in force; a new one is asked for at the next sign-in") \
	X(TEXT,   terms_url,     "", 0, 0, "address of the terms; empty: the page /terms of the auth host") \
	X(TEXT,   privacy_version, "2026-11-01", 1, 0, "version of the privacy notice in force") \
	X(TEXT,   privacy_url,   "", 0, 0, "address of the privacy notice; empty: the page /privacy of the auth host, which describes our own accounts and is not linked with another provider") \
	X(TEXT,   password_blocklist, "", 0, 0, "file with further passwords that nobody may choose, one a line") \
	X(SECRET, shop_dsn,      "", 0, 0, "file with the ODBC connection string of the shop's database: see chulcheck-shop(5)") \
	X(TEXT,   shop_standing_sql,  "SELECT COUNT(DISTINCT c.email) AS registered, COUNT(p.id) AS purchases FROM customer c LEFT JOIN purchasedetails p ON p.email = c.email WHERE c.email = ?", 0, 0, "SQL with one parameter, the e-mail, that gives registered and purchases: see chulcheck-shop(5)") \
	X(TEXT,   shop_purchases_sql, "SELECT p.id AS id, t.name AS product, t.count AS count FROM purchasedetails p JOIN product t ON t.id = p.product_id WHERE p.email = ? ORDER BY p.id", 0, 0, "SQL with one parameter, the e-mail, that gives id, product, count and more: see chulcheck-shop(5)") \
	X(INT,    purchase_days, "0", 0, 3660, "only purchases of the last so many days count; 0: any time; needs the column bought_at of shop_purchases_sql") \
	X(INT,    purchase_amount, "0", 0, 1000000000000, "purchases that count must add up to so much; 0: one is enough; needs the column amount") \
	X(TEXT,   purchase_products, "", 0, 0, "only purchases of these products count, product_id separated by commas; empty: any; needs the column product_id") \
	X(TEXT,   purchase_statuses, "", 0, 0, "only orders in one of these states count, separated by commas; empty: any; needs the column status") \
	X(TEXT,   purchase_cancelled, "cancelled,canceled,refunded,returned,취소,취소완료,주문취소,환불,환불완료,반품,반품완료", 0, 0, "orders in one of these states never count, where shop_purchases_sql gives a column status") \
	X(INT,    shop_timeout_s, "3", 1, 4, "seconds to wait for the shop's database; less than the event host waits for the auth host") \
	X(INT,    access_ttl_s,  "300", 60, 300, "life of an access token in seconds") \
	X(INT,    refresh_ttl_s, "2592000", 3600, 7776000, "life of a chain of refresh tokens in seconds") \
	X(INT,    session_ttl_s, "43200", 900, 2592000, "life of a browser's session on the auth host in seconds") \
	X(INT,    session_idle_s, "3600", 300, 2592000, "a browser's session on the auth host ends after so many seconds without use") \
	X(INT,    standing_ttl_s, "2592000", 0, 31536000, "how long a customer stays verified while the shop cannot be asked, in seconds; when he was verified is noted to a fifth of it") \
	X(INT,    hash_limit,    "2", 1, 16, "password hashes computed at once by one worker (32 MiB each)") \
	X(TEXT,   notify_client_id, "chulcheck-notify", 0, 0, "client id by which the job standing asks the auth host about customers (scope verifications)") \
	X(SECRET, notify_client_secret, "", 0, 0, "file with its secret; without one the job does nothing") \
	X(TEXT,   smtp_url,      "smtp://127.0.0.1:25", 0, 0, "mail relay, smtp:// or smtps://, with port") \
	X(TEXT,   smtp_tls,      "require", 0, 0, "require: TLS with a valid certificate; none: plain text, loopback only") \
	X(TEXT,   smtp_user,     "", 0, 0, "user name at the relay, if it wants one") \
	X(SECRET, smtp_password, "", 0, 0, "file with the password at the relay") \
	X(TEXT,   mail_from,     "event@example.kr", 0, 0, "sender's address of all mails") \
	X(TEXT,   sender_phone,  "02-000-0000", 0, 0, "sender's telephone number, shown in advertising mails") \
	X(TEXT,   sender_address, "서울특별시", 0, 0, "sender's postal address, shown in advertising mails") \
	X(INT,    reminder_from_h, "8", 0, 23, "reminders are sent from this local hour on") \
	X(INT,    reminder_until_h, "21", 1, 24, "and not from this hour on")
