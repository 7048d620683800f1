-- The attendance domain. Days are days since 1970-01-01 of the campaign's local date; moments
-- (at, *_at) are milliseconds since the epoch. Rows are added, not changed, wherever history
-- matters; what the rules of the event demand is a key, a CHECK or a trigger here, so that no
-- program, ours or another, can break it. Where rows are added in a rush, words are compared one by
-- one: for each IN of more than two SQLite builds a table, with each row.

-- One event: its period (last_day 0: open end), its day (zone and seconds after local midnight
-- at which a day starts) and whether it runs. receipt_key signs the receipts of check-ins.
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

-- A person, known by issuer + subject of the identity provider. Name and e-mail are copies from
-- the last token, for lists and mails; verified_at is when his purchases were last confirmed.
CREATE TABLE customer (
	id          INTEGER PRIMARY KEY,
	issuer      TEXT NOT NULL,
	subject     TEXT NOT NULL,
	name        TEXT NOT NULL,
	email       TEXT NOT NULL DEFAULT '',
	verified_at INTEGER NOT NULL DEFAULT 0,
	created_at  INTEGER NOT NULL,
	UNIQUE (issuer, subject)
) STRICT;
CREATE INDEX customer_email ON customer (email) WHERE email <> '';

-- A check-in. The key is the rule: one row per customer, campaign and day. Each row carries the
-- sums up to and with its day, so the newest row of a customer is his standing in the event.
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
CREATE INDEX attendance_day ON attendance (campaign_id, day);

-- Goods to be earned. stock is the sum of the movements below and is changed by nothing else;
-- at or below threshold staff get one mail, then none until it is armed again.
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

-- When a reward is earned: at the N-th day attended (cumulative), at N days in a row
-- (consecutive), or at every check-in (every, days 1). repeats: again at each further N.
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

-- One reward earned by one customer at one occurrence of a milestone (a milestone may carry
-- several rewards, so the reward is part of the key). owed: earned while stock was out.
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

-- Every change of a grant's state after it was earned.
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

-- The ledger of stock: append-only. stock_after = stock before + delta. A grant takes one unit
-- at most once (grant_id is unique); a form sent twice is one movement (key is unique).
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

CREATE TRIGGER stock_movement_checks BEFORE INSERT ON stock_movement
WHEN NEW.stock_after IS NOT (SELECT stock FROM reward WHERE id = NEW.reward_id) + NEW.delta
BEGIN SELECT RAISE(ABORT, 'stock_after is not stock + delta'); END;
CREATE TRIGGER stock_movement_counts AFTER INSERT ON stock_movement
BEGIN UPDATE reward SET stock = NEW.stock_after WHERE id = NEW.reward_id; END;
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

-- A reward fell to its threshold: staff get a mail about it, once.
CREATE TABLE stock_alert (
	id         INTEGER PRIMARY KEY,
	reward_id  INTEGER NOT NULL REFERENCES reward (id),
	stock      INTEGER NOT NULL,
	threshold  INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	queued_at  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX stock_alert_open ON stock_alert (id) WHERE queued_at = 0;

-- Who gets stock alerts.
CREATE TABLE alert_recipient (
	email    TEXT PRIMARY KEY,
	author   TEXT NOT NULL,
	at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Consent to event mail: a ledger. The newest row of a customer says what holds.
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

-- What staff did, apart from stock (which has its own ledger).
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
