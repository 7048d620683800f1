-- Clients, authorization codes, refresh tokens.

-- name: client_by_id one
-- in:   id text
-- out:  id text, secret_hash text, redirect_uri text, sign_out_uri text, scope text, jwks text
SELECT id, secret_hash, redirect_uri, sign_out_uri, scope, jwks FROM client WHERE id = :id;

-- name: client_all many
-- out:  id text, secret_hash text, redirect_uri text, sign_out_uri text, scope text, jwks text
SELECT id, secret_hash, redirect_uri, sign_out_uri, scope, jwks FROM client ORDER BY id;

-- name: client_add exec
-- in:   id text, secret_hash text, redirect_uri text, sign_out_uri text, scope text, jwks text
INSERT INTO client (id, secret_hash, redirect_uri, sign_out_uri, scope, jwks)
VALUES (:id, :secret_hash, :redirect_uri, :sign_out_uri, :scope, :jwks);

-- name: client_remove exec
-- in:   id text
DELETE FROM client WHERE id = :id;

-- name: client_remove_codes exec
-- in:   client_id text
DELETE FROM auth_code WHERE client_id = :client_id;

-- name: client_revoke exec
-- in:   now int, client_id text
UPDATE refresh_token SET revoked_at = :now WHERE client_id = :client_id AND revoked_at = 0;

-- A second use of the same assertion is RC_CONFLICT.
-- name: assertion_add exec
-- in:   jti_hash text, expires_at int
INSERT INTO client_assertion (jti_hash, expires_at) VALUES (:jti_hash, :expires_at);

-- name: assertion_clean exec
-- in:   now int
DELETE FROM client_assertion WHERE jti_hash IN
    (SELECT jti_hash FROM client_assertion WHERE expires_at <= :now ORDER BY expires_at LIMIT 50);

-- What userinfo tells of the subject of a token.
-- name: userinfo_by_subject one
-- in:   subject text
-- out:  name text, email text
SELECT name, email FROM account WHERE subject = :subject;

-- name: code_add exec
-- in:   code_hash text, client_id text, account_id int, sid text, redirect_uri text, challenge text, nonce text, scope text, expires_at int
INSERT INTO auth_code (code_hash, client_id, account_id, sid, redirect_uri, challenge, nonce, scope, expires_at)
VALUES (:code_hash, :client_id, :account_id, :sid, :redirect_uri, :challenge, :nonce, :scope, :expires_at);

-- name: code_by_hash one
-- in:   code_hash text
-- out:  client_id text, account_id int, sid text, redirect_uri text, challenge text, nonce text, scope text, expires_at int, used_at int, subject text, email text, name text, role text
SELECT c.client_id AS client_id, c.account_id AS account_id, c.sid AS sid,
       c.redirect_uri AS redirect_uri, c.challenge AS challenge, c.nonce AS nonce, c.scope AS scope,
       c.expires_at AS expires_at, c.used_at AS used_at, a.subject AS subject,
       a.email AS email, a.name AS name, a.role AS role
FROM auth_code c JOIN account a ON a.id = c.account_id WHERE c.code_hash = :code_hash;

-- name: code_use exec
-- in:   now int, code_hash text
UPDATE auth_code SET used_at = :now WHERE code_hash = :code_hash AND used_at = 0;

-- Codes are kept for a while after they ran out, so that a second use is noticed.
-- name: code_clean exec
-- in:   before int
DELETE FROM auth_code WHERE code_hash IN
    (SELECT code_hash FROM auth_code WHERE expires_at <= :before ORDER BY expires_at LIMIT 50);

-- name: refresh_add exec
-- in:   token_hash text, family text, client_id text, account_id int, sid text, scope text, strong int, now int, expires_at int
INSERT INTO refresh_token (token_hash, family, client_id, account_id, sid, scope, strong, created_at, expires_at)
VALUES (:token_hash, :family, :client_id, :account_id, :sid, :scope, :strong, :now, :expires_at);

-- name: refresh_by_hash one
-- in:   token_hash text
-- out:  family text, client_id text, account_id int, sid text, scope text, strong int, expires_at int, used_at int, revoked_at int, subject text, email text, name text, role text
SELECT t.family AS family, t.client_id AS client_id, t.account_id AS account_id, t.sid AS sid,
       t.scope AS scope, t.strong AS strong, t.expires_at AS expires_at, t.used_at AS used_at, t.revoked_at AS revoked_at,
       a.subject AS subject, a.email AS email, a.name AS name, a.role AS role
FROM refresh_token t JOIN account a ON a.id = t.account_id WHERE t.token_hash = :token_hash;

-- name: refresh_use exec
-- in:   now int, token_hash text
UPDATE refresh_token SET used_at = :now WHERE token_hash = :token_hash AND used_at = 0;

-- name: refresh_revoke_family exec
-- in:   now int, family text
UPDATE refresh_token SET revoked_at = :now WHERE family = :family AND revoked_at = 0;

-- name: refresh_revoke_sid exec
-- in:   now int, sid text
UPDATE refresh_token SET revoked_at = :now WHERE sid = :sid AND revoked_at = 0;

-- name: refresh_clean exec
-- in:   now int
DELETE FROM refresh_token WHERE token_hash IN
    (SELECT token_hash FROM refresh_token WHERE expires_at <= :now ORDER BY expires_at LIMIT 50);
