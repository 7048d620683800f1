-- Accounts and their sign-up.

-- name: account_by_email one
-- in:   email text
-- out:  id int, subject text, email text, name text, password text, role text
SELECT id, subject, email, name, password, role FROM account WHERE email = :email;

-- No row: the address has an account already.
-- name: account_add one
-- in:   subject text, email text, name text, password text, now int
-- out:  id int
INSERT INTO account (subject, email, name, password, created_at)
VALUES (:subject, :email, :name, :password, :now)
ON CONFLICT (email) DO NOTHING
RETURNING id;

-- name: sign_up_add exec
-- in:   token_hash text, email text, name text, password text, expires_at int
INSERT INTO sign_up (token_hash, email, name, password, expires_at)
VALUES (:token_hash, :email, :name, :password, :expires_at);

-- name: sign_up_by_hash one
-- in:   token_hash text, now int
-- out:  email text, name text, password text
SELECT email, name, password FROM sign_up
WHERE token_hash = :token_hash AND used_at = 0 AND expires_at > :now;

-- name: sign_up_waiting one
-- in:   email text, now int
-- out:  n int
SELECT COUNT(*) AS n FROM sign_up WHERE email = :email AND expires_at > :now;

-- name: sign_up_use exec
-- in:   now int, token_hash text
UPDATE sign_up SET used_at = :now WHERE token_hash = :token_hash AND used_at = 0;

-- name: sign_up_clean exec
-- in:   now int
DELETE FROM sign_up WHERE token_hash IN
    (SELECT token_hash FROM sign_up WHERE expires_at <= :now ORDER BY expires_at LIMIT 50);
