-- Sign-ins: of browsers (client_id '') and of apps.

-- name: session_add exec
-- in:   id_hash text, sid text, account_id int, client_id text, now int, expires_at int, kept_until int, strong int, agent text, address text
INSERT INTO session (id_hash, sid, account_id, client_id, created_at, seen_at, expires_at, kept_until, strong, agent, address)
VALUES (:id_hash, :sid, :account_id, :client_id, :now, :now, :expires_at, :kept_until, :strong, :agent, :address);

-- name: session_by_hash one
-- in:   id_hash text, now int, idle_since int
-- out:  sid text, expires_at int, seen_at int, strong int, account_id int, subject text, email text, name text, role text, totp text
SELECT s.sid AS sid, s.expires_at AS expires_at, s.seen_at AS seen_at, s.strong AS strong,
       a.id AS account_id, a.subject AS subject, a.email AS email, a.name AS name,
       a.role AS role, a.totp AS totp
FROM session s JOIN account a ON a.id = s.account_id
WHERE s.id_hash = :id_hash AND s.expires_at > :now AND s.seen_at > :idle_since;

-- name: session_by_sid one
-- in:   sid text, now int
-- out:  created_at int, strong int
SELECT created_at, strong FROM session WHERE sid = :sid AND expires_at > :now;

-- name: session_seen exec
-- in:   now int, sid text
UPDATE session SET seen_at = :now WHERE sid = :sid AND seen_at < :now;

-- name: session_list many
-- in:   account_id int, now int
-- out:  sid text, client_id text, created_at int, seen_at int, agent text, address text
SELECT sid, client_id, created_at, seen_at, agent, address FROM session
WHERE account_id = :account_id AND kept_until > :now ORDER BY seen_at DESC, sid LIMIT 100;

-- name: session_remove exec
-- in:   sid text
DELETE FROM session WHERE sid = :sid;

-- All sign-ins of an account but one ('' for none).
-- name: session_remove_others exec
-- in:   account_id int, sid text
DELETE FROM session WHERE account_id = :account_id AND sid <> :sid;

-- name: refresh_revoke_others exec
-- in:   now int, account_id int, sid text
UPDATE refresh_token SET revoked_at = :now
WHERE account_id = :account_id AND sid <> :sid AND revoked_at = 0;

-- name: session_clean exec
-- in:   now int
DELETE FROM session WHERE id_hash IN
    (SELECT id_hash FROM session WHERE kept_until <= :now ORDER BY kept_until LIMIT 50);
