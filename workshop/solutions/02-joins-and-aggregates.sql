-- 02, exercise 1: every book by a Scottish author, with the author's name.
SELECT books.title, authors.name
FROM books JOIN authors ON authors.id = books.author_id
WHERE authors.country = 'Scotland'
ORDER BY books.title;

-- 02, exercise 2: the members who never borrowed anything.
SELECT members.name
FROM members LEFT JOIN loans ON loans.member_id = members.id
WHERE loans.id IS NULL
ORDER BY members.name;

-- 02, exercise 3: loans for each month.
SELECT date_trunc('month', lent)::date AS month, count(*)
FROM loans GROUP BY month ORDER BY month;

-- 02, exercise 4: the three titles lent most often.
SELECT books.title, count(*) AS times
FROM loans
JOIN copies ON copies.id = loans.copy_id
JOIN books ON books.id = copies.book_id
GROUP BY books.id
ORDER BY times DESC, books.title
LIMIT 3;

-- 02, exercise 5: who should have brought a book back by 30 June 2025, and how many days ago.
SELECT member, title, date '2025-06-30' - due AS days_late
FROM on_loan WHERE due < date '2025-06-30'
ORDER BY days_late DESC, member;

-- 02, exercise 6: genres of which more than 35 percent of the loans came back late.
SELECT books.genre,
       count(*) AS loans,
       round(avg((loans.returned > loans.due)::integer), 2) AS late
FROM loans
JOIN copies ON copies.id = loans.copy_id
JOIN books ON books.id = copies.book_id
WHERE loans.returned IS NOT NULL
GROUP BY books.genre
HAVING avg((loans.returned > loans.due)::integer) > 0.35
ORDER BY late DESC;
