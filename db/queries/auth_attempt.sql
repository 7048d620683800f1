-- Failed attempts in a row, by a keyed hash of whose they are.

-- name: attempt_get one
-- in:   key text
-- out:  fails int, last_at int, free_at int
SELECT fails, last_at, free_at FROM attempt WHERE key = :key;

-- name: attempt_put exec
-- in:   key text, fails int, last_at int, free_at int
INSERT INTO attempt (key, fails, last_at, free_at) VALUES (:key, :fails, :last_at, :free_at)
ON CONFLICT (key) DO UPDATE SET fails = excluded.fails, last_at = excluded.last_at, free_at = excluded.free_at;

-- name: attempt_clear exec
-- in:   key text
DELETE FROM attempt WHERE key = :key;

-- name: attempt_clean exec
-- in:   before int
DELETE FROM attempt WHERE key IN
    (SELECT key FROM attempt WHERE last_at < :before ORDER BY last_at LIMIT 50);
