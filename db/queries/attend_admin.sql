-- What staff see. Lists are read in pages: each takes the key of the last row before it.

-- name: admin_today one
-- in:   campaign_id int, day int
-- out:  n int
SELECT COUNT(*) AS n FROM attendance WHERE campaign_id = :campaign_id AND day = :day;

-- given: what staff put in and took out, less what is left, for every other unit went to somebody. Counting
-- those would read a row for each.
-- name: admin_rewards many
-- out:  id int, slug text, name_ko text, name_en text, stock int, threshold int, armed int, owed int, given int
SELECT r.id AS id, r.slug AS slug, r.name_ko AS name_ko, r.name_en AS name_en, r.stock AS stock,
       r.threshold AS threshold, r.armed AS armed,
       (SELECT COUNT(*) FROM "grant" g WHERE g.reward_id = r.id AND g.state = 'owed') AS owed,
       (SELECT COALESCE(SUM(m.delta), 0) FROM stock_movement m
        WHERE m.reward_id = r.id AND m.grant_id IS NULL) - r.stock AS given
FROM reward r ORDER BY r.id;

-- name: admin_reward one
-- in:   id int
-- out:  id int, slug text, name_ko text, name_en text, stock int, threshold int, armed int, owed int
SELECT r.id AS id, r.slug AS slug, r.name_ko AS name_ko, r.name_en AS name_en, r.stock AS stock,
       r.threshold AS threshold, r.armed AS armed,
       (SELECT COUNT(*) FROM "grant" g WHERE g.reward_id = r.id AND g.state = 'owed') AS owed
FROM reward r WHERE r.id = :id;

-- name: admin_movements many
-- in:   reward_id int, before int, max int
-- out:  id int, delta int, stock_after int, reason text, author text, at int, customer_id int, customer text
SELECT m.id AS id, m.delta AS delta, m.stock_after AS stock_after, m.reason AS reason,
       m.author AS author, m.at AS at, g.customer_id AS customer_id, c.name AS customer
FROM stock_movement m
LEFT JOIN "grant" g ON g.id = m.grant_id
LEFT JOIN customer c ON c.id = g.customer_id
WHERE m.reward_id = :reward_id AND m.id < :before
ORDER BY m.id DESC LIMIT :max;

-- The last first, from (at, customer) on. Only e-mails from inclusive, to exclusive.
-- name: admin_attendance many
-- in:   campaign_id int, day int, at int, customer_id int, from_email text, to_email text, max int
-- out:  customer_id int, name text, email text, at int, count int, streak int
SELECT a.customer_id AS customer_id, c.name AS name, c.email AS email, a.at AS at,
       a.count AS count, a.streak AS streak
FROM attendance a JOIN customer c ON c.id = a.customer_id
WHERE a.campaign_id = :campaign_id AND a.day = :day AND (a.at, a.customer_id) < (:at, :customer_id)
  AND c.email >= :from_email AND c.email < :to_email
ORDER BY a.at DESC, a.customer_id DESC LIMIT :max;

-- reward 0: all of them; state '': all of them.
-- name: admin_grants many
-- in:   before int, reward_id int, state text, max int
-- out:  id int, customer_id int, name text, email text, milestone text, name_ko text, name_en text, state text, day int, earned_at int, settled_at int
SELECT g.id AS id, g.customer_id AS customer_id, c.name AS name, c.email AS email,
       m.slug AS milestone, r.name_ko AS name_ko, r.name_en AS name_en, g.state AS state,
       g.day AS day, g.earned_at AS earned_at, g.settled_at AS settled_at
FROM "grant" g
JOIN customer c ON c.id = g.customer_id
JOIN milestone m ON m.id = g.milestone_id
JOIN reward r ON r.id = g.reward_id
WHERE g.id < :before AND (:reward_id = 0 OR g.reward_id = :reward_id)
  AND (:state = '' OR g.state = :state)
ORDER BY g.id DESC LIMIT :max;

-- An e-mail by its beginning: from inclusive, to exclusive. Without an index, which every new customer would
-- pay for at his first check-in: staff wait about 0.1 s among a million.
-- name: admin_customers many
-- in:   from_email text, to_email text, after int, max int
-- out:  id int, name text, email text, verified_at int, created_at int
SELECT id, name, email, verified_at, created_at FROM customer
WHERE email >= :from_email AND email < :to_email AND email <> '' AND id > :after
ORDER BY id LIMIT :max;

-- name: admin_customer one
-- in:   id int
-- out:  id int, name text, email text, subject text, verified_at int, created_at int
SELECT id, name, email, subject, verified_at, created_at FROM customer WHERE id = :id;

-- name: admin_consents many
-- in:   customer_id int
-- out:  action text, wording text, source text, at int
SELECT action, wording, source, at FROM mail_consent WHERE customer_id = :customer_id
ORDER BY id DESC LIMIT 50;

-- name: admin_recipients many
-- out:  email text, author text, at int
SELECT email, author, at FROM alert_recipient ORDER BY email;

-- name: admin_recipient_add exec
-- in:   email text, author text, at int
INSERT INTO alert_recipient (email, author, at) VALUES (:email, :author, :at)
ON CONFLICT (email) DO NOTHING;

-- name: admin_recipient_remove exec
-- in:   email text
DELETE FROM alert_recipient WHERE email = :email;

-- name: admin_alerts many
-- out:  id int, reward_id int, name_ko text, name_en text, stock int, threshold int, at int, queued_at int
SELECT s.id AS id, s.reward_id AS reward_id, r.name_ko AS name_ko, r.name_en AS name_en,
       s.stock AS stock, s.threshold AS threshold, s.at AS at, s.queued_at AS queued_at
FROM stock_alert s JOIN reward r ON r.id = s.reward_id ORDER BY s.id DESC LIMIT 50;
