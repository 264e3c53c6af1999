-- 01, exercise 1: everybody who lives in Mill Lane, by name.
CREATE VIEW mill_lane AS
SELECT name, street FROM members WHERE street LIKE 'Mill Lane %' ORDER BY name;

-- 01, exercise 2: who gave no e-mail address. `= NULL` finds nobody.
CREATE VIEW no_email AS
SELECT name FROM members WHERE email IS NULL;

-- 01, exercise 3: the five oldest books.
CREATE VIEW oldest_books AS
SELECT title, published FROM books ORDER BY published LIMIT 5;

-- 01, exercise 4: a member of your own.
INSERT INTO members (name, street, joined) VALUES ('My Name', 'Mill Lane 99', current_date) RETURNING id;
UPDATE members SET email = 'me@example.org' WHERE name = 'My Name';
