-- What the customer's own pages read and write besides the check-in.

-- Known from now on: for consent before the first check-in. verified_at 0 leaves it as it is.
-- name: customer_touch one
-- in:   issuer text, subject text, name text, email text, verified_at int, now int
-- out:  id int
INSERT INTO customer (issuer, subject, name, email, verified_at, created_at)
VALUES (:issuer, :subject, :name, :email, :verified_at, :now)
ON CONFLICT (issuer, subject) DO UPDATE
SET name = excluded.name, email = excluded.email,
    verified_at = CASE WHEN excluded.verified_at > 0 THEN excluded.verified_at
                       ELSE customer.verified_at END
RETURNING id;

-- name: consent_newest one
-- in:   customer_id int
-- out:  action text, at int
SELECT action, at FROM mail_consent WHERE customer_id = :customer_id ORDER BY id DESC LIMIT 1;

-- name: consent_add exec
-- in:   customer_id int, action text, wording text, source text, at int
INSERT INTO mail_consent (customer_id, action, wording, source, at)
VALUES (:customer_id, :action, :wording, :source, :at);

-- name: customer_exists one
-- in:   id int
-- out:  id int
SELECT id FROM customer WHERE id = :id;

-- When each was granted and claimed: 0 for not yet.
-- name: my_grants many
-- in:   customer_id int, before int, max int
-- out:  id int, name_ko text, name_en text, state text, day int, settled_at int, claimed_at int
SELECT g.id AS id, r.name_ko AS name_ko, r.name_en AS name_en, g.state AS state, g.day AS day,
       g.settled_at AS settled_at,
       (SELECT MAX(e.at) FROM grant_event e WHERE e.grant_id = g.id AND e.new_state = 'claimed') AS claimed_at
FROM "grant" g JOIN reward r ON r.id = g.reward_id
WHERE g.customer_id = :customer_id AND g.id < :before
ORDER BY g.id DESC LIMIT :max;

-- name: attendance_rows many
-- in:   campaign_id int, customer_id int, first int, last int
-- out:  day int, at int, count int, streak int
SELECT day, at, count, streak FROM attendance
WHERE campaign_id = :campaign_id AND customer_id = :customer_id AND day BETWEEN :first AND :last
ORDER BY day DESC;
