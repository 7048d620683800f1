-- Second factor, sign-ins that can be seen and ended, limits of attempts, new passwords by mail,
-- terms, staff roles by a one-time code, and news of erased accounts for the event host.

-- totp: the sealed secret (fcgi/auth/totp.h), '' without a second factor. totp_step: the newest
-- 30-second step whose code was used, so that no code works twice (RFC 6238 5.2).
ALTER TABLE account ADD COLUMN totp TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;

CREATE INDEX account_staff ON account (role) WHERE role <> 'customer';
CREATE INDEX outbox_recipient ON outbox (recipient);

-- A session is one sign-in: of a browser, or of an app (client_id not ''), whose id nobody knows.
-- expires_at ends the cookie, kept_until also the tokens that grew out of it. strong: with a
-- second factor. agent and address: what the person sees in the list of his sign-ins.
ALTER TABLE session ADD COLUMN client_id TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN kept_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN strong INTEGER NOT NULL DEFAULT 0 CHECK (strong IN (0, 1));
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';
UPDATE session SET kept_until = expires_at, seen_at = created_at;
DROP INDEX session_expires;
CREATE INDEX session_kept ON session (kept_until);

-- scope: what the client asked for (RFC 6749 3.3); strong: of the session it grew out of.
ALTER TABLE auth_code ADD COLUMN scope TEXT NOT NULL DEFAULT 'openid';
ALTER TABLE refresh_token ADD COLUMN scope TEXT NOT NULL DEFAULT 'openid profile email';
ALTER TABLE refresh_token ADD COLUMN strong INTEGER NOT NULL DEFAULT 0 CHECK (strong IN (0, 1));
CREATE INDEX refresh_token_account ON refresh_token (account_id);

-- jwks: the public keys of a client that proves itself by private_key_jwt (RFC 7523), '' for none.
-- redirect_uri and sign_out_uri are lists by now, with one space between.
ALTER TABLE client ADD COLUMN jwks TEXT NOT NULL DEFAULT '';

-- Assertions of clients that were used, until they run out: none works twice (RFC 7523 3).
CREATE TABLE client_assertion (
	jti_hash   TEXT PRIMARY KEY,
	expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX client_assertion_expires ON client_assertion (expires_at);

-- Failed attempts in a row: per account, per network address, per known device. key is a keyed
-- hash, so unknown addresses can be counted like known ones and none is stored. Until free_at
-- further attempts are turned away unseen.
CREATE TABLE attempt (
	key     TEXT PRIMARY KEY,
	fails   INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	free_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_last ON attempt (last_at);

-- Somebody asked for a new password: a link by mail, used once, for ten minutes. An address
-- without an account gets a row too, with account_id NULL: it is counted, and both do the same work.
CREATE TABLE password_reset (
	token_hash TEXT PRIMARY KEY,
	email      TEXT NOT NULL,
	account_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
	expires_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX password_reset_email ON password_reset (email);
CREATE INDEX password_reset_account ON password_reset (account_id);
CREATE INDEX password_reset_expires ON password_reset (expires_at);

-- Which version of which document somebody accepted, and when: a ledger.
CREATE TABLE acceptance (
	id         INTEGER PRIMARY KEY,
	account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	document   TEXT NOT NULL CHECK (document IN ('terms', 'privacy')),
	version    TEXT NOT NULL,
	at         INTEGER NOT NULL
) STRICT;
CREATE INDEX acceptance_account ON acceptance (account_id, document, id);
CREATE TRIGGER acceptance_no_update BEFORE UPDATE ON acceptance
BEGIN SELECT RAISE(ABORT, 'acceptance is append-only'); END;
ALTER TABLE sign_up ADD COLUMN terms TEXT NOT NULL DEFAULT '';
ALTER TABLE sign_up ADD COLUMN privacy TEXT NOT NULL DEFAULT '';

-- One-time codes by which an account becomes staff (chulcheckctl staff code).
CREATE TABLE staff_code (
	code_hash  TEXT PRIMARY KEY,
	role       TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'owner')),
	expires_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Security event tokens (RFC 8417) on their way to the event host (RFC 8935): an account was
-- erased. token is signed, not secret. done_at 0: not delivered yet.
CREATE TABLE security_event (
	id         INTEGER PRIMARY KEY,
	token      TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	due_at     INTEGER NOT NULL,
	attempts   INTEGER NOT NULL DEFAULT 0,
	done_at    INTEGER NOT NULL DEFAULT 0,
	why        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX security_event_due ON security_event (due_at) WHERE done_at = 0;

-- What staff and people did to accounts and roles.
CREATE TABLE audit (
	id      INTEGER PRIMARY KEY,
	at      INTEGER NOT NULL,
	author  TEXT NOT NULL,
	action  TEXT NOT NULL,
	subject TEXT NOT NULL,
	detail  TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
