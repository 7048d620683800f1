-- The demo shop's database, as a shop of that kind has it: everything is text, the e-mail is the
-- key. chulcheck only reads it.
BEGIN;
CREATE TABLE customer (
	id    VARCHAR(32) NOT NULL,
	name  VARCHAR(60) NOT NULL,
	email VARCHAR(254) NOT NULL PRIMARY KEY
);
CREATE TABLE product (
	id    VARCHAR(32) NOT NULL PRIMARY KEY,
	name  VARCHAR(120) NOT NULL,
	count VARCHAR(12) NOT NULL
);
CREATE TABLE purchasedetails (
	id         VARCHAR(32) NOT NULL PRIMARY KEY,
	email      VARCHAR(254) NOT NULL,
	product_id VARCHAR(32) NOT NULL
);
CREATE INDEX purchasedetails_email ON purchasedetails (email);
INSERT INTO customer VALUES
('1', '김하늘', 'hanul@example.kr'), ('2', '이바다', 'bada@example.kr'), ('3', '박운영', 'owner@example.kr'),
('4', '최단비', 'danbi@example.kr'), ('5', '정소리', 'sori@example.kr'), ('6', '한여름', 'yeoreum@example.kr');
INSERT INTO product VALUES
('1', '제주 감귤 2kg', '120'), ('2', '국산 참기름 300ml', '48'), ('3', '유기농 현미 4kg', '75'),
('4', '볶은 보리차 30입', '210'), ('5', '손뜨개 수세미 3개', '64'), ('6', '천연 비누 세트', '37'),
('7', '남해 멸치 500g', '90'), ('8', '안동 간고등어 5손', '26'), ('9', '전주 비빔 고추장 1kg', '58'),
('10', '광양 매실청 1L', '41'), ('11', '면 행주 10장', '300'), ('12', '도자기 찻잔 2인', '18');
INSERT INTO purchasedetails VALUES
('1', 'hanul@example.kr', '1'), ('2', 'hanul@example.kr', '4'), ('3', 'hanul@example.kr', '9'),
('4', 'danbi@example.kr', '2'), ('5', 'danbi@example.kr', '6'), ('6', 'sori@example.kr', '12'),
('7', 'sori@example.kr', '3'), ('8', 'yeoreum@example.kr', '5'), ('9', 'yeoreum@example.kr', '11'),
('10', 'owner@example.kr', '7');
COMMIT;
