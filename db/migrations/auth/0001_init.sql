-- The identity domain. Moments (*_at) are seconds since the epoch. Tokens, codes and session
-- ids are stored only as base64url of their SHA-256: what is read here opens nothing.

-- A person who can sign in. subject is what other systems know him by: random, never reused.
-- There is no account without a proven e-mail address.
CREATE TABLE account (
	id          INTEGER PRIMARY KEY,
	subject     TEXT NOT NULL UNIQUE,
	email       TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
	name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
	password    TEXT NOT NULL,     -- scrypt, as in fcgi/auth/password.h
	role        TEXT NOT NULL DEFAULT 'customer' CHECK (role IN ('customer', 'viewer', 'operator', 'owner')),
	created_at  INTEGER NOT NULL
) STRICT;

-- A program that may ask for tokens. redirect_uri is compared exactly; secret_hash '' is a
-- public client; scope lists what client credentials may ask for.
CREATE TABLE client (
	id           TEXT PRIMARY KEY,
	secret_hash  TEXT NOT NULL DEFAULT '',
	redirect_uri TEXT NOT NULL DEFAULT '',
	sign_out_uri TEXT NOT NULL DEFAULT '',
	scope        TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- The shop's own app: tokens of POST /v1/sign-in are issued to this public client.
INSERT INTO client (id) VALUES ('chulcheck-app');

-- A browser that is signed in at the auth host. sid is its public name in tokens.
CREATE TABLE session (
	id_hash    TEXT PRIMARY KEY,
	sid        TEXT NOT NULL UNIQUE,
	account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expires ON session (expires_at);

-- An authorization code (RFC 6749 4.1, RFC 7636): used at most once, for 60 seconds. code_hash
-- is also the family of the refresh tokens that it was exchanged for.
CREATE TABLE auth_code (
	code_hash    TEXT PRIMARY KEY,
	client_id    TEXT NOT NULL REFERENCES client (id),
	account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	sid          TEXT NOT NULL,
	redirect_uri TEXT NOT NULL,
	challenge    TEXT NOT NULL,
	nonce        TEXT NOT NULL,
	expires_at   INTEGER NOT NULL,
	used_at      INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX auth_code_expires ON auth_code (expires_at);

-- Refresh tokens (RFC 9700 4.14): each is used once and followed by one successor of its family.
-- sid of a browser's family is that of its session; an app's family has its own.
CREATE TABLE refresh_token (
	token_hash TEXT PRIMARY KEY,
	family     TEXT NOT NULL,
	client_id  TEXT NOT NULL,
	account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	sid        TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL DEFAULT 0,
	revoked_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_token_family ON refresh_token (family);
CREATE INDEX refresh_token_sid ON refresh_token (sid);
CREATE INDEX refresh_token_expires ON refresh_token (expires_at);

-- Somebody asked to sign up. The account is made when the link sent by mail is opened and the
-- same password given again, so an address is always proven and nobody can choose a password
-- for somebody else. Used once, for ten minutes. An address that has an account gets a row too,
-- whose token nobody knows: it is counted, and both cases do the same work.
CREATE TABLE sign_up (
	token_hash TEXT PRIMARY KEY,
	email      TEXT NOT NULL,
	name       TEXT NOT NULL,
	password   TEXT NOT NULL,
	expires_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_up_email ON sign_up (email);
CREATE INDEX sign_up_expires ON sign_up (expires_at);

-- Mails to send. key makes each one unique: 'reminder:CAMPAIGN:CUSTOMER:DAY', so a job may run
-- twice. queued -> sending (leased, attempt counted) -> sent | failed | dropped; a lease that ran
-- out goes back to queued with the same message_id. body is emptied once it is done: it may
-- hold a link that opens something.
CREATE TABLE outbox (
	id          INTEGER PRIMARY KEY,
	kind        TEXT NOT NULL,
	key         TEXT NOT NULL UNIQUE,
	campaign_id INTEGER,
	customer_id INTEGER,
	day         INTEGER,
	recipient   TEXT NOT NULL,
	message_id  TEXT NOT NULL UNIQUE,
	subject     TEXT NOT NULL,
	headers     TEXT NOT NULL DEFAULT '',
	body        TEXT NOT NULL,
	state       TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'dropped')),
	attempts    INTEGER NOT NULL DEFAULT 0,
	due_at      INTEGER NOT NULL,
	expires_at  INTEGER NOT NULL,
	lease_until INTEGER NOT NULL DEFAULT 0,
	created_at  INTEGER NOT NULL,
	done_at     INTEGER NOT NULL DEFAULT 0,
	why         TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('queued', 'sending');
