-- What the jobs of chulcheck-notify ask the attendance database.

-- Whoever agreed to event mail, was verified, came or agreed lately, and has neither come on this
-- day nor a reminder for it.
-- name: reminder_candidates many
-- in:   campaign_id int, day int, since_day int, since_ms int, after int, max int
-- out:  id int, name text, email text
SELECT c.id AS id, c.name AS name, c.email AS email
FROM customer c
JOIN mail_consent m ON m.id = (SELECT MAX(x.id) FROM mail_consent x WHERE x.customer_id = c.id)
LEFT JOIN attendance t ON t.campaign_id = :campaign_id AND t.customer_id = c.id AND t.day = :day
WHERE t.day IS NULL AND m.action = 'given' AND c.email <> '' AND c.verified_at <> 0
  AND (EXISTS (SELECT 1 FROM attendance a WHERE a.campaign_id = :campaign_id
               AND a.customer_id = c.id AND a.day >= :since_day)
       OR m.at >= :since_ms)
  AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.key =
                  'reminder:' || :campaign_id || ':' || c.id || ':' || :day)
  AND c.id > :after
ORDER BY c.id LIMIT :max;

-- name: outbox_add_customer exec
-- in:   kind text, key text, campaign_id int, customer_id int, day int, recipient text, message_id text, subject text, headers text, body text, due_at int, expires_at int, created_at int
INSERT INTO outbox (kind, key, campaign_id, customer_id, day, recipient, message_id, subject,
                    headers, body, due_at, expires_at, created_at)
VALUES (:kind, :key, :campaign_id, :customer_id, :day, :recipient, :message_id, :subject,
        :headers, :body, :due_at, :expires_at, :created_at)
ON CONFLICT (key) DO NOTHING;

-- At the moment of sending: does the event run, has he come, does his consent still hold?
-- name: reminder_now one
-- in:   campaign_id int, day int, customer_id int
-- out:  running int, came int, consents int
SELECT CASE WHEN EXISTS (SELECT 1 FROM campaign k WHERE k.id = :campaign_id AND k.state = 'open')
            THEN 1 ELSE 0 END AS running,
       CASE WHEN EXISTS (SELECT 1 FROM attendance a WHERE a.campaign_id = :campaign_id
            AND a.customer_id = c.id AND a.day = :day) THEN 1 ELSE 0 END AS came,
       CASE WHEN (SELECT m.action FROM mail_consent m WHERE m.customer_id = c.id
            ORDER BY m.id DESC LIMIT 1) = 'given' THEN 1 ELSE 0 END AS consents
FROM customer c WHERE c.id = :customer_id;

-- name: stock_alerts_open many
-- out:  id int, stock int, threshold int, at int, reward_id int, name_ko text, name_en text, owed int
SELECT s.id AS id, s.stock AS stock, s.threshold AS threshold, s.at AS at, r.id AS reward_id,
       r.name_ko AS name_ko, r.name_en AS name_en,
       (SELECT COUNT(*) FROM "grant" g WHERE g.reward_id = r.id AND g.state = 'owed') AS owed
FROM stock_alert s JOIN reward r ON r.id = s.reward_id
WHERE s.queued_at = 0 ORDER BY s.id;

-- name: stock_alert_queued exec
-- in:   now int, id int
UPDATE stock_alert SET queued_at = :now WHERE id = :id AND queued_at = 0;

-- name: alert_recipients_all many
-- out:  email text
SELECT email FROM alert_recipient ORDER BY email;

-- Mails that went to personal Gmail addresses since a moment: from 5,000 a day on Gmail demands
-- more of a sender.
-- name: mails_to_gmail one
-- in:   since int
-- out:  n int
SELECT COUNT(*) AS n FROM outbox
WHERE state = 'sent' AND done_at >= :since
  AND (recipient LIKE '%@gmail.com' OR recipient LIKE '%@googlemail.com');

-- Who waits for a reward, those first of whom nothing was heard for the longest time.
-- name: standing_due many
-- in:   issuer text, before int, limit int
-- out:  id int, email text
SELECT c.id AS id, c.email AS email FROM customer c
WHERE c.issuer = :issuer AND c.email <> '' AND c.standing_at < :before
  AND EXISTS (SELECT 1 FROM "grant" g WHERE g.customer_id = c.id AND g.state = 'owed')
ORDER BY c.standing_at, c.id LIMIT :limit;

-- name: standing_heard exec
-- in:   standing text, now int, id int
UPDATE customer SET standing = :standing, standing_at = :now,
    verified_at = CASE WHEN :standing = 'verified' THEN :now ELSE verified_at END
WHERE id = :id;
