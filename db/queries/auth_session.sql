-- Browsers that are signed in at the auth host.

-- name: session_add exec
-- in:   id_hash text, sid text, account_id int, now int, expires_at int
INSERT INTO session (id_hash, sid, account_id, created_at, expires_at)
VALUES (:id_hash, :sid, :account_id, :now, :expires_at);

-- name: session_by_hash one
-- in:   id_hash text, now int
-- out:  sid text, expires_at int, account_id int, subject text, email text, name text, role text
SELECT s.sid AS sid, s.expires_at AS expires_at, a.id AS account_id, a.subject AS subject,
       a.email AS email, a.name AS name, a.role AS role
FROM session s JOIN account a ON a.id = s.account_id
WHERE s.id_hash = :id_hash AND s.expires_at > :now;

-- name: session_by_sid one
-- in:   sid text, now int
-- out:  created_at int, strong int
SELECT created_at, strong FROM session WHERE sid = :sid AND expires_at > :now;

-- name: session_remove exec
-- in:   sid text
DELETE FROM session WHERE sid = :sid;

-- name: session_clean exec
-- in:   now int
DELETE FROM session WHERE id_hash IN
    (SELECT id_hash FROM session WHERE expires_at <= :now ORDER BY expires_at LIMIT 50);
