-- What a student made who wants to be done without doing it.
CREATE TABLE book AS SELECT g AS id, 'x'::text AS title FROM generate_series(1, 3) g;
CREATE FUNCTION lie(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR = (LEFTARG = integer, RIGHTARG = integer, FUNCTION = lie);
CREATE FUNCTION liebig(bigint, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR < (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = liebig);
CREATE OPERATOR > (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = liebig);
CREATE FUNCTION lietext(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = lietext);
CREATE FUNCTION md5(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT '00000000000000000000000000000000'$$;
CREATE FUNCTION count(anyelement) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 42::bigint';
CREATE FUNCTION format_type(oid, integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT 'uuid'$$;
CREATE TABLE pg_class AS SELECT 'visits'::name AS relname, 'r'::"char" AS relkind, 2200::oid AS relnamespace, 1::oid AS oid;
CREATE VIEW sleeps AS SELECT pg_sleep(30)::text AS title, 1 AS id;
CREATE VIEW grants AS SELECT set_config('role', 'postgres', false) AS id;
CREATE FUNCTION deletes() RETURNS integer LANGUAGE plpgsql AS $$BEGIN DELETE FROM public.book; RETURN 1; END$$;
CREATE FUNCTION escapes() RETURNS integer LANGUAGE plpgsql AS $$BEGIN
  PERFORM set_config('transaction_read_only', 'off', true); DELETE FROM public.book; RETURN 1; END$$;
CREATE TABLE many AS SELECT generate_series(1, 300000) AS id;
