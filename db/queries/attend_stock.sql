-- The ledger of stock, and the change of a grant's state. Only inside a write transaction.

-- name: stock_reward one
-- in:   id int
-- out:  slug text, stock int, threshold int, armed int
SELECT slug, stock, threshold, armed FROM reward WHERE id = :id;

-- name: stock_by_key one
-- in:   key text
-- out:  reward_id int, delta int, stock_after int, reason text
SELECT reward_id, delta, stock_after, reason FROM stock_movement WHERE key = :key;

-- No row: there is less than that.
-- name: stock_move one
-- in:   delta int, key text, reason text, author text, now int, reward_id int
-- out:  stock_after int
INSERT INTO stock_movement (reward_id, delta, stock_after, key, reason, author, at)
SELECT r.id, :delta, r.stock + :delta, :key, :reason, :author, :now
FROM reward r WHERE r.id = :reward_id AND r.stock + :delta >= 0
RETURNING stock_after;

-- name: stock_take_one exec
-- in:   reward_id int, stock_after int, grant_id int, reason text, author text, now int
INSERT INTO stock_movement (reward_id, delta, stock_after, grant_id, reason, author, at)
VALUES (:reward_id, -1, :stock_after, :grant_id, :reason, :author, :now);

-- name: stock_arm exec
-- in:   id int
UPDATE reward SET armed = 1 WHERE id = :id AND armed = 0 AND stock > threshold;

-- name: stock_disarm exec
-- in:   id int
UPDATE reward SET armed = 0 WHERE id = :id;

-- name: stock_threshold_set exec
-- in:   threshold int, id int
UPDATE reward SET threshold = :threshold, armed = 1 WHERE id = :id;

-- name: stock_alert_add exec
-- in:   reward_id int, stock int, threshold int, now int
INSERT INTO stock_alert (reward_id, stock, threshold, at)
VALUES (:reward_id, :stock, :threshold, :now);

-- Not of those who are known to have no purchase any more: theirs are withheld.
-- name: grants_owed many
-- in:   reward_id int, limit int
-- out:  id int
SELECT g.id AS id FROM "grant" g JOIN customer c ON c.id = g.customer_id
WHERE g.reward_id = :reward_id AND g.state = 'owed'
  AND c.standing NOT IN ('no_purchase', 'not_registered')
ORDER BY g.id LIMIT :limit;

-- Writes down, once each, which grants are passed over.
-- name: grants_withhold exec
-- in:   now int, author text, reward_id int
INSERT INTO grant_event (grant_id, old_state, new_state, at, author, reason)
SELECT g.id, 'owed', 'owed', :now, :author, 'withheld'
FROM "grant" g JOIN customer c ON c.id = g.customer_id
WHERE g.reward_id = :reward_id AND g.state = 'owed'
  AND c.standing IN ('no_purchase', 'not_registered')
  AND NOT EXISTS (SELECT 1 FROM grant_event e WHERE e.grant_id = g.id AND e.reason = 'withheld');

-- Owed to a customer although there is stock: they were withheld.
-- name: grants_released many
-- in:   customer_id int
-- out:  id int, reward_id int
SELECT g.id AS id, g.reward_id AS reward_id FROM "grant" g JOIN reward r ON r.id = g.reward_id
WHERE g.customer_id = :customer_id AND g.state = 'owed' AND r.stock > 0 ORDER BY g.id;

-- name: grant_settle exec
-- in:   now int, id int
UPDATE "grant" SET state = 'granted', settled_at = :now WHERE id = :id AND state = 'owed';

-- name: grant_claim exec
-- in:   id int
UPDATE "grant" SET state = 'claimed' WHERE id = :id AND state = 'granted';

-- name: grant_event_add exec
-- in:   grant_id int, old_state text, new_state text, at int, author text, reason text
INSERT INTO grant_event (grant_id, old_state, new_state, at, author, reason)
VALUES (:grant_id, :old_state, :new_state, :at, :author, :reason);

-- name: audit_add exec
-- in:   at int, author text, action text, subject text, detail text
INSERT INTO audit (at, author, action, subject, detail)
VALUES (:at, :author, :action, :subject, :detail);
