-- Names that SQL allows: quotes, brackets, commas, capitals, blanks, letters of many kinds, reserved words, two schemas.
CREATE SCHEMA "Second Schema";
CREATE SCHEMA größe;
CREATE TYPE "Second Schema"."Ja/Nein" AS ENUM ('ja', 'nein', 'it''s', 'back\slash');
CREATE TYPE public."two  blanks" AS ENUM ('a');
CREATE DOMAIN "Mail[]" AS text CHECK (VALUE <> 'a b (c)');

CREATE TABLE "order" ("user" integer PRIMARY KEY, "select" text NOT NULL, "from" text UNIQUE, set integer CHECK (set > 0));
CREATE TABLE "Order" ("User" integer PRIMARY KEY, "user" integer REFERENCES "order");
CREATE TABLE "a,b" (
  "x,y" integer,
  "p(q)" integer,
  "say ""hi""" text DEFAULT 'it''s "so" \n',
  "it's" "Second Schema"."Ja/Nein" DEFAULT 'it''s',
  "two" "two  blanks"[],
  PRIMARY KEY ("x,y", "p(q)"),
  UNIQUE ("p(q)", "say ""hi""")
);
CREATE TABLE "a(b)" (
  "x,y" integer,
  "p(q)" integer,
  "null" integer,
  "yes" "char"[],
  FOREIGN KEY ("x,y", "p(q)") REFERENCES "a,b" ("x,y", "p(q)"),
  CONSTRAINT "Größer (als) null" CHECK ("null" > 0)
);
CREATE TABLE "Second Schema"."客户" (
  "номер" integer PRIMARY KEY,
  "Ärger" text,
  straße text,
  "🙂" "Mail[]",
  "caféBar" text,
  "line
end" text
);
CREATE TABLE größe."客户" ("номер" integer REFERENCES "Second Schema"."客户", "1st" date, "true" boolean, "~" json);
CREATE TABLE "a_very_long_name_of_a_table_that_uses_all_of_the_63_bytes_of_it" (
  "a_very_long_name_of_a_column_that_uses_all_of_the_63_bytes_ofit" integer PRIMARY KEY
);
CREATE TABLE " blank " (" " integer, "a b" integer, "a""b" integer);
COMMENT ON TABLE " blank " IS E'A comment: with "quotes", a\ttab\nand # a second line';
CREATE INDEX "Index, (odd)" ON "a,b" ("p(q)");
CREATE INDEX ON " blank " ("a b", (" " + 1));
CREATE INDEX ON "order" ("from" COLLATE "C");
CREATE UNIQUE INDEX ON "Second Schema"."客户" ("Ärger") WHERE straße IS NOT NULL;
CREATE VIEW "my view" AS SELECT "user" AS "a: b", "select" AS "#c" FROM "order";
CREATE VIEW größe."select" AS SELECT 1 AS "1", 'x'::text AS "no";
CREATE FUNCTION "Do It"("Second Schema"."Ja/Nein", "an arg" text DEFAULT 'a,b') RETURNS "two  blanks" LANGUAGE sql
  AS $$ SELECT 'a'::public."two  blanks" $$;
CREATE FUNCTION größe.überall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER "Trig ger" BEFORE INSERT ON "Order" FOR EACH ROW EXECUTE FUNCTION größe.überall('a', E'b\\c');

INSERT INTO "order" VALUES (1, E'``` \\! $$id$$ <b>', E'two\nlines', 1), (2, E'\u202Eno', 'yes', NULL);
INSERT INTO "Order" VALUES (1, 2), (2, NULL);
INSERT INTO "a,b" VALUES (1, 2, '', 'back\slash', '{a,NULL}'), (1, 3, 'NULL', NULL, NULL);
INSERT INTO "a(b)" VALUES (1, 2, 3, '{x,"\"",","}'), (NULL, NULL, NULL, NULL), (NULL, NULL, NULL, NULL);
INSERT INTO "Second Schema"."客户" VALUES (-1, 'Ä', 'ß', '🙂', E'\t', '# |');
INSERT INTO größe."客户" VALUES (-1, '2025-01-31', false, '{"a": 1.50, "a": null}');
INSERT INTO " blank " VALUES (1, 2, 3);
