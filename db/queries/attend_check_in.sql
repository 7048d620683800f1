-- The check-in and what it earns. All of it runs inside one write transaction.

-- name: campaigns_open many
-- out:  id int, slug text, name_ko text, name_en text, zone text, day_start_s int, first_day int, last_day int, state text, receipt_key text
SELECT id, slug, name_ko, name_en, zone, day_start_s, first_day, last_day, state, receipt_key
FROM campaign WHERE state = 'open' ORDER BY id;

-- The plan: see table plan. Drafts are not part of it.
-- name: plan_version one
-- out:  version int
SELECT version FROM plan WHERE id = 1;

-- name: plan_campaigns many
-- out:  id int, slug text, name_ko text, name_en text, zone text, day_start_s int, first_day int, last_day int, state text, receipt_key text
SELECT id, slug, name_ko, name_en, zone, day_start_s, first_day, last_day, state, receipt_key
FROM campaign WHERE state <> 'draft' ORDER BY id;

-- name: plan_milestones many
-- in:   campaign_id int
-- out:  id int, slug text, kind text, days int, repeats int, reward_id int, reward text, name_ko text, name_en text
SELECT m.id AS id, m.slug AS slug, m.kind AS kind, m.days AS days, m.repeats AS repeats,
       r.id AS reward_id, r.slug AS reward, r.name_ko AS name_ko, r.name_en AS name_en
FROM milestone m
JOIN milestone_reward mr ON mr.milestone_id = m.id
JOIN reward r ON r.id = mr.reward_id
WHERE m.campaign_id = :campaign_id ORDER BY m.id, r.id;

-- name: customer_by_identity one
-- in:   issuer text, subject text
-- out:  id int, name text, email text, verified_at int, standing text, standing_at int
SELECT id, name, email, verified_at, standing, standing_at
FROM customer WHERE issuer = :issuer AND subject = :subject;

-- A customer and his newest check-in in a campaign; day and the rest 0 when he never came.
-- name: customer_newest one
-- in:   campaign_id int, issuer text, subject text
-- out:  id int, name text, email text, verified_at int, standing text, standing_at int, day int, at int, count int, streak int, longest int
SELECT c.id AS id, c.name AS name, c.email AS email, c.verified_at AS verified_at, c.standing AS standing, c.standing_at AS standing_at,
       COALESCE(a.day, 0) AS day, COALESCE(a.at, 0) AS at, COALESCE(a.count, 0) AS count,
       COALESCE(a.streak, 0) AS streak, COALESCE(a.longest, 0) AS longest
FROM customer c
LEFT JOIN attendance a ON a.campaign_id = :campaign_id AND a.customer_id = c.id
     AND a.day = (SELECT MAX(x.day) FROM attendance x
                  WHERE x.campaign_id = :campaign_id AND x.customer_id = c.id)
WHERE c.issuer = :issuer AND c.subject = :subject;

-- name: customer_add exec
-- in:   issuer text, subject text, name text, email text, verified_at int, standing text, standing_at int, now int
INSERT INTO customer (issuer, subject, name, email, verified_at, standing, standing_at, created_at)
VALUES (:issuer, :subject, :name, :email, :verified_at, :standing, :standing_at, :now);

-- name: customer_update exec
-- in:   name text, email text, verified_at int, standing text, standing_at int, id int
UPDATE customer SET name = :name, email = :email, verified_at = :verified_at, standing = :standing,
    standing_at = :standing_at WHERE id = :id;

-- Heard outside of a check-in. verified_at 0 and empty texts leave what is known as it is.
-- name: customer_standing exec
-- in:   standing text, standing_at int, verified_at int, name text, email text, issuer text, subject text
UPDATE customer SET standing = :standing, standing_at = :standing_at,
    verified_at = CASE WHEN :verified_at > 0 THEN :verified_at ELSE verified_at END,
    name = CASE WHEN :name <> '' THEN :name ELSE name END,
    email = CASE WHEN :email <> '' THEN :email ELSE email END
WHERE issuer = :issuer AND subject = :subject;

-- name: attendance_add exec
-- in:   campaign_id int, customer_id int, day int, at int, count int, streak int, longest int
INSERT INTO attendance (campaign_id, customer_id, day, at, count, streak, longest)
VALUES (:campaign_id, :customer_id, :day, :at, :count, :streak, :longest);

-- All milestones of a campaign, each with its rewards; reached: its first occurrence was granted
-- to this customer (0 for nobody).
-- name: milestones many
-- in:   customer_id int, campaign_id int
-- out:  id int, slug text, kind text, days int, repeats int, reward_id int, reward text, name_ko text, name_en text, available int, reached int
SELECT m.id AS id, m.slug AS slug, m.kind AS kind, m.days AS days, m.repeats AS repeats,
       r.id AS reward_id, r.slug AS reward, r.name_ko AS name_ko, r.name_en AS name_en,
       CASE WHEN r.stock > 0 THEN 1 ELSE 0 END AS available,
       CASE WHEN EXISTS (SELECT 1 FROM "grant" g WHERE g.campaign_id = m.campaign_id
            AND g.customer_id = :customer_id AND g.milestone_id = m.id AND g.occurrence = 1)
            THEN 1 ELSE 0 END AS reached
FROM milestone m
JOIN milestone_reward mr ON mr.milestone_id = m.id
JOIN reward r ON r.id = mr.reward_id
WHERE m.campaign_id = :campaign_id ORDER BY m.id, r.id;

-- Whether a milestone's first occurrence was granted to a customer.
-- name: grant_first one
-- in:   campaign_id int, customer_id int, milestone_id int
-- out:  found int
SELECT 1 AS found FROM "grant"
WHERE campaign_id = :campaign_id AND customer_id = :customer_id AND milestone_id = :milestone_id
  AND occurrence = 1 LIMIT 1;

-- Whether a unit is there and nobody waits for it but those whose rewards are withheld.
-- name: reward_free one
-- in:   id int
-- out:  free int, stock int, threshold int, armed int
SELECT CASE WHEN r.stock > 0 AND NOT EXISTS (SELECT 1
       FROM "grant" o JOIN customer w ON w.id = o.customer_id
       WHERE o.reward_id = r.id AND o.state = 'owed'
         AND w.standing NOT IN ('no_purchase', 'not_registered')) THEN 1 ELSE 0 END AS free,
       r.stock AS stock, r.threshold AS threshold, r.armed AS armed
FROM reward r WHERE r.id = :id;

-- No row: this occurrence was granted before.
-- name: grant_add exec
-- in:   campaign_id int, customer_id int, milestone_id int, occurrence int, reward_id int, day int, state text, earned_at int, settled_at int
INSERT INTO "grant" (campaign_id, customer_id, milestone_id, occurrence, reward_id, day, state,
                     earned_at, settled_at)
VALUES (:campaign_id, :customer_id, :milestone_id, :occurrence, :reward_id, :day, :state,
        :earned_at, :settled_at)
ON CONFLICT (campaign_id, customer_id, milestone_id, occurrence, reward_id) DO NOTHING;

-- name: grants_of_day many
-- in:   campaign_id int, customer_id int, day int
-- out:  id int, milestone text, reward text, name_ko text, name_en text, state text, day int, earned_at int
SELECT g.id AS id, m.slug AS milestone, r.slug AS reward, r.name_ko AS name_ko,
       r.name_en AS name_en, g.state AS state, g.day AS day, g.earned_at AS earned_at
FROM "grant" g
JOIN milestone m ON m.id = g.milestone_id
JOIN reward r ON r.id = g.reward_id
WHERE g.campaign_id = :campaign_id AND g.customer_id = :customer_id AND g.day = :day
ORDER BY g.id;
