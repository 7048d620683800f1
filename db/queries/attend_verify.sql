-- What chulcheckctl verify looks for: each query counts rows that break a rule of the event and
-- names the first of them. All are read from one snapshot.

-- The file itself: its pages, indexes and the CHECKs of its tables. SQLite only.
-- name: verify_file one
-- out:  n int, first text
SELECT COUNT(*) AS n, MIN(integrity_check) AS first
FROM pragma_integrity_check WHERE integrity_check <> 'ok';

-- References that lead nowhere. SQLite only.
-- name: verify_reference one
-- out:  n int, first text
SELECT COUNT(*) AS n, MIN("table" || ' -> ' || parent) AS first FROM pragma_foreign_key_check;

-- name: verify_stock one
-- out:  n int, first text
SELECT COUNT(*) AS n, MIN('reward ' || r.slug) AS first FROM reward r
WHERE r.stock <> (SELECT COALESCE(SUM(m.delta), 0) FROM stock_movement m WHERE m.reward_id = r.id)
   OR r.stock < 0;

-- name: verify_movement one
-- out:  n int, first text
SELECT COUNT(*) AS n, 'movement ' || CAST(MIN(s.id) AS TEXT) AS first FROM (
    SELECT id, stock_after, SUM(delta) OVER (PARTITION BY reward_id ORDER BY id) AS total
    FROM stock_movement) s
WHERE s.stock_after <> s.total OR s.stock_after < 0;

-- A grant that is not owed took exactly one unit of its reward; an owed one took none.
-- name: verify_grant_unit one
-- out:  n int, first text
SELECT COUNT(*) AS n, 'grant ' || CAST(MIN(g.id) AS TEXT) AS first FROM "grant" g
WHERE g.state <> 'revoked'
  AND (SELECT COUNT(*) FROM stock_movement m WHERE m.grant_id = g.id
       AND m.reward_id = g.reward_id AND m.delta = -1) <> CASE WHEN g.state = 'owed' THEN 0 ELSE 1 END;

-- A unit that left for a grant of another reward, or more than one unit.
-- name: verify_movement_grant one
-- out:  n int, first text
SELECT COUNT(*) AS n, 'movement ' || CAST(MIN(m.id) AS TEXT) AS first FROM stock_movement m
WHERE m.grant_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "grant" g
      WHERE g.id = m.grant_id AND g.reward_id = m.reward_id AND m.delta = -1);

-- name: verify_grant_day one
-- out:  n int, first text
SELECT COUNT(*) AS n, 'grant ' || CAST(MIN(g.id) AS TEXT) AS first FROM "grant" g
WHERE NOT EXISTS (SELECT 1 FROM attendance a WHERE a.campaign_id = g.campaign_id
      AND a.customer_id = g.customer_id AND a.day = g.day);

-- name: verify_grant_twice one
-- out:  n int, first text
SELECT COUNT(*) AS n, 'customer ' || CAST(MIN(s.customer_id) AS TEXT) AS first FROM (
    SELECT customer_id FROM "grant"
    GROUP BY campaign_id, customer_id, milestone_id, occurrence, reward_id HAVING COUNT(*) > 1) s;

-- name: verify_attendance_twice one
-- out:  n int, first text
SELECT COUNT(*) AS n, 'customer ' || CAST(MIN(s.customer_id) AS TEXT) AS first FROM (
    SELECT customer_id FROM attendance
    GROUP BY campaign_id, customer_id, day HAVING COUNT(*) > 1) s;

-- Owed while there is stock, and not withheld: a restock that settled nobody.
-- name: verify_owed one
-- out:  n int, first text
SELECT COUNT(*) AS n, 'grant ' || CAST(MIN(g.id) AS TEXT) AS first
FROM "grant" g JOIN reward r ON r.id = g.reward_id JOIN customer c ON c.id = g.customer_id
WHERE g.state = 'owed' AND r.stock > 0 AND c.standing NOT IN ('no_purchase', 'not_registered');

-- Granted out of turn: somebody who earned the same reward earlier still waits.
-- name: verify_turn one
-- out:  n int, first text
SELECT COUNT(*) AS n, 'grant ' || CAST(MIN(w.id) AS TEXT) AS first
FROM (SELECT x.reward_id AS reward_id, MIN(x.id) AS id FROM "grant" x
      WHERE x.state = 'owed'
        AND NOT EXISTS (SELECT 1 FROM grant_event e WHERE e.grant_id = x.id AND e.reason = 'withheld')
      GROUP BY x.reward_id) w
JOIN (SELECT reward_id, MAX(id) AS id FROM "grant" WHERE state IN ('granted', 'claimed', 'fulfilled')
      GROUP BY reward_id) g ON g.reward_id = w.reward_id AND g.id > w.id;

-- Count, streak and longest of each row, from the days themselves. Of somebody who left, only the
-- days of his rewards are still there.
-- name: verify_attendance one
-- out:  n int, first text
SELECT COUNT(*) AS n, 'customer ' || CAST(MIN(s.customer_id) AS TEXT) AS first FROM (
    SELECT a.customer_id, a.count, a.streak, a.longest, a.day,
           ROW_NUMBER() OVER w AS position,
           LAG(a.day) OVER w AS day_before,
           LAG(a.streak) OVER w AS streak_before,
           LAG(a.longest) OVER w AS longest_before
    FROM attendance a
    WHERE NOT EXISTS (SELECT 1 FROM customer c WHERE c.id = a.customer_id AND c.erased_at > 0)
    WINDOW w AS (PARTITION BY a.campaign_id, a.customer_id ORDER BY a.day)) s
WHERE s.count <> s.position
   OR s.streak <> CASE WHEN s.day_before = s.day - 1 THEN s.streak_before + 1 ELSE 1 END
   OR s.longest <> CASE WHEN s.streak > COALESCE(s.longest_before, 0) THEN s.streak ELSE s.longest_before END;

-- A mail that left for somebody who had not agreed, or not any more, when it was written.
-- name: verify_consent one
-- out:  n int, first text
SELECT COUNT(*) AS n, 'mail ' || CAST(MIN(o.id) AS TEXT) AS first FROM outbox o
WHERE o.kind = 'reminder' AND o.state = 'sent'
  AND COALESCE((SELECT c.action FROM mail_consent c WHERE c.customer_id = o.customer_id
      AND c.at <= o.created_at ORDER BY c.id DESC LIMIT 1), 'withdrawn') <> 'given';

-- For the day of each check-in, which is compared with its moment in C.
-- name: verify_campaigns many
-- out:  id int, slug text, zone text, day_start_s int
SELECT id, slug, zone, day_start_s FROM campaign ORDER BY id;

-- name: verify_days many
-- in:   campaign_id int, customer_id int, day int, limit int
-- out:  customer_id int, day int, at int
SELECT customer_id, day, at FROM attendance
WHERE campaign_id = :campaign_id AND (customer_id, day) > (:customer_id, :day)
ORDER BY customer_id, day LIMIT :limit;
