-- Run at every start, as postgres: roles, their rights, and an empty template on the first start.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
\set password `cat /run/postgresql/mentor/provisioner_password`
SELECT 'CREATE ROLE ' || quote_ident(name) || ' ' || kind
FROM (VALUES ('students', 'NOLOGIN'), ('provisioner', 'LOGIN CREATEDB CREATEROLE'), ('loader', 'LOGIN'),
  ('checkers', 'NOLOGIN'), ('board_readers', 'NOLOGIN'), ('grader', 'LOGIN CONNECTION LIMIT 4'),
  ('keeper', 'LOGIN CREATEDB CONNECTION LIMIT 2'), ('exporter', 'LOGIN CONNECTION LIMIT 3')) AS wanted (name, kind)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
GRANT students TO provisioner WITH ADMIN OPTION;
GRANT students TO loader;
-- Whom the course's tables belong to, in the grader's own copy: he puts rows in there. He reaches no student's database.
GRANT students TO grader WITH INHERIT TRUE, SET FALSE;
-- Who asks for Grafana is made when there is a Grafana, by who provisions: he may hand this on, and has nothing of it.
GRANT board_readers TO provisioner WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
GRANT pg_use_reserved_connections TO provisioner, grader, keeper, checkers, exporter;
ALTER ROLE provisioner PASSWORD :'password';

SELECT 'CREATE DATABASE course OWNER provisioner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'course') \gexec
-- A template, so that whoever may create databases may copy it; students may not.
ALTER DATABASE course IS_TEMPLATE true;
SELECT 'CREATE DATABASE ' || name FROM (VALUES ('monitor'), ('reference')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
-- pg_hba.conf keeps students out of these already; two locks are better than one.
REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1, course, monitor, reference FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO provisioner;
GRANT CONNECT ON DATABASE monitor, reference TO grader;
GRANT CONNECT ON DATABASE monitor TO exporter, keeper, board_readers;
