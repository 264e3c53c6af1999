-- The sample database: a lending library in one town, as of 30 June 2025.
-- Everything is made from the lists below by arithmetic, without random numbers: each load gives the same rows.

CREATE TABLE authors (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    born integer,
    country text NOT NULL
);

CREATE TABLE books (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL,
    author_id integer NOT NULL REFERENCES authors,
    published integer NOT NULL,
    genre text NOT NULL,
    UNIQUE (author_id, title)
);

CREATE TABLE copies (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    book_id integer NOT NULL REFERENCES books,
    shelf text NOT NULL,
    bought date NOT NULL
);

CREATE TABLE members (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    email text UNIQUE, -- not everybody has one
    street text NOT NULL,
    joined date NOT NULL
);

CREATE TABLE loans (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    copy_id integer NOT NULL REFERENCES copies,
    member_id integer NOT NULL REFERENCES members,
    lent date NOT NULL,
    due date NOT NULL,
    returned date, -- empty while the book is out
    CHECK (due > lent),
    CHECK (returned >= lent)
);

COMMENT ON TABLE authors IS 'Who wrote the books';
COMMENT ON TABLE books IS 'A title, of which the library owns one copy or more';
COMMENT ON TABLE copies IS 'One book on a shelf';
COMMENT ON TABLE members IS 'People who may borrow';
COMMENT ON TABLE loans IS 'One copy, lent to one member';

INSERT INTO authors (name, born, country) VALUES
    ('Jane Austen', 1775, 'England'),
    ('Mary Shelley', 1797, 'England'),
    ('Honoré de Balzac', 1799, 'France'),
    ('Victor Hugo', 1802, 'France'),
    ('Charles Dickens', 1812, 'England'),
    ('Charlotte Brontë', 1816, 'England'),
    ('Herman Melville', 1819, 'United States'),
    ('Fyodor Dostoevsky', 1821, 'Russia'),
    ('Jules Verne', 1828, 'France'),
    ('Leo Tolstoy', 1828, 'Russia'),
    ('Mark Twain', 1835, 'United States'),
    ('Machado de Assis', 1839, 'Brazil'),
    ('Robert Louis Stevenson', 1850, 'Scotland'),
    ('Selma Lagerlöf', 1858, 'Sweden'),
    ('Arthur Conan Doyle', 1859, 'Scotland'),
    ('Rabindranath Tagore', 1861, 'India'),
    ('Edith Wharton', 1862, 'United States'),
    ('H. G. Wells', 1866, 'England'),
    ('Natsume Sōseki', 1867, 'Japan'),
    ('Homer', NULL, 'Greece');

INSERT INTO books (title, author_id, published, genre)
SELECT book.title, authors.id, book.published, book.genre
FROM (VALUES
    ('Sense and Sensibility', 'Jane Austen', 1811, 'novel'),
    ('Pride and Prejudice', 'Jane Austen', 1813, 'novel'),
    ('Emma', 'Jane Austen', 1815, 'novel'),
    ('Persuasion', 'Jane Austen', 1817, 'novel'),
    ('Frankenstein', 'Mary Shelley', 1818, 'horror'),
    ('The Last Man', 'Mary Shelley', 1826, 'science fiction'),
    ('Eugénie Grandet', 'Honoré de Balzac', 1833, 'novel'),
    ('Father Goriot', 'Honoré de Balzac', 1835, 'novel'),
    ('The Hunchback of Notre-Dame', 'Victor Hugo', 1831, 'novel'),
    ('Les Misérables', 'Victor Hugo', 1862, 'novel'),
    ('Oliver Twist', 'Charles Dickens', 1838, 'novel'),
    ('A Christmas Carol', 'Charles Dickens', 1843, 'novella'),
    ('David Copperfield', 'Charles Dickens', 1850, 'novel'),
    ('Great Expectations', 'Charles Dickens', 1861, 'novel'),
    ('Jane Eyre', 'Charlotte Brontë', 1847, 'novel'),
    ('Villette', 'Charlotte Brontë', 1853, 'novel'),
    ('Moby-Dick', 'Herman Melville', 1851, 'adventure'),
    ('Bartleby, the Scrivener', 'Herman Melville', 1853, 'novella'),
    ('Crime and Punishment', 'Fyodor Dostoevsky', 1866, 'novel'),
    ('The Idiot', 'Fyodor Dostoevsky', 1869, 'novel'),
    ('The Brothers Karamazov', 'Fyodor Dostoevsky', 1880, 'novel'),
    ('Journey to the Centre of the Earth', 'Jules Verne', 1864, 'science fiction'),
    ('Twenty Thousand Leagues Under the Seas', 'Jules Verne', 1870, 'science fiction'),
    ('Around the World in Eighty Days', 'Jules Verne', 1872, 'adventure'),
    ('War and Peace', 'Leo Tolstoy', 1869, 'novel'),
    ('Anna Karenina', 'Leo Tolstoy', 1878, 'novel'),
    ('The Death of Ivan Ilyich', 'Leo Tolstoy', 1886, 'novella'),
    ('The Adventures of Tom Sawyer', 'Mark Twain', 1876, 'adventure'),
    ('Adventures of Huckleberry Finn', 'Mark Twain', 1884, 'adventure'),
    ('The Posthumous Memoirs of Brás Cubas', 'Machado de Assis', 1881, 'novel'),
    ('Dom Casmurro', 'Machado de Assis', 1899, 'novel'),
    ('Treasure Island', 'Robert Louis Stevenson', 1883, 'adventure'),
    ('Strange Case of Dr Jekyll and Mr Hyde', 'Robert Louis Stevenson', 1886, 'horror'),
    ('Kidnapped', 'Robert Louis Stevenson', 1886, 'adventure'),
    ('Gösta Berling''s Saga', 'Selma Lagerlöf', 1891, 'novel'),
    ('The Wonderful Adventures of Nils', 'Selma Lagerlöf', 1906, 'children'),
    ('A Study in Scarlet', 'Arthur Conan Doyle', 1887, 'crime'),
    ('The Sign of the Four', 'Arthur Conan Doyle', 1890, 'crime'),
    ('The Hound of the Baskervilles', 'Arthur Conan Doyle', 1902, 'crime'),
    ('The Lost World', 'Arthur Conan Doyle', 1912, 'science fiction'),
    ('Gitanjali', 'Rabindranath Tagore', 1910, 'poetry'),
    ('The Home and the World', 'Rabindranath Tagore', 1916, 'novel'),
    ('The House of Mirth', 'Edith Wharton', 1905, 'novel'),
    ('Ethan Frome', 'Edith Wharton', 1911, 'novella'),
    ('The Age of Innocence', 'Edith Wharton', 1920, 'novel'),
    ('The Time Machine', 'H. G. Wells', 1895, 'science fiction'),
    ('The Invisible Man', 'H. G. Wells', 1897, 'science fiction'),
    ('The War of the Worlds', 'H. G. Wells', 1898, 'science fiction'),
    ('I Am a Cat', 'Natsume Sōseki', 1906, 'novel'),
    ('Kokoro', 'Natsume Sōseki', 1914, 'novel')
) AS book (title, author, published, genre)
JOIN authors ON authors.name = book.author
ORDER BY book.published, book.title;

-- One to three copies of each; adventure stands on shelf A, and so on.
INSERT INTO copies (book_id, shelf, bought)
SELECT books.id,
       upper(left(books.genre, 1)) || '-' || (1 + books.id * 7 % 12),
       date '2018-01-15' + (books.id * 37 + copy * 211) % 2200
FROM books, generate_series(1, 3) AS copy
WHERE copy <= 1 + (books.id * books.id) % 4 + (books.id % 5) / 4
ORDER BY books.id, copy;

INSERT INTO members (name, email, street, joined)
SELECT given.name || ' ' || family.name,
       CASE WHEN number % 9 <> 4 THEN lower(given.ascii || '.' || family.ascii) || '@example.org' END,
       (ARRAY['Mill Lane', 'Station Road', 'Church Street', 'Harbour Way', 'Long Row', 'Old Market'])[1 + (number * 5 + number / 12) % 6]
           || ' ' || (1 + number * 13 % 88),
       date '2019-03-01' + (number * 173 % 1900)
FROM generate_series(0, 119) AS number
JOIN LATERAL (
    SELECT * FROM (VALUES
        (0, 'Ada', 'ada'), (1, 'Bruno', 'bruno'), (2, 'Chloé', 'chloe'), (3, 'David', 'david'), (4, 'Elif', 'elif'),
        (5, 'Farid', 'farid'), (6, 'Greta', 'greta'), (7, 'Hugo', 'hugo'), (8, 'Ines', 'ines'), (9, 'Jakub', 'jakub'),
        (10, 'Kateryna', 'kateryna'), (11, 'Luís', 'luis')
    ) AS given_names (position, name, ascii) WHERE position = number % 12
) AS given ON true
JOIN LATERAL (
    SELECT * FROM (VALUES
        (0, 'Almeida', 'almeida'), (1, 'Berg', 'berg'), (2, 'Costa', 'costa'), (3, 'Dvořák', 'dvorak'), (4, 'Ekström', 'ekstrom'),
        (5, 'Fischer', 'fischer'), (6, 'Garcia', 'garcia'), (7, 'Haddad', 'haddad'), (8, 'Ivanova', 'ivanova'), (9, 'Jensen', 'jensen')
    ) AS family_names (position, name, ascii) WHERE position = number / 12
) AS family ON true
ORDER BY number;

-- Each copy is lent again some days after it came back; who borrows it follows from the numbers. Some of the last are still out.
INSERT INTO loans (copy_id, member_id, lent, due, returned)
SELECT copy_id, member_id, lent, lent + 28, CASE WHEN back <= date '2025-06-30' AND NOT forgotten THEN back END
FROM (
    SELECT copies.id AS copy_id,
           1 + (copies.id * 31 + turn * turn * 17 + turn * 5) % 113 AS member_id, -- seven members never borrowed anything
           day AS lent,
           day + 5 + (copies.id * 11 + turn * 23) % 37 AS back,
           turn = 6 AND copies.id % 6 = 1 AS forgotten
    FROM copies, generate_series(0, 6) AS turn,
         LATERAL (SELECT date '2024-07-01' + (copies.id * 19) % 45 + turn * 50 + (copies.id * turn) % 9) AS started (day)
    WHERE (copies.id + turn) % 8 <> 0 AND day <= date '2025-06-30'
) AS lending
ORDER BY lent, copy_id;

CREATE VIEW on_loan AS
SELECT members.name AS member, books.title, loans.lent, loans.due
FROM loans
JOIN copies ON copies.id = loans.copy_id
JOIN books ON books.id = copies.book_id
JOIN members ON members.id = loans.member_id
WHERE loans.returned IS NULL;

COMMENT ON VIEW on_loan IS 'What is out at the moment';
