-- What a student made: one of each kind.
CREATE SCHEMA shop;
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TYPE mood_of AS (who integer, what mood);
CREATE TABLE author (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, born date);
CREATE TABLE book (
    id integer PRIMARY KEY, title varchar(40) NOT NULL, author_id integer REFERENCES author, price numeric(8, 2),
    weight double precision, mood mood, tags text[], CHECK (price > 0), CONSTRAINT light CHECK (weight <> 5)
);
CREATE UNIQUE INDEX ON book (author_id, title);
CREATE INDEX ON book (lower(title));
CREATE INDEX ON book (price, weight);
CREATE UNIQUE INDEX book_sad ON book (price) WHERE mood = 'sad';
CREATE TABLE shop.sale (book_id integer, day date, PRIMARY KEY (day, book_id));
CREATE TABLE shop.refund (id integer, sold date, book integer, FOREIGN KEY (sold, book) REFERENCES shop.sale (day, book_id));
-- Two keys of which the names, one after the other, read the same.
CREATE TABLE shop.place ("b c" integer UNIQUE, c integer UNIQUE);
CREATE TABLE shop.ticket (a integer REFERENCES shop.place ("b c"), "a b" integer);
CREATE UNIQUE INDEX ON shop.ticket (a) INCLUDE ("a b");
CREATE TABLE "Odd ""one""" ("A column" integer, "it's" text);
CREATE TABLE nothing (id integer);
INSERT INTO author (name, born) VALUES ('Ada', '1815-12-10'), ('Émile', NULL);
INSERT INTO book VALUES
    (1, 'It''s \ here', 1, 1.10, 0.1, 'glad', '{a,NULL}'), (2, 'Two', 1, 2, 'NaN', NULL, NULL), (3, 'Three', 2, 'NaN', 'Infinity', 'sad', '{}');
INSERT INTO "Odd ""one""" VALUES (1, 'x');
CREATE VIEW titles AS SELECT title, price FROM book ORDER BY id;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS books FROM book;
CREATE FUNCTION add(a integer, b integer) RETURNS integer LANGUAGE sql AS 'SELECT a + b';
CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql AS 'SELECT upper(t)';
CREATE FUNCTION pairs(n integer) RETURNS TABLE (a integer, b text) LANGUAGE sql AS 'SELECT g, g::text FROM generate_series(1, n) g';
CREATE FUNCTION total(numbers integer[]) RETURNS bigint LANGUAGE sql AS 'SELECT sum(n) FROM unnest(numbers) n';
CREATE FUNCTION fails() RETURNS integer LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'my own trouble'; END$$;
CREATE VIEW short AS SELECT title, id FROM book ORDER BY id;
-- His own code finds his own tables, without a schema.
CREATE FUNCTION books() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM book';
CREATE TABLE audit (what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO audit VALUES (TG_OP); RETURN NEW; END$$;
CREATE TRIGGER noted AFTER INSERT ON author FOR EACH ROW EXECUTE FUNCTION note();
CREATE TABLE later (author_id integer REFERENCES author DEFERRABLE INITIALLY DEFERRED);
