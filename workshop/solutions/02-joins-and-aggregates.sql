-- 02, exercise 1: every book by a Scottish author, with the author's name.
CREATE VIEW scottish_books AS
SELECT books.title, authors.name
FROM books JOIN authors ON authors.id = books.author_id
WHERE authors.country = 'Scotland';

-- 02, exercise 2: the members who never borrowed anything.
CREATE VIEW never_borrowed AS
SELECT members.name
FROM members LEFT JOIN loans ON loans.member_id = members.id
WHERE loans.id IS NULL;

-- 02, exercise 3: loans for each month.
CREATE VIEW loans_per_month AS
SELECT date_trunc('month', lent)::date AS month, count(*) AS loans
FROM loans GROUP BY month;

-- 02, exercise 4: the three titles lent most often.
CREATE VIEW most_lent AS
SELECT books.title, count(*) AS loans
FROM loans
JOIN copies ON copies.id = loans.copy_id
JOIN books ON books.id = copies.book_id
GROUP BY books.id
ORDER BY loans DESC, books.title
LIMIT 3;

-- 02, exercise 5: who should have brought a book back by 30 June 2025, and how many days ago.
CREATE VIEW overdue AS
SELECT member, title, date '2025-06-30' - due AS days
FROM on_loan WHERE due < date '2025-06-30';

-- 02, exercise 6: genres of which more than 35 percent of the loans came back late.
CREATE VIEW late_genres AS
SELECT books.genre
FROM loans
JOIN copies ON copies.id = loans.copy_id
JOIN books ON books.id = copies.book_id
WHERE loans.returned IS NOT NULL
GROUP BY books.genre
HAVING avg((loans.returned > loans.due)::integer) > 0.35;

-- 02, exercise 7: what somebody pays who is late.
CREATE FUNCTION fine(days integer) RETURNS numeric
LANGUAGE sql IMMUTABLE
RETURN least(greatest(days - 3, 0) * 0.20, 10.00);

-- 02, exercise 8: a table with keys.
CREATE TABLE wishes (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id integer NOT NULL REFERENCES members,
    book_id integer NOT NULL REFERENCES books,
    wished date NOT NULL,
    UNIQUE (member_id, book_id)
);
INSERT INTO wishes (member_id, book_id, wished) VALUES
    (7, 12, '2025-06-28'),
    (7, 31, '2025-06-28'),
    (42, 12, '2025-06-30');
