-- What a customer sees of himself.

-- name: attendance_days many
-- in:   campaign_id int, customer_id int, first int, last int
-- out:  day int
SELECT day FROM attendance
WHERE campaign_id = :campaign_id AND customer_id = :customer_id AND day BETWEEN :first AND :last
ORDER BY day;

-- name: grants_of_customer many
-- in:   customer_id int, before int, limit int
-- out:  id int, milestone text, reward text, name_ko text, name_en text, state text, day int, earned_at int
SELECT g.id AS id, m.slug AS milestone, r.slug AS reward, r.name_ko AS name_ko,
       r.name_en AS name_en, g.state AS state, g.day AS day, g.earned_at AS earned_at
FROM "grant" g
JOIN milestone m ON m.id = g.milestone_id
JOIN reward r ON r.id = g.reward_id
WHERE g.customer_id = :customer_id AND g.id < :before
ORDER BY g.id DESC LIMIT :limit;

-- name: grant_current one
-- in:   campaign_id int, customer_id int
-- out:  id int, milestone text, reward text, name_ko text, name_en text, state text, day int, earned_at int
SELECT g.id AS id, m.slug AS milestone, r.slug AS reward, r.name_ko AS name_ko,
       r.name_en AS name_en, g.state AS state, g.day AS day, g.earned_at AS earned_at
FROM "grant" g
JOIN milestone m ON m.id = g.milestone_id
JOIN reward r ON r.id = g.reward_id
WHERE g.campaign_id = :campaign_id AND g.customer_id = :customer_id AND g.state <> 'revoked'
ORDER BY g.day DESC, g.id DESC LIMIT 1;

-- name: grant_of_customer one
-- in:   id int, customer_id int
-- out:  id int, milestone text, reward text, name_ko text, name_en text, state text, day int, earned_at int
SELECT g.id AS id, m.slug AS milestone, r.slug AS reward, r.name_ko AS name_ko,
       r.name_en AS name_en, g.state AS state, g.day AS day, g.earned_at AS earned_at
FROM "grant" g
JOIN milestone m ON m.id = g.milestone_id
JOIN reward r ON r.id = g.reward_id
WHERE g.id = :id AND g.customer_id = :customer_id;

-- name: metrics_rewards many
-- out:  slug text, stock int, owed int
SELECT r.slug AS slug, r.stock AS stock,
       (SELECT COUNT(*) FROM "grant" g WHERE g.reward_id = r.id AND g.state = 'owed') AS owed
FROM reward r ORDER BY r.id;

-- name: metrics_outbox one
-- out:  waiting int
SELECT COUNT(*) AS waiting FROM outbox WHERE state IN ('queued', 'sending');
