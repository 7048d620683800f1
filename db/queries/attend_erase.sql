-- Somebody leaves: what is deleted, and what stays without a name.

-- name: erasure_add exec
-- in:   subject_hash text, at int
INSERT INTO erasure (subject_hash, at) VALUES (:subject_hash, :at)
ON CONFLICT (subject_hash) DO UPDATE SET at = excluded.at;

-- name: erasure_get one
-- in:   subject_hash text
-- out:  at int
SELECT at FROM erasure WHERE subject_hash = :subject_hash;

-- name: erasure_clean exec
-- in:   before int
DELETE FROM erasure WHERE subject_hash IN
    (SELECT subject_hash FROM erasure WHERE at < :before ORDER BY at LIMIT 50);

-- name: erase_consents exec
-- in:   customer_id int
DELETE FROM mail_consent WHERE customer_id = :customer_id;

-- name: erase_mails exec
-- in:   customer_id int, email text
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE customer_id = :customer_id
    UNION SELECT id FROM outbox WHERE recipient = :email AND kind = 'reminder');

-- Earned and reserved, but not confirmed as received: they go back to the stock.
-- name: erase_granted many
-- in:   customer_id int
-- out:  id int, reward_id int
SELECT id, reward_id FROM "grant" WHERE customer_id = :customer_id AND state = 'granted' ORDER BY id;

-- name: erase_revoke exec
-- in:   id int
UPDATE "grant" SET state = 'revoked' WHERE id = :id AND state = 'granted';

-- name: erase_event exec
-- in:   id int, at int
INSERT INTO grant_event (grant_id, old_state, new_state, at, author, reason)
VALUES (:id, 'granted', 'revoked', :at, 'system', 'customer left');

-- name: erase_owed_events exec
-- in:   customer_id int
DELETE FROM grant_event WHERE grant_id IN
    (SELECT id FROM "grant" WHERE customer_id = :customer_id AND state = 'owed');

-- name: erase_owed exec
-- in:   customer_id int
DELETE FROM "grant" WHERE customer_id = :customer_id AND state = 'owed';

-- The days on which nothing was granted.
-- name: erase_attendance exec
-- in:   customer_id int
DELETE FROM attendance
WHERE campaign_id IN (SELECT id FROM campaign) AND customer_id = :customer_id
AND NOT EXISTS (SELECT 1 FROM "grant" g WHERE g.campaign_id = attendance.campaign_id
                AND g.customer_id = attendance.customer_id AND g.day = attendance.day);

-- What he did himself, he did as the customer.
-- name: erase_author exec
-- in:   subject text, customer_id int
UPDATE grant_event SET author = 'customer'
WHERE author = :subject AND grant_id IN (SELECT id FROM "grant" WHERE customer_id = :customer_id);

-- A row that names nobody stays in any case: its id must not become somebody else's.
-- name: erase_name exec
-- in:   subject text, now int, customer_id int
UPDATE customer SET issuer = '', subject = :subject, name = '', email = '', verified_at = 0,
    standing = 'unknown', standing_at = 0, erased_at = :now
WHERE id = :customer_id;
