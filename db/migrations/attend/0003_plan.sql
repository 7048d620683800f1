-- Which plan is in force: every change of a campaign, of a milestone or of a reward's names makes
-- this number another one, so that programs may remember the plan and read one row to see whether
-- it still holds. A number never comes back, also not after a change that was rolled back.
CREATE TABLE plan (
	id      INTEGER PRIMARY KEY CHECK (id = 1),
	version INTEGER NOT NULL
) STRICT;
INSERT INTO plan (id, version) VALUES (1, random());

CREATE TRIGGER campaign_added AFTER INSERT ON campaign
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER campaign_changed AFTER UPDATE ON campaign
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER campaign_removed AFTER DELETE ON campaign
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_added AFTER INSERT ON milestone
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_changed AFTER UPDATE ON milestone
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_removed AFTER DELETE ON milestone
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_reward_added AFTER INSERT ON milestone_reward
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_reward_changed AFTER UPDATE ON milestone_reward
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER milestone_reward_removed AFTER DELETE ON milestone_reward
BEGIN UPDATE plan SET version = random(); END;
CREATE TRIGGER reward_renamed AFTER UPDATE OF slug, name_ko, name_en ON reward
BEGIN UPDATE plan SET version = random(); END;

-- The ledger's two checks as one: stock grows by delta, and must then be what the newest movement
-- says (reward_stock_is_ledger). Each grant pays for what stands here.
DROP TRIGGER stock_movement_checks;
DROP TRIGGER stock_movement_counts;
CREATE TRIGGER stock_movement_counts AFTER INSERT ON stock_movement
BEGIN
	UPDATE reward SET stock = stock + NEW.delta WHERE id = NEW.reward_id;
	SELECT RAISE(ABORT, 'no such reward') WHERE changes() = 0;
END;

-- Arrivals in order, so that a rush adds to the index's end; and no index by e-mail, which each new
-- customer would add to in a place of his own: staff who search wait for a scan.
DROP INDEX attendance_day;
CREATE INDEX attendance_day ON attendance (campaign_id, day, at);
DROP INDEX customer_email;
