-- The outbox, the same table in both databases. Times are milliseconds since the epoch.

-- A second mail of the same key is none.
-- name: outbox_add exec
-- in:   kind text, key text, recipient text, message_id text, subject text, headers text, body text, due_at int, expires_at int, created_at int
INSERT INTO outbox (kind, key, recipient, message_id, subject, headers, body, due_at, expires_at, created_at)
VALUES (:kind, :key, :recipient, :message_id, :subject, :headers, :body, :due_at, :expires_at, :created_at)
ON CONFLICT (key) DO NOTHING;

-- Takes one mail that is due, or whose sender has not come back by the end of its lease. The
-- conditions stand twice: where two programs choose the same row at once, the second finds the
-- outer ones false.
-- name: outbox_claim one
-- in:   lease_until int, now int
-- out:  id int, kind text, campaign_id int, customer_id int, day int, recipient text, message_id text, subject text, headers text, body text, attempts int, expires_at int, lease_until int
UPDATE outbox SET state = 'sending', attempts = attempts + 1, lease_until = :lease_until
WHERE id = (SELECT id FROM outbox
            WHERE state IN ('queued', 'sending') AND due_at <= :now AND lease_until <= :now
            ORDER BY due_at, id LIMIT 1)
  AND state IN ('queued', 'sending') AND lease_until <= :now
RETURNING id, kind, campaign_id, customer_id, day, recipient, message_id, subject, headers, body,
          attempts, expires_at, lease_until;

-- The last mails to somebody who left do not keep his address.
-- The lease is the proof that the mail is still ours: whoever's lease ran out and was taken over
-- changes nothing.
-- name: outbox_done exec
-- in:   state text, now int, why text, id int, lease_until int
UPDATE outbox SET state = :state, done_at = :now, why = :why, body = '', lease_until = 0,
    recipient = CASE WHEN kind = 'farewell' THEN '' ELSE recipient END
WHERE id = :id AND lease_until = :lease_until AND state = 'sending';

-- name: outbox_again exec
-- in:   attempts int, due_at int, why text, id int, lease_until int
UPDATE outbox SET state = 'queued', attempts = :attempts, due_at = :due_at, why = :why, lease_until = 0
WHERE id = :id AND lease_until = :lease_until AND state = 'sending';

-- What waits, and since when the oldest of it does.
-- name: outbox_left one
-- out:  n int, since int
SELECT COUNT(*) AS n, COALESCE(MIN(created_at), 0) AS since
FROM outbox WHERE state IN ('queued', 'sending');

-- Old mails go, the oldest first, some with each run; few rows are looked at when there are none.
-- name: outbox_prune exec
-- in:   before int
DELETE FROM outbox WHERE id IN
    (SELECT id FROM (SELECT id, state, done_at FROM outbox ORDER BY id LIMIT 500) old
     WHERE old.state IN ('sent', 'failed', 'dropped') AND old.done_at < :before);
