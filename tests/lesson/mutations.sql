-- Everything that can be taken away from a finished database, or changed in it: a JSON list of [what, statement].
-- Asked of the server by itself, so that what a draft does not see is missed by it alone.
WITH spaces AS (
  SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), relations AS (
  SELECT c.*, format('%I.%I', nspname, relname) AS sql FROM pg_class AS c JOIN spaces AS s ON s.oid = relnamespace
  WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
), tables AS (
  SELECT * FROM relations WHERE relkind IN ('r', 'p')
), columns AS (
  SELECT t.sql, t.oid, t.relispartition, a.*, format_type(atttypid, atttypmod) AS type,
    EXISTS (SELECT FROM pg_constraint WHERE conrelid = t.oid AND contype = 'p' AND attnum = ANY (conkey)) AS keyed,
    relkind = 'p' AND EXISTS (SELECT FROM pg_partitioned_table AS p JOIN pg_attribute AS k
      ON attrelid = partrelid AND attnum = ANY (partattrs) WHERE k.attname = a.attname) AS parted
  FROM tables AS t JOIN pg_attribute AS a ON attrelid = t.oid AND attnum > 0 AND NOT attisdropped AND attinhcount = 0
), types AS (
  SELECT t.*, format('%I.%I', nspname, typname) AS sql FROM pg_type AS t JOIN spaces AS s ON s.oid = typnamespace
  WHERE typtype IN ('e', 'd') OR typtype = 'c' AND (SELECT relkind FROM pg_class WHERE oid = typrelid) = 'c'
), found (what, statement) AS (
  SELECT 'table ' || sql, format('DROP TABLE %s CASCADE', sql) FROM tables
  UNION ALL SELECT 'table renamed ' || sql, format('ALTER TABLE %s RENAME TO gone', sql) FROM tables
  UNION ALL SELECT format('column %s.%I', sql, attname), format('ALTER TABLE %s DROP COLUMN %I CASCADE', sql, attname)
    FROM columns WHERE NOT parted
  UNION ALL SELECT format('column renamed %s.%I', sql, attname), format('ALTER TABLE %s RENAME %I TO gone', sql, attname)
    FROM columns
  UNION ALL SELECT format('column type %s.%I', sql, attname), format(
      'DO $do$ BEGIN ALTER TABLE %1$s ALTER %2$I TYPE %3$s USING %2$I::text::%3$s; EXCEPTION WHEN OTHERS THEN '
      'ALTER TABLE %1$s DROP COLUMN %2$I CASCADE; ALTER TABLE %1$s ADD COLUMN %2$I %3$s; END $do$', sql, attname,
      CASE type WHEN 'integer' THEN 'bigint' WHEN 'text' THEN 'varchar(77)' WHEN 'bigint' THEN 'numeric' ELSE 'text' END)
    FROM columns WHERE NOT parted
  UNION ALL SELECT format('not null %s.%I', sql, attname), format('ALTER TABLE %s ALTER %I DROP NOT NULL', sql, attname)
    FROM columns WHERE attnotnull AND NOT keyed AND attidentity = ''
  UNION ALL SELECT format('default %s.%I', sql, attname), format('ALTER TABLE %s ALTER %I DROP DEFAULT', sql, attname)
    FROM columns WHERE atthasdef AND attgenerated = ''
  UNION ALL SELECT format('generated %s.%I', sql, attname), format('ALTER TABLE %s ALTER %I DROP EXPRESSION', sql, attname)
    FROM columns WHERE attgenerated <> ''
  UNION ALL SELECT format('identity %s.%I', sql, attname), format('ALTER TABLE %s ALTER %I DROP IDENTITY', sql, attname)
    FROM columns WHERE attidentity <> ''
  UNION ALL SELECT format('identity changed %s.%I', sql, attname), format('ALTER TABLE %s ALTER %I SET GENERATED %s', sql, attname,
      CASE attidentity WHEN 'a' THEN 'BY DEFAULT' ELSE 'ALWAYS' END) FROM columns WHERE attidentity <> ''
  UNION ALL SELECT format('constraint %s.%I', sql, conname), format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', sql, conname)
    FROM pg_constraint JOIN tables AS t ON t.oid = conrelid WHERE contype <> 't' AND conparentid = 0 AND coninhcount = 0
  UNION ALL SELECT format('constraint changed %s.%I', sql, conname), format(
      'ALTER TABLE %1$s DROP CONSTRAINT %2$I CASCADE; ALTER TABLE %1$s ADD CONSTRAINT %2$I CHECK (%3$I IS NOT NULL) NOT VALID',
      sql, conname, (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]))
    FROM pg_constraint JOIN tables AS t ON t.oid = conrelid
    WHERE contype <> 't' AND conparentid = 0 AND coninhcount = 0 AND cardinality(conkey) > 0 AND relkind = 'r'
  UNION ALL SELECT 'actions of ' || conname, format(
      'ALTER TABLE %1$s DROP CONSTRAINT %2$I; ALTER TABLE %1$s ADD CONSTRAINT %2$I %3$s', sql, conname,
      split_part(split_part(pg_get_constraintdef(o.oid), ' ON ', 1), ' DEFERRABLE', 1))
    FROM pg_constraint AS o JOIN tables AS t ON t.oid = conrelid
    WHERE contype IN ('f', 'u') AND pg_get_constraintdef(o.oid) ~ ' ON (UPDATE|DELETE) | DEFERRABLE'
  UNION ALL SELECT 'index ' || c.sql, format('DROP INDEX %s', c.sql) FROM pg_index AS i JOIN relations AS c ON c.oid = indexrelid
    WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
      AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = indexrelid)
  UNION ALL SELECT 'view ' || sql, format('DROP %sVIEW %s CASCADE', CASE relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END, sql)
    FROM relations WHERE relkind IN ('v', 'm')
  UNION ALL SELECT format('column of view %s.%I', sql, attname), format('ALTER TABLE %s RENAME %I TO gone', sql, attname)
    FROM relations AS c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 WHERE relkind IN ('v', 'm')
  UNION ALL SELECT 'no more materialized ' || sql, format(
      'DROP MATERIALIZED VIEW %1$s CASCADE; CREATE VIEW %1$s AS %2$s', sql, rtrim(pg_get_viewdef(oid), ';'))
    FROM relations WHERE relkind = 'm'
  UNION ALL SELECT 'sequence ' || sql, format('DROP SEQUENCE %s CASCADE', sql) FROM relations AS c WHERE relkind = 'S'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype IN ('a', 'i'))
  UNION ALL SELECT 'sequence changed ' || sql, format('ALTER SEQUENCE %s INCREMENT 7', sql) FROM relations AS c
    WHERE relkind = 'S'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype IN ('a', 'i'))
  UNION ALL SELECT 'function ' || p.oid::regprocedure, format('DROP ROUTINE %s CASCADE', p.oid::regprocedure)
    FROM pg_proc AS p JOIN spaces AS s ON s.oid = pronamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype IN ('e', 'i'))
  UNION ALL SELECT 'function renamed ' || p.oid::regprocedure, format('ALTER ROUTINE %s RENAME TO gone', p.oid::regprocedure)
    FROM pg_proc AS p JOIN spaces AS s ON s.oid = pronamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype IN ('e', 'i'))
      AND pg_get_function_result(p.oid) IS DISTINCT FROM 'trigger'
  UNION ALL SELECT 'trigger ' || tgname, format('DROP TRIGGER %I ON %s', tgname, sql) FROM pg_trigger
    JOIN relations AS c ON c.oid = tgrelid WHERE NOT tgisinternal AND tgparentid = 0
  UNION ALL SELECT 'trigger off ' || tgname, format('ALTER TABLE %2$s DISABLE TRIGGER %1$I', tgname, sql) FROM pg_trigger
    JOIN tables AS c ON c.oid = tgrelid WHERE NOT tgisinternal AND tgparentid = 0
  UNION ALL SELECT 'type ' || sql, format('DROP %s %s CASCADE', CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, sql) FROM types
  UNION ALL SELECT 'label ' || enumlabel, format('ALTER TYPE %s RENAME VALUE %L TO %L', sql, enumlabel, 'gone')
    FROM pg_enum JOIN types AS t ON t.oid = enumtypid
  UNION ALL SELECT 'attribute ' || attname, format('ALTER TYPE %s RENAME ATTRIBUTE %I TO gone', sql, attname)
    FROM types AS t JOIN pg_attribute ON attrelid = typrelid AND attnum > 0
  UNION ALL SELECT 'rule of domain ' || sql, format('ALTER DOMAIN %s DROP CONSTRAINT %I', sql, conname)
    FROM types AS t JOIN pg_constraint ON contypid = t.oid AND contype = 'c'
  UNION ALL SELECT 'null in domain ' || sql, format('ALTER DOMAIN %s DROP NOT NULL', sql) FROM types WHERE typnotnull
  UNION ALL SELECT 'default of domain ' || sql, CASE WHEN typdefault IS NULL
    THEN format('ALTER DOMAIN %s SET DEFAULT ''7''', sql) ELSE format('ALTER DOMAIN %s DROP DEFAULT', sql) END
  FROM types WHERE typtype = 'd'
  UNION ALL SELECT 'schema ' || nspname, format('DROP SCHEMA %I CASCADE', nspname) FROM spaces WHERE nspname <> 'public'
  UNION ALL SELECT 'extension ' || extname, format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension
    WHERE extname <> 'plpgsql'
  UNION ALL SELECT 'row security of ' || sql, format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', sql) FROM tables
    WHERE relrowsecurity
  UNION ALL SELECT 'row security for the owner of ' || sql, format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', sql)
    FROM tables WHERE relforcerowsecurity
  UNION ALL SELECT 'policy ' || polname, format('DROP POLICY %I ON %s', polname, sql) FROM pg_policy
    JOIN tables AS t ON t.oid = polrelid
  UNION ALL SELECT 'policy changed ' || polname, format('ALTER POLICY %I ON %s %s (true)', polname, sql,
      CASE polcmd WHEN 'a' THEN 'WITH CHECK' ELSE 'USING' END) FROM pg_policy JOIN tables AS t ON t.oid = polrelid
  UNION ALL SELECT 'parent of ' || c.sql, CASE WHEN c.relispartition
      THEN format('ALTER TABLE %s DETACH PARTITION %s', p.sql, c.sql) ELSE format('ALTER TABLE %s NO INHERIT %s', c.sql, p.sql) END
    FROM pg_inherits JOIN tables AS c ON c.oid = inhrelid JOIN tables AS p ON p.oid = inhparent
)
SELECT json_agg(json_build_array(what, statement) ORDER BY what) FROM found
