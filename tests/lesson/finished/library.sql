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
ALTER TABLE members FORCE ROW LEVEL SECURITY;
CREATE POLICY new_row ON members AS RESTRICTIVE FOR INSERT WITH CHECK (name <> '');
CREATE STATISTICS loan_dates ON since, until FROM loans;
