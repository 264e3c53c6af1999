-- Run at every start, as postgres in the database "monitor": what the grader found out, what of it and of the server the
-- exporter may see, and the few things that both may have done for them. A student's code never runs here.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
BEGIN;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO grader, keeper, exporter, board_readers;

-- ok NULL: not known at the moment. A row is as fresh as its student's last pass.
CREATE TABLE IF NOT EXISTS result (student text, task text, ok boolean, PRIMARY KEY (student, task));
CREATE TABLE IF NOT EXISTS pass (
  student text PRIMARY KEY, up boolean NOT NULL, seconds float8 NOT NULL, checked_at timestamptz NOT NULL,
  errors jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS pulse (one boolean PRIMARY KEY DEFAULT true CHECK (one), at timestamptz NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON result, pass, pulse TO grader;

-- What the exporter reads. What was not looked at for 300 seconds is not known, and what is not known is not there.
CREATE OR REPLACE VIEW fresh AS SELECT * FROM pass WHERE checked_at > now() - interval '300 s';
CREATE OR REPLACE VIEW task_part_done AS
  SELECT student, task, 'sql'::text AS part, ok::int AS value FROM result JOIN fresh USING (student) WHERE ok IS NOT NULL;
CREATE OR REPLACE VIEW database_up AS SELECT student, up::int AS value FROM fresh;
CREATE OR REPLACE VIEW check_duration AS SELECT student, seconds AS value FROM fresh WHERE up;
CREATE OR REPLACE VIEW check_errors AS
  SELECT student, reason, total::bigint AS value FROM fresh, jsonb_each_text(errors) AS one (reason, total);
CREATE OR REPLACE VIEW server AS
  SELECT extract(epoch FROM clock_timestamp())::float8 AS read_timestamp_seconds,
    (SELECT extract(epoch FROM at)::float8 FROM pulse) AS graded_timestamp_seconds,
    current_setting('max_connections')::int AS connections_limit;
CREATE OR REPLACE VIEW database_use AS
  SELECT datname::text AS student, numbackends AS connections, xact_commit + xact_rollback AS transactions_total,
    tup_inserted + tup_updated + tup_deleted AS rows_written_total
  FROM pg_stat_database JOIN pass ON student = datname;
-- Sizes of databases that one may not enter: as postgres, and nothing but their sizes.
CREATE OR REPLACE FUNCTION sizes() RETURNS TABLE (student text, bytes bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT pass.student, pg_database_size(oid) FROM pg_database JOIN pass ON pass.student = datname
$$;
GRANT SELECT ON task_part_done, database_up, check_duration, check_errors, server, database_use TO exporter;

-- What teachers may ask in SQL, in Grafana: what is known of students by their ids, and nothing that they made.
CREATE OR REPLACE VIEW progress AS
  SELECT student, task, ok AS done, checked_at FROM result JOIN fresh USING (student) WHERE ok IS NOT NULL;
GRANT SELECT ON progress, database_up, check_duration, check_errors, database_use TO board_readers;
-- Else whoever may enter could keep things here.
REVOKE EXECUTE ON FUNCTION lo_creat(int), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;

-- Whether this is a student with his database: the services' own roles are members of "students", too.
CREATE OR REPLACE FUNCTION is_student(student text) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT student ~ '^[a-z][a-z0-9-]{0,30}$' AND EXISTS (
    SELECT FROM pg_database JOIN pg_auth_members ON member = datdba
    WHERE datname = student AND pg_get_userbyid(datdba) = student AND roleid = 'students'::regrole
  )
$$;

-- Each student is checked as a role of his own, check_ID: it may do what he may and no more (no id has an underscore), so
-- that what his objects do during a check, they do to himself alone. Who provisions may end its sessions: the database
-- could not be dropped otherwise while it is looked at.
CREATE OR REPLACE FUNCTION engage(student text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  checker text := 'check_' || student;
BEGIN
  IF NOT public.is_student(student) THEN
    RETURN false;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = checker) THEN
    EXECUTE format('CREATE ROLE %I LOGIN CONNECTION LIMIT 2 IN ROLE checkers', checker);
    EXECUTE format('GRANT %I TO provisioner WITH INHERIT TRUE, SET FALSE', checker);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_auth_members WHERE roleid = to_regrole(quote_ident(student)) AND member = to_regrole(checker)) THEN
    EXECUTE format('GRANT %I TO %I WITH INHERIT TRUE, SET FALSE', student, checker);
  END IF;
  RETURN true;
END $$;

-- The roles of students who are no longer there.
CREATE OR REPLACE FUNCTION dismiss() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  checker text;
BEGIN
  FOR checker IN
    SELECT rolname FROM pg_roles JOIN pg_auth_members ON member = pg_roles.oid AND roleid = 'checkers'::regrole
    WHERE NOT EXISTS (SELECT FROM pg_roles AS student WHERE 'check_' || student.rolname = pg_roles.rolname)
  LOOP
    BEGIN
      EXECUTE format('DROP ROLE %I', checker);
    EXCEPTION WHEN dependent_objects_still_exist THEN NULL; -- another student gave it something, which it never uses
    END;
  END LOOP;
END $$;

-- Ends a session that checks, and nobody else's.
CREATE OR REPLACE FUNCTION stop_check(session int) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(bool_and(pg_terminate_backend(pid, 1000)), true) FROM pg_stat_activity
  WHERE pid = session AND usesysid IN (SELECT member FROM pg_auth_members WHERE roleid = 'checkers'::regrole)
$$;

-- When each student's own sessions last did something; one that has asked nothing yet is no sign of anybody. To see that of
-- all takes a right that would show statements too.
CREATE OR REPLACE FUNCTION activity() RETURNS TABLE (student text, at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT datname::text, max(CASE state WHEN 'active' THEN clock_timestamp() ELSE state_change END)
  FROM pg_stat_activity WHERE datname = usename AND backend_type = 'client backend' AND query <> '' GROUP BY datname
$$;

-- For the time of a reset the keeper has the rights of that one student, and no other's.
CREATE OR REPLACE FUNCTION lend(student text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT public.is_student(student) THEN
    RETURN false;
  END IF;
  EXECUTE format('GRANT %I TO keeper WITH INHERIT TRUE, SET TRUE', student);
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION take_back() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  student text;
BEGIN
  FOR student IN SELECT rolname FROM pg_auth_members JOIN pg_roles ON roleid = pg_roles.oid
    WHERE member = 'keeper'::regrole AND rolname NOT LIKE 'pg\_%'
  LOOP
    EXECUTE format('REVOKE %I FROM keeper', student);
  END LOOP;
END $$;

-- What a reset that was cut short has left of its settings; a student may have made them himself, and can again.
CREATE OR REPLACE FUNCTION reopen() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text;
BEGIN
  FOR name IN SELECT datname FROM pg_database LEFT JOIN pg_db_role_setting ON setdatabase = pg_database.oid AND setrole = 0
    WHERE public.is_student(datname) AND (NOT datallowconn OR 'default_transaction_read_only=on' = ANY (setconfig))
  LOOP
    EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS true', name);
    EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', name);
  END LOOP;
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION engage, dismiss, stop_check, activity TO grader;
GRANT EXECUTE ON FUNCTION sizes TO exporter;
GRANT EXECUTE ON FUNCTION lend, take_back, reopen TO keeper;
SELECT take_back(), reopen(), dismiss() \g /dev/null
COMMIT;
