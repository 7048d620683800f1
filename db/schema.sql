-- Made by scripts/schema from db/migrations, for reading; make check compares it.

-- auth.db
CREATE TABLE account (
	id          INTEGER PRIMARY KEY,
	subject     TEXT NOT NULL UNIQUE,
	email       TEXT NOT NULL UNIQUE CHECK (email = lower(email)),
	name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
	password    TEXT NOT NULL,     -- scrypt, as in fcgi/auth/password.h
	role        TEXT NOT NULL DEFAULT 'customer' CHECK (role IN ('customer', 'viewer', 'operator', 'owner')),
	created_at  INTEGER NOT NULL
, totp TEXT NOT NULL DEFAULT '', totp_step INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE client (
	id           TEXT PRIMARY KEY,
	secret_hash  TEXT NOT NULL DEFAULT '',
	redirect_uri TEXT NOT NULL DEFAULT '',
	sign_out_uri TEXT NOT NULL DEFAULT '',
	scope        TEXT NOT NULL DEFAULT ''
, jwks TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE session (
	id_hash    TEXT PRIMARY KEY,
	sid        TEXT NOT NULL UNIQUE,
	account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
, client_id TEXT NOT NULL DEFAULT '', kept_until INTEGER NOT NULL DEFAULT 0, seen_at INTEGER NOT NULL DEFAULT 0, strong INTEGER NOT NULL DEFAULT 0 CHECK (strong IN (0, 1)), agent TEXT NOT NULL DEFAULT '', address TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account_id);
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
, scope TEXT NOT NULL DEFAULT 'openid') STRICT, WITHOUT ROWID;
CREATE INDEX auth_code_expires ON auth_code (expires_at);
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
, scope TEXT NOT NULL DEFAULT 'openid profile email', strong INTEGER NOT NULL DEFAULT 0 CHECK (strong IN (0, 1))) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_token_family ON refresh_token (family);
CREATE INDEX refresh_token_sid ON refresh_token (sid);
CREATE INDEX refresh_token_expires ON refresh_token (expires_at);
CREATE TABLE sign_up (
	token_hash TEXT PRIMARY KEY,
	email      TEXT NOT NULL,
	name       TEXT NOT NULL,
	password   TEXT NOT NULL,
	expires_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL DEFAULT 0
, terms TEXT NOT NULL DEFAULT '', privacy TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE INDEX sign_up_email ON sign_up (email);
CREATE INDEX sign_up_expires ON sign_up (expires_at);
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
CREATE INDEX account_staff ON account (role) WHERE role <> 'customer';
CREATE INDEX outbox_recipient ON outbox (recipient);
CREATE INDEX session_kept ON session (kept_until);
CREATE INDEX refresh_token_account ON refresh_token (account_id);
CREATE TABLE client_assertion (
	jti_hash   TEXT PRIMARY KEY,
	expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX client_assertion_expires ON client_assertion (expires_at);
CREATE TABLE attempt (
	key     TEXT PRIMARY KEY,
	fails   INTEGER NOT NULL,
	last_at INTEGER NOT NULL,
	free_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_last ON attempt (last_at);
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
CREATE TABLE staff_code (
	code_hash  TEXT PRIMARY KEY,
	role       TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'owner')),
	expires_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
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

-- attend.db
CREATE TABLE campaign (
	id          INTEGER PRIMARY KEY,
	slug        TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 40),
	name_ko     TEXT NOT NULL,
	name_en     TEXT NOT NULL,
	zone        TEXT NOT NULL DEFAULT 'Asia/Seoul',
	day_start_s INTEGER NOT NULL DEFAULT 0 CHECK (day_start_s BETWEEN 0 AND 86399),
	first_day   INTEGER NOT NULL,
	last_day    INTEGER NOT NULL DEFAULT 0 CHECK (last_day = 0 OR last_day >= first_day),
	state       TEXT NOT NULL CHECK (state IN ('draft', 'open', 'closed')),
	receipt_key TEXT NOT NULL CHECK (length(receipt_key) >= 43),
	created_at  INTEGER NOT NULL
) STRICT;
CREATE TABLE customer (
	id          INTEGER PRIMARY KEY,
	issuer      TEXT NOT NULL,
	subject     TEXT NOT NULL,
	name        TEXT NOT NULL,
	email       TEXT NOT NULL DEFAULT '',
	verified_at INTEGER NOT NULL DEFAULT 0,
	created_at  INTEGER NOT NULL, standing TEXT NOT NULL DEFAULT 'unknown'
	CHECK (standing = 'unknown' OR standing = 'not_registered' OR standing = 'no_purchase' OR
	       standing = 'verified'), standing_at INTEGER NOT NULL DEFAULT 0, erased_at INTEGER NOT NULL DEFAULT 0,
	UNIQUE (issuer, subject)
) STRICT;
CREATE TABLE attendance (
	campaign_id INTEGER NOT NULL REFERENCES campaign (id),
	customer_id INTEGER NOT NULL REFERENCES customer (id),
	day         INTEGER NOT NULL,
	at          INTEGER NOT NULL,
	count       INTEGER NOT NULL CHECK (count >= 1),
	streak      INTEGER NOT NULL CHECK (streak BETWEEN 1 AND count),
	longest     INTEGER NOT NULL CHECK (longest BETWEEN streak AND count),
	PRIMARY KEY (campaign_id, customer_id, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE reward (
	id          INTEGER PRIMARY KEY,
	slug        TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 1 AND 40),
	name_ko     TEXT NOT NULL,
	name_en     TEXT NOT NULL,
	stock       INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0),
	threshold   INTEGER NOT NULL DEFAULT 0 CHECK (threshold >= 0),
	armed       INTEGER NOT NULL DEFAULT 1 CHECK (armed IN (0, 1)),
	created_at  INTEGER NOT NULL
) STRICT;
CREATE TABLE milestone (
	id          INTEGER PRIMARY KEY,
	campaign_id INTEGER NOT NULL REFERENCES campaign (id),
	slug        TEXT NOT NULL CHECK (length(slug) BETWEEN 1 AND 40),
	kind        TEXT NOT NULL CHECK (kind IN ('cumulative', 'consecutive', 'every')),
	days        INTEGER NOT NULL CHECK (days BETWEEN 1 AND 3660),
	repeats     INTEGER NOT NULL DEFAULT 0 CHECK (repeats IN (0, 1)),
	UNIQUE (campaign_id, slug),
	CHECK (kind <> 'every' OR (days = 1 AND repeats = 1))
) STRICT;
CREATE TABLE milestone_reward (
	milestone_id INTEGER NOT NULL REFERENCES milestone (id),
	reward_id    INTEGER NOT NULL REFERENCES reward (id),
	PRIMARY KEY (milestone_id, reward_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE "grant" (
	id           INTEGER PRIMARY KEY,
	campaign_id  INTEGER NOT NULL,
	customer_id  INTEGER NOT NULL,
	milestone_id INTEGER NOT NULL REFERENCES milestone (id),
	occurrence   INTEGER NOT NULL CHECK (occurrence >= 1),
	reward_id    INTEGER NOT NULL REFERENCES reward (id),
	day          INTEGER NOT NULL,
	state        TEXT NOT NULL CHECK (state = 'granted' OR state = 'owed' OR state = 'claimed' OR
	             state = 'fulfilled' OR state = 'revoked'),
	earned_at    INTEGER NOT NULL,
	settled_at   INTEGER NOT NULL DEFAULT 0 CHECK (state <> 'owed' OR settled_at = 0),
	UNIQUE (campaign_id, customer_id, milestone_id, occurrence, reward_id),
	FOREIGN KEY (campaign_id, customer_id, day) REFERENCES attendance (campaign_id, customer_id, day)
) STRICT;
CREATE INDEX grant_owed ON "grant" (reward_id, id) WHERE state = 'owed';
CREATE INDEX grant_customer ON "grant" (customer_id, campaign_id, day);
CREATE TABLE grant_event (
	id        INTEGER PRIMARY KEY,
	grant_id  INTEGER NOT NULL REFERENCES "grant" (id),
	old_state TEXT NOT NULL,
	new_state TEXT NOT NULL,
	at        INTEGER NOT NULL,
	author    TEXT NOT NULL,
	reason    TEXT NOT NULL
) STRICT;
CREATE INDEX grant_event_grant ON grant_event (grant_id);
CREATE TABLE stock_movement (
	id          INTEGER PRIMARY KEY,
	reward_id   INTEGER NOT NULL REFERENCES reward (id),
	delta       INTEGER NOT NULL CHECK (delta <> 0),
	stock_after INTEGER NOT NULL CHECK (stock_after >= 0),
	grant_id    INTEGER UNIQUE REFERENCES "grant" (id),
	key         TEXT,
	reason      TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
	author      TEXT NOT NULL CHECK (length(author) >= 1),
	at          INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX stock_movement_key ON stock_movement (key) WHERE key IS NOT NULL;
CREATE INDEX stock_movement_reward ON stock_movement (reward_id, id);
CREATE TRIGGER reward_stock_is_ledger BEFORE UPDATE OF stock ON reward
WHEN NEW.stock IS NOT COALESCE((SELECT stock_after FROM stock_movement
     WHERE reward_id = NEW.id ORDER BY id DESC LIMIT 1), 0)
BEGIN SELECT RAISE(ABORT, 'stock changes by a stock_movement only'); END;
CREATE TRIGGER reward_starts_empty BEFORE INSERT ON reward WHEN NEW.stock <> 0
BEGIN SELECT RAISE(ABORT, 'stock changes by a stock_movement only'); END;
CREATE TRIGGER stock_movement_no_update BEFORE UPDATE ON stock_movement
BEGIN SELECT RAISE(ABORT, 'stock_movement is append-only'); END;
CREATE TRIGGER stock_movement_no_delete BEFORE DELETE ON stock_movement
BEGIN SELECT RAISE(ABORT, 'stock_movement is append-only'); END;
CREATE TABLE stock_alert (
	id         INTEGER PRIMARY KEY,
	reward_id  INTEGER NOT NULL REFERENCES reward (id),
	stock      INTEGER NOT NULL,
	threshold  INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	queued_at  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX stock_alert_open ON stock_alert (id) WHERE queued_at = 0;
CREATE TABLE alert_recipient (
	email    TEXT PRIMARY KEY,
	author   TEXT NOT NULL,
	at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE mail_consent (
	id          INTEGER PRIMARY KEY,
	customer_id INTEGER NOT NULL REFERENCES customer (id),
	channel     TEXT NOT NULL DEFAULT 'email' CHECK (channel IN ('email')),
	action      TEXT NOT NULL CHECK (action IN ('given', 'withdrawn')),
	wording     TEXT NOT NULL,
	source      TEXT NOT NULL CHECK (source IN ('page', 'one-click', 'staff')),
	at          INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_consent_customer ON mail_consent (customer_id, id);
CREATE TRIGGER mail_consent_no_update BEFORE UPDATE ON mail_consent
BEGIN SELECT RAISE(ABORT, 'mail_consent is append-only'); END;
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
CREATE INDEX outbox_customer ON outbox (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX outbox_recipient ON outbox (recipient);
CREATE TABLE erasure (
	subject_hash TEXT PRIMARY KEY,
	at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_at ON erasure (at);
CREATE TABLE plan (
	id      INTEGER PRIMARY KEY CHECK (id = 1),
	version INTEGER NOT NULL
) STRICT;
CREATE TRIGGER campaign_added AFTER INSERT ON campaign
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER campaign_changed AFTER UPDATE ON campaign
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER campaign_removed AFTER DELETE ON campaign
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_added AFTER INSERT ON milestone
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_changed AFTER UPDATE ON milestone
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_removed AFTER DELETE ON milestone
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_reward_added AFTER INSERT ON milestone_reward
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_reward_changed AFTER UPDATE ON milestone_reward
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_reward_removed AFTER DELETE ON milestone_reward
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER reward_renamed AFTER UPDATE OF slug, name_ko, name_en ON reward
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER stock_movement_counts AFTER INSERT ON stock_movement
BEGIN
	UPDATE reward SET stock = stock + NEW.delta WHERE id = NEW.reward_id;
	SELECT RAISE(ABORT, 'no such reward') WHERE changes() = 0;
END;
CREATE INDEX attendance_day ON attendance (campaign_id, day, at);
