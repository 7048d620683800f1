-- Attendance for chulcheckctl export.

-- slug NULL: all of them.
-- name: export_campaigns many
-- in:   slug text
-- out:  id int, slug text, zone text
SELECT id, slug, zone FROM campaign WHERE slug = COALESCE(:slug, slug) ORDER BY id;

-- The rows that follow one of them, in the order of the primary key. Those of other days are in it
-- too, only without their customer: so a page takes the same short time however few days are wanted.
-- name: export_page many
-- in:   from int, to int, campaign_id int, customer_id int, day int, limit int
-- out:  customer_id int, day int, at int, count int, streak int, longest int, subject text, name text, email text
SELECT a.customer_id AS customer_id, a.day AS day, a.at AS at, a.count AS count, a.streak AS streak,
       a.longest AS longest, c.subject AS subject, c.name AS name, c.email AS email
FROM attendance a LEFT JOIN customer c ON c.id = a.customer_id AND a.day BETWEEN :from AND :to
WHERE a.campaign_id = :campaign_id AND (a.customer_id, a.day) > (:customer_id, :day)
ORDER BY a.customer_id, a.day LIMIT :limit;
