-- The demo campaign: its period, rewards with stock, milestones; three customers of the days before.
BEGIN;
INSERT INTO campaign (id, slug, name_ko, name_en, zone, day_start_s, first_day, last_day, state, receipt_key, created_at)
VALUES (1, 'daily', '매일매일 출석체크', 'Daily check-in', 'Asia/Seoul', 0, @TODAY@ - 30, 0, 'open', '@RECEIPT_KEY@', @NOW@);
INSERT INTO reward (id, slug, name_ko, name_en, threshold, created_at) VALUES
(1, 'sticker', '웰컴 스티커', 'Welcome sticker', 10, @NOW@),
(2, 'drip-coffee', '드립백 커피', 'Drip coffee', 10, @NOW@),
(3, 'mug', '머그컵', 'Mug', 5, @NOW@),
(4, 'cookie-box', '수제 쿠키 상자', 'Cookie box', 5, @NOW@),
(5, 'eco-bag', '에코백', 'Eco bag', 3, @NOW@);
INSERT INTO stock_movement (reward_id, delta, stock_after, reason, author, at) VALUES
(1, 100, 100, '첫 입고', 'owner@example.kr', @NOW@ - 30 * 86400000),
(2, 80, 80, '첫 입고', 'owner@example.kr', @NOW@ - 30 * 86400000),
(3, 40, 40, '첫 입고', 'owner@example.kr', @NOW@ - 30 * 86400000),
(4, 30, 30, '첫 입고', 'owner@example.kr', @NOW@ - 30 * 86400000),
(5, 20, 20, '첫 입고', 'owner@example.kr', @NOW@ - 30 * 86400000);
INSERT INTO milestone (id, campaign_id, slug, kind, days, repeats) VALUES
(1, 1, 'first', 'cumulative', 1, 0), (2, 1, 'streak-3', 'consecutive', 3, 0),
(3, 1, 'seven', 'cumulative', 7, 0), (4, 1, 'streak-7', 'consecutive', 7, 1),
(5, 1, 'thirty', 'cumulative', 30, 0);
INSERT INTO milestone_reward VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5);
INSERT INTO alert_recipient VALUES ('owner@example.kr', 'owner@example.kr', @NOW@);

INSERT INTO customer (id, issuer, subject, name, email, verified_at, created_at) VALUES
(1, '@AUTH_URL@', 'demo-danbi', '최단비', 'danbi@example.kr', @NOW@, @NOW@ - 3 * 86400000),
(2, '@AUTH_URL@', 'demo-sori', '정소리', 'sori@example.kr', @NOW@, @NOW@ - 2 * 86400000),
(3, '@AUTH_URL@', 'demo-yeoreum', '한여름', 'yeoreum@example.kr', @NOW@, @NOW@ - 86400000);
INSERT INTO attendance (campaign_id, customer_id, day, at, count, streak, longest) VALUES
(1, 1, @TODAY@ - 2, @NOW@ - 2 * 86400000, 1, 1, 1), (1, 1, @TODAY@ - 1, @NOW@ - 86400000, 2, 2, 2),
(1, 2, @TODAY@ - 1, @NOW@ - 86400000, 1, 1, 1), (1, 3, @TODAY@ - 1, @NOW@ - 86400000, 1, 1, 1);
INSERT INTO "grant" (id, campaign_id, customer_id, milestone_id, occurrence, reward_id, day, state, earned_at, settled_at) VALUES
(1, 1, 1, 1, 1, 1, @TODAY@ - 2, 'granted', @NOW@ - 2 * 86400000, @NOW@ - 2 * 86400000),
(2, 1, 2, 1, 1, 1, @TODAY@ - 1, 'granted', @NOW@ - 86400000, @NOW@ - 86400000),
(3, 1, 3, 1, 1, 1, @TODAY@ - 1, 'granted', @NOW@ - 86400000, @NOW@ - 86400000);
INSERT INTO stock_movement (reward_id, delta, stock_after, grant_id, reason, author, at) VALUES
(1, -1, 99, 1, 'check-in', 'system', @NOW@ - 2 * 86400000), (1, -1, 98, 2, 'check-in', 'system', @NOW@ - 86400000),
(1, -1, 97, 3, 'check-in', 'system', @NOW@ - 86400000);
INSERT INTO stock_movement (reward_id, delta, stock_after, reason, author, at) VALUES
(1, 3, 100, '추가 입고', 'owner@example.kr', @NOW@ - 3600000);
INSERT INTO mail_consent (customer_id, action, wording, source, at) VALUES
(1, 'given', '2026-11', 'page', @NOW@ - 2 * 86400000), (2, 'given', '2026-11', 'page', @NOW@ - 86400000);
COMMIT;
