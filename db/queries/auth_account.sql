-- Accounts and their sign-up.

-- By id or by e-mail; 0 and '' are nobody's.
-- name: account_find one
-- in:   id int, email text
-- out:  id int, subject text, email text, name text, password text, role text, totp text, totp_step int
SELECT id, subject, email, name, password, role, totp, totp_step FROM account
WHERE id = :id OR email = :email;

-- No row: the address has an account already.
-- name: account_add one
-- in:   subject text, email text, name text, password text, now int
-- out:  id int
INSERT INTO account (subject, email, name, password, created_at)
VALUES (:subject, :email, :name, :password, :now)
ON CONFLICT (email) DO NOTHING
RETURNING id;

-- name: sign_up_add exec
-- in:   token_hash text, email text, name text, password text, terms text, privacy text, expires_at int
INSERT INTO sign_up (token_hash, email, name, password, terms, privacy, expires_at)
VALUES (:token_hash, :email, :name, :password, :terms, :privacy, :expires_at);

-- name: sign_up_by_hash one
-- in:   token_hash text, now int
-- out:  email text, name text, password text, terms text, privacy text
SELECT email, name, password, terms, privacy FROM sign_up
WHERE token_hash = :token_hash AND used_at = 0 AND expires_at > :now;

-- name: sign_up_use exec
-- in:   now int, token_hash text
UPDATE sign_up SET used_at = :now WHERE token_hash = :token_hash AND used_at = 0;

-- name: sign_up_clean exec
-- in:   now int
DELETE FROM sign_up WHERE token_hash IN
    (SELECT token_hash FROM sign_up WHERE expires_at <= :now ORDER BY expires_at LIMIT 50);

-- name: account_password exec
-- in:   password text, id int
UPDATE account SET password = :password WHERE id = :id;

-- name: account_password_renew exec
-- in:   stored text, id int, old text
UPDATE account SET password = :stored WHERE id = :id AND password = :old;

-- name: account_totp exec
-- in:   totp text, step int, id int
UPDATE account SET totp = :totp, totp_step = :step WHERE id = :id;

-- No change: the code of this step, or of a later one, was used.
-- name: account_totp_use exec
-- in:   step int, id int
UPDATE account SET totp_step = :step WHERE id = :id AND totp_step < :step;

-- name: account_role exec
-- in:   role text, id int
UPDATE account SET role = :role WHERE id = :id;

-- name: account_remove exec
-- in:   id int
DELETE FROM account WHERE id = :id;

-- What else holds the address of somebody who leaves: his mails, and what he asked for.
-- name: account_remove_mails exec
-- in:   email text
DELETE FROM outbox WHERE recipient = :email AND kind NOT IN ('notice', 'farewell');

-- Notices that are not sent yet still go out, and are forgotten with it (outbox_done).
-- name: account_last_mails exec
-- in:   email text
UPDATE outbox SET kind = 'farewell' WHERE recipient = :email AND kind = 'notice'
AND state IN ('queued', 'sending');

-- name: account_sent_notices exec
-- in:   email text
DELETE FROM outbox WHERE recipient = :email AND kind = 'notice';

-- name: account_remove_sign_ups exec
-- in:   email text
DELETE FROM sign_up WHERE email = :email;

-- name: account_remove_resets exec
-- in:   email text
DELETE FROM password_reset WHERE email = :email;

-- name: staff_list many
-- out:  id int, email text, name text, role text, strong int
SELECT id, email, name, role, CASE WHEN totp <> '' THEN 1 ELSE 0 END AS strong
FROM account WHERE role <> 'customer' ORDER BY email LIMIT 500;

-- name: staff_owners one
-- out:  n int
SELECT COUNT(*) AS n FROM account WHERE role <> 'customer' AND role = 'owner';

-- A new code ends those before it: somebody may have seen one.
-- name: staff_code_end exec
-- in:   now int, role text
UPDATE staff_code SET used_at = :now WHERE role = :role AND used_at = 0;

-- name: staff_code_add exec
-- in:   code_hash text, role text, expires_at int
INSERT INTO staff_code (code_hash, role, expires_at) VALUES (:code_hash, :role, :expires_at);

-- name: staff_code_get one
-- in:   code_hash text, now int
-- out:  role text
SELECT role FROM staff_code WHERE code_hash = :code_hash AND used_at = 0 AND expires_at > :now;

-- name: staff_code_use exec
-- in:   now int, code_hash text
UPDATE staff_code SET used_at = :now WHERE code_hash = :code_hash AND used_at = 0;

-- name: acceptance_add exec
-- in:   account_id int, document text, version text, at int
INSERT INTO acceptance (account_id, document, version, at) VALUES (:account_id, :document, :version, :at);

-- The newest version of each document that somebody accepted, '' for none.
-- name: acceptance_newest one
-- in:   account_id int
-- out:  terms text, privacy text
SELECT COALESCE((SELECT version FROM acceptance WHERE account_id = a.id AND document = 'terms' ORDER BY id DESC LIMIT 1), '') AS terms,
       COALESCE((SELECT version FROM acceptance WHERE account_id = a.id AND document = 'privacy' ORDER BY id DESC LIMIT 1), '') AS privacy
FROM account a WHERE a.id = :account_id;

-- name: reset_add exec
-- in:   token_hash text, email text, account_id int, expires_at int
INSERT INTO password_reset (token_hash, email, account_id, expires_at)
VALUES (:token_hash, :email, NULLIF(CAST(:account_id AS INTEGER), 0), :expires_at);

-- name: reset_by_hash one
-- in:   token_hash text, now int
-- out:  account_id int
SELECT account_id FROM password_reset
WHERE token_hash = :token_hash AND used_at = 0 AND expires_at > :now AND account_id IS NOT NULL;

-- name: reset_use exec
-- in:   now int, token_hash text
UPDATE password_reset SET used_at = :now WHERE token_hash = :token_hash AND used_at = 0;

-- The other links that the same person asked for end with the first that was used.
-- name: reset_end exec
-- in:   now int, account_id int
UPDATE password_reset SET used_at = :now WHERE account_id = :account_id AND used_at = 0;

-- name: reset_clean exec
-- in:   now int
DELETE FROM password_reset WHERE token_hash IN
    (SELECT token_hash FROM password_reset WHERE expires_at <= :now ORDER BY expires_at LIMIT 50);

-- name: auth_audit_add exec
-- in:   at int, author text, action text, subject text, detail text
INSERT INTO audit (at, author, action, subject, detail) VALUES (:at, :author, :action, :subject, :detail);

-- name: security_event_add exec
-- in:   token text, created_at int, due_at int
INSERT INTO security_event (token, created_at, due_at) VALUES (:token, :created_at, :due_at);

-- name: security_event_next one
-- in:   now int
-- out:  id int, token text, attempts int, created_at int
SELECT id, token, attempts, created_at FROM security_event
WHERE done_at = 0 AND due_at <= :now ORDER BY due_at, id LIMIT 1;

-- name: security_event_done exec
-- in:   now int, id int
UPDATE security_event SET done_at = :now, attempts = attempts + 1, token = '', why = '' WHERE id = :id;

-- name: security_event_again exec
-- in:   due_at int, why text, id int
UPDATE security_event SET due_at = :due_at, attempts = attempts + 1, why = :why WHERE id = :id;
