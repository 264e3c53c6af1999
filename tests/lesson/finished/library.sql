-- A library that keeps its own books: functions that tables need, triggers, row-level security, inheritance, an extension.
CREATE EXTENSION citext;
CREATE FUNCTION is_isbn(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 ~ '^[0-9]{13}$' $$;
COMMENT ON FUNCTION is_isbn(text) IS 'Thirteen digits; what they add up to does not matter here.';
CREATE FUNCTION next_shelf() RETURNS text LANGUAGE sql AS $$ SELECT 'A1'::text $$;

CREATE TABLE media (id integer PRIMARY KEY, title citext NOT NULL, shelf text DEFAULT next_shelf());
CREATE TABLE books (isbn text NOT NULL CHECK (is_isbn(isbn)), PRIMARY KEY (id)) INHERITS (media);
CREATE TABLE members (id integer PRIMARY KEY, name text NOT NULL, login name DEFAULT CURRENT_USER);
CREATE TABLE loans (
  book_id integer NOT NULL REFERENCES books (id),
  member_id integer NOT NULL REFERENCES members DEFERRABLE,
  since date NOT NULL DEFAULT CURRENT_DATE,
  until date,
  CHECK (until > since)
);
CREATE SEQUENCE branch_number INCREMENT -1 MINVALUE -99;
CREATE TABLE branches (id integer PRIMARY KEY DEFAULT nextval('branch_number'), town text NOT NULL, head integer);
CREATE TABLE staff (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, branch_id integer NOT NULL REFERENCES branches);
ALTER TABLE branches ADD FOREIGN KEY (head) REFERENCES staff;
CREATE TABLE changes (at timestamptz DEFAULT now(), what text, who text);

CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO changes (what, who) VALUES (TG_OP || ' ' || TG_TABLE_NAME, TG_ARGV[0]);
  RETURN NULL;
END $$;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OF until OR DELETE ON loans FOR EACH ROW EXECUTE FUNCTION note_change('it''s');
CREATE TRIGGER note AFTER TRUNCATE ON members EXECUTE FUNCTION note_change();
CREATE TRIGGER late BEFORE UPDATE ON loans FOR EACH ROW WHEN (OLD.until IS NOT NULL) EXECUTE FUNCTION refuse();
CREATE CONSTRAINT TRIGGER checked AFTER INSERT ON members DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_change();

CREATE FUNCTION loans_of(member integer) RETURNS TABLE (book integer, since date) LANGUAGE sql STABLE AS $$
  SELECT book_id, since FROM loans WHERE member_id = member $$;
CREATE FUNCTION fine(days integer, OUT euros numeric, OUT cents integer) LANGUAGE sql AS $$ SELECT days * 0.1, days * 10 $$;
CREATE FUNCTION fine(since date, VARIADIC more date[] DEFAULT '{}') RETURNS numeric LANGUAGE sql AS $$ SELECT 1.0 $$;
CREATE FUNCTION titles() RETURNS SETOF books LANGUAGE sql AS $$ SELECT * FROM books $$;
CREATE PROCEDURE give_back(book integer) LANGUAGE sql AS $$ UPDATE loans SET until = CURRENT_DATE WHERE book_id = book $$;
CREATE AGGREGATE longest(date) (SFUNC = date_larger, STYPE = date);
CREATE VIEW late_loans AS SELECT l.book_id, loans_of.book FROM loans AS l, loans_of(l.member_id);
CREATE TRIGGER put_loan INSTEAD OF INSERT ON late_loans FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE RULE keep AS ON DELETE TO changes DO INSTEAD NOTHING;

ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_row ON members FOR SELECT USING (login = CURRENT_USER);
CREATE POLICY new_row ON members AS RESTRICTIVE FOR INSERT WITH CHECK (name <> '');
CREATE TABLE wishes (member_id integer REFERENCES members, title text);
ALTER TABLE wishes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_wish ON wishes USING (member_id IN (SELECT id FROM members WHERE login = CURRENT_USER));
CREATE STATISTICS loan_dates ON since, until FROM loans;

INSERT INTO media VALUES (1, 'Atlas');
INSERT INTO books VALUES (2, 'Emma', 'B7', '9780141439587'), (3, 'Persuasion', 'B7', '9780141439686');
INSERT INTO members VALUES (1, 'Ada', 'ada'), (2, 'Bea', 'bea');
INSERT INTO loans VALUES (2, 1, '2025-03-01', '2025-04-01'), (3, 2, '2025-03-05', NULL);
CREATE FUNCTION most_lent() RETURNS TABLE (title text, times bigint) LANGUAGE sql STABLE AS $$
  SELECT b.title::text, count(*) FROM loans AS l JOIN books AS b ON b.id = l.book_id GROUP BY 1 $$;
CREATE FUNCTION days() RETURNS integer LANGUAGE sql IMMUTABLE RETURN 28;
CREATE FUNCTION today() RETURNS date LANGUAGE sql STABLE AS $$ SELECT current_date $$;
INSERT INTO branches (town) VALUES ('Bonn'), ('Kiel');
INSERT INTO staff (branch_id) VALUES (-1), (-2);
UPDATE branches SET head = 2 WHERE town = 'Bonn';
CREATE FUNCTION opened() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'since ' || today() $$;
CREATE VIEW things AS SELECT count(*) AS n FROM pg_class;
INSERT INTO wishes VALUES (1, 'Ulysses');
ALTER TABLE wishes FORCE ROW LEVEL SECURITY;
