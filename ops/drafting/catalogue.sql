-- Reads what somebody made in a database: one JSON object, as `catalogue.py` describes it.
-- In: a session that finds pg_catalog alone, so that every name of the author's comes with its schema. Nothing of his runs.
WITH extended AS MATERIALIZED (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), spaces AS MATERIALIZED (
  SELECT n.oid, n.nspname FROM pg_namespace AS n
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND ('pg_namespace'::regclass, n.oid) NOT IN (SELECT classid, objid FROM extended)
), relations AS MATERIALIZED (
  SELECT c.*, s.nspname, 'pg_class:' || c.oid AS key, quote_ident(s.nspname) || '.' || quote_ident(c.relname) AS sql
  FROM pg_class AS c JOIN spaces AS s ON s.oid = c.relnamespace
  WHERE ('pg_class'::regclass, c.oid) NOT IN (SELECT classid, objid FROM extended)
), tables AS MATERIALIZED (
  SELECT * FROM relations WHERE relkind IN ('r', 'p')
), moving AS MATERIALIZED (
  -- What gives something else each time, or to somebody else; a body in words is searched for the names of such.
  SELECT p.oid FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
  WHERE p.provolatile = 'v'
    OR p.pronamespace = 'pg_catalog'::regnamespace AND (p.proname = 'age' AND p.pronargs = 1 OR p.proname IN (
      'now', 'transaction_timestamp', 'statement_timestamp', 'current_database', 'current_schema', 'current_schemas',
      'current_setting', 'current_user', 'session_user', 'getpgusername', 'version'))
    OR l.lanname NOT IN ('internal', 'c') AND pg_get_functiondef(CASE WHEN p.prokind IN ('f', 'p') THEN p.oid END) ~* (
      '\m(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|setseed|gen_random_uuid|nextval'
      '|current_(catalog|database|date|query|role|schemas?|setting|time|timestamp|user)|session_user|localtime|localtimestamp|information_schema|pg_(?!temp\M|catalog\M)\w+)\M'
      '|\mage\s*\(|''(today|tomorrow|yesterday)''|(?<!["\w])user(?!["\w])')
), moved AS MATERIALIZED (
  -- Defaults, CHECKs and views in which one of these is called, and views of the server's own tables.
  SELECT x.classid, x.objid FROM (
    SELECT 'pg_attrdef'::regclass::oid AS classid, oid AS objid, adbin::text AS tree FROM pg_attrdef
    UNION ALL SELECT 'pg_constraint'::regclass, oid, conbin::text FROM pg_constraint WHERE conbin IS NOT NULL
    UNION ALL SELECT 'pg_class'::regclass, ev_class, ev_action::text FROM pg_rewrite AS r
      WHERE r.rulename = '_RETURN' AND ev_class IN (SELECT oid FROM relations)) AS x
  WHERE x.tree LIKE '%{SQLVALUEFUNCTION %' OR x.tree ~ ':varattno -[1-6] ' OR EXISTS (
    SELECT FROM regexp_matches(x.tree, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') AS found (id)
    WHERE found.id[1]::oid IN (SELECT oid FROM moving))
  OR EXISTS (SELECT FROM regexp_matches(x.tree, ':relid (\d+)', 'g') AS found (id)
    WHERE found.id[1]::oid BETWEEN 1 AND 16383)
), attributes AS MATERIALIZED (
  SELECT c.oid AS relid, json_agg(json_build_object(
    'name', a.attname,
    'type', format_type(a.atttypid, a.atttypmod),
    'not_null', a.attnotnull,
    'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    'identity', a.attidentity,
    'moving', a.attidentity <> '' OR EXISTS (SELECT FROM moved WHERE (classid, objid) = ('pg_attrdef'::regclass, d.oid)),
    -- A number from a sequence that goes with the column: what serial stands for.
    'serial', a.attidentity = '' AND EXISTS (
      SELECT FROM pg_depend AS o WHERE o.classid = 'pg_class'::regclass AND o.deptype = 'a'
        AND o.refclassid = 'pg_class'::regclass AND o.refobjid = c.oid AND o.refobjsubid = a.attnum
        AND (SELECT relkind FROM pg_class WHERE oid = o.objid) = 'S'
        AND EXISTS (SELECT FROM pg_depend AS u WHERE u.classid = 'pg_attrdef'::regclass AND u.objid = d.oid
          AND u.refobjid = o.objid)),
    'numbers', CASE WHEN a.attidentity <> '' OR d.oid IS NOT NULL THEN (
      SELECT json_build_object('sql', quote_ident(n.nspname) || '.' || quote_ident(s.relname), 'step', q.seqincrement,
        'least', q.seqmin, 'most', q.seqmax, 'last', pg_sequence_last_value(s.oid))
      FROM pg_sequence AS q JOIN pg_class AS s ON s.oid = q.seqrelid JOIN pg_namespace AS n ON n.oid = s.relnamespace
      WHERE EXISTS (SELECT FROM pg_depend AS u WHERE (u.classid, u.objid, u.refclassid, u.refobjid, u.refobjsubid, u.deptype)
          = ('pg_class'::regclass, s.oid, 'pg_class'::regclass, c.oid, a.attnum, 'i'))
        OR EXISTS (SELECT FROM pg_depend AS u
          WHERE (u.classid, u.objid, u.refclassid, u.refobjid) = ('pg_attrdef'::regclass, d.oid, 'pg_class'::regclass, s.oid))
      ORDER BY s.oid LIMIT 1) END,
    'comment', col_description(c.oid, a.attnum)
  ) ORDER BY a.attnum) AS columns
  FROM relations AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef AS d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c')
  GROUP BY c.oid
), nodes AS MATERIALIZED (
  -- What a dependency hangs on, as the thing that somebody makes: a default is its table's, a rule its view's.
  SELECT 'pg_attrdef'::regclass::oid AS classid, oid AS objid, 'pg_class:' || adrelid AS key FROM pg_attrdef
  UNION ALL SELECT 'pg_rewrite'::regclass, oid, 'pg_class:' || ev_class FROM pg_rewrite
  UNION ALL SELECT 'pg_class'::regclass, oid, CASE relkind WHEN 'c' THEN 'pg_type:' || reltype ELSE 'pg_class:' || oid END
    FROM pg_class
  UNION ALL SELECT 'pg_type'::regclass, t.oid, CASE
      WHEN e.typrelid <> 0 AND c.relkind <> 'c' THEN 'pg_class:' || e.typrelid ELSE 'pg_type:' || e.oid END
    FROM pg_type AS t JOIN pg_type AS e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
    LEFT JOIN pg_class AS c ON c.oid = e.typrelid
  UNION ALL SELECT 'pg_constraint'::regclass, oid, CASE WHEN contypid <> 0 THEN 'pg_type:' || contypid
      ELSE 'pg_constraint:' || oid END FROM pg_constraint
  UNION ALL SELECT 'pg_proc'::regclass, oid, 'pg_proc:' || oid FROM pg_proc
  UNION ALL SELECT 'pg_trigger'::regclass, oid, 'pg_trigger:' || oid FROM pg_trigger
  UNION ALL SELECT 'pg_policy'::regclass, oid, 'pg_policy:' || oid FROM pg_policy
  UNION ALL SELECT 'pg_namespace'::regclass, oid, 'pg_namespace:' || oid FROM pg_namespace
  UNION ALL SELECT 'pg_extension'::regclass, oid, 'pg_extension:' || oid FROM pg_extension
  UNION ALL SELECT x.classid, x.objid, 'pg_extension:' || x.refobjid FROM pg_depend AS x WHERE x.deptype = 'e'
)
SELECT json_build_object(
'keywords', (SELECT json_agg(word ORDER BY word) FROM pg_get_keywords() WHERE catcode <> 'U'),
'extensions', (
  SELECT json_agg(json_build_object('key', 'pg_extension:' || oid, 'name', extname) ORDER BY extname)
  FROM pg_extension WHERE extname <> 'plpgsql'),
'schemas', (
  SELECT json_agg(json_build_object('key', 'pg_namespace:' || oid, 'name', nspname,
    'comment', obj_description(oid, 'pg_namespace')) ORDER BY nspname)
  FROM spaces WHERE nspname <> 'public'),
'types', (
  SELECT json_agg(json_build_object('key', 'pg_type:' || t.oid, 'namespace', s.nspname, 'name', t.typname, 'kind', t.typtype,
    'sql', quote_ident(s.nspname) || '.' || quote_ident(t.typname), 'comment', obj_description(t.oid, 'pg_type'),
    'labels', (SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
    'base', CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
    'not_null', t.typnotnull, 'default', pg_get_expr(t.typdefaultbin, 0),
    'conditions', (SELECT json_agg(pg_get_expr(conbin, 0) ORDER BY pg_get_expr(conbin, 0) COLLATE "C")
      FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'),
    'moving', (SELECT json_agg(pg_get_expr(conbin, 0)) FROM pg_constraint WHERE contypid = t.oid AND contype = 'c'
      AND ('pg_constraint'::regclass, oid) IN (SELECT classid, objid FROM moved)),
    'columns', a.columns) ORDER BY s.nspname, t.typname)
  FROM pg_type AS t JOIN spaces AS s ON s.oid = t.typnamespace LEFT JOIN attributes AS a ON a.relid = t.typrelid
  WHERE (t.typtype IN ('e', 'd') OR t.typtype = 'c' AND (SELECT relkind FROM pg_class WHERE oid = t.typrelid) = 'c')
    AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM extended)),
'sequences', (
  SELECT json_agg(json_build_object('key', c.key, 'namespace', c.nspname, 'name', c.relname, 'sql', c.sql,
    'comment', obj_description(c.oid, 'pg_class'), 'start', q.seqstart, 'step', q.seqincrement, 'least', q.seqmin,
    'most', q.seqmax, 'cycles', q.seqcycle) ORDER BY c.nspname, c.relname)
  FROM relations AS c JOIN pg_sequence AS q ON q.seqrelid = c.oid
  WHERE NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
    AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass)),
'tables', (
  SELECT json_agg(json_build_object('key', c.key, 'namespace', c.nspname, 'name', c.relname, 'sql', c.sql,
    'comment', obj_description(c.oid, 'pg_class'), 'columns', COALESCE(a.columns, '[]'),
    'partition_key', CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END,
    'bound', CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
    'parents', (SELECT json_agg(json_build_object('namespace', p.nspname, 'name', p.relname, 'sql', p.sql) ORDER BY i.inhseqno)
      FROM pg_inherits AS i JOIN relations AS p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid),
    'row_security', c.relrowsecurity, 'forced', c.relforcerowsecurity) ORDER BY c.nspname, c.relname)
  FROM tables AS c LEFT JOIN attributes AS a ON a.relid = c.oid),
'constraints', (
  SELECT json_agg(json_build_object('key', 'pg_constraint:' || o.oid, 'table', c.key, 'name', o.conname, 'kind', o.contype,
    'index', CASE WHEN o.contype IN ('p', 'u', 'x') THEN 'pg_class:' || o.conindid END,
    'comment', obj_description(o.oid, 'pg_constraint'),
    'columns', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, n)
      JOIN pg_attribute AS a ON (a.attrelid, a.attnum) = (o.conrelid, k.attnum)),
    'target', (SELECT json_build_object('namespace', n.nspname, 'name', t.relname,
        'sql', quote_ident(n.nspname) || '.' || quote_ident(t.relname))
      FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace WHERE t.oid = o.confrelid),
    'target_columns', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(o.confkey) WITH ORDINALITY AS k (attnum, n)
      JOIN pg_attribute AS a ON (a.attrelid, a.attnum) = (o.confrelid, k.attnum)),
    'condition', CASE o.contype WHEN 'c' THEN pg_get_expr(o.conbin, o.conrelid, true) END,
    'moving', ('pg_constraint'::regclass, o.oid) IN (SELECT classid, objid FROM moved),
    'definition', pg_get_constraintdef(o.oid),
    'on_update', CASE o.contype WHEN 'f' THEN o.confupdtype END, 'on_delete', CASE o.contype WHEN 'f' THEN o.confdeltype END,
    'deferrable', o.condeferrable, 'full', o.confmatchtype = 'f',
    'nulls_alike', COALESCE((SELECT indnullsnotdistinct FROM pg_index WHERE indexrelid = o.conindid AND o.contype = 'u'), false)
    ) ORDER BY c.nspname, c.relname, o.contype, o.conkey, o.conname)
  FROM pg_constraint AS o JOIN tables AS c ON c.oid = o.conrelid
  WHERE o.contype IN ('c', 'f', 'p', 'u', 'x') AND o.conparentid = 0 AND (o.conislocal OR o.coninhcount = 0)),
'indexes', (
  SELECT json_agg(json_build_object('key', c.key, 'table', t.key, 'name', c.relname, 'comment', obj_description(c.oid, 'pg_class'),
    'unique', i.indisunique, 'nulls_alike', i.indnullsnotdistinct,
    'constraint', EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x')),
    'parts', (SELECT json_agg(pg_get_indexdef(i.indexrelid, n, true) ORDER BY n) FROM generate_series(1, i.indnkeyatts) AS n),
    'columns', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
      JOIN pg_attribute AS a ON (a.attrelid, a.attnum) = (i.indrelid, k.attnum) WHERE k.n <= i.indnkeyatts),
    'using', split_part(pg_get_indexdef(i.indexrelid), ' USING ', -1),
    -- Said by its columns or expressions alone.
    'plain', m.amname = 'btree' AND i.indpred IS NULL AND i.indnatts = i.indnkeyatts
      AND NOT EXISTS (SELECT FROM unnest(i.indoption) AS o (bits) WHERE bits <> 0)
      AND NOT EXISTS (SELECT FROM unnest(i.indclass) AS k (opclass) JOIN pg_opclass AS p ON p.oid = k.opclass
        WHERE NOT p.opcdefault)
      AND pg_get_indexdef(i.indexrelid) !~ ' COLLATE '
    ) ORDER BY t.nspname, t.relname, c.relname)
  FROM pg_index AS i JOIN relations AS c ON c.oid = i.indexrelid JOIN relations AS t ON t.oid = i.indrelid
  JOIN pg_am AS m ON m.oid = c.relam
  WHERE t.relkind IN ('r', 'p', 'm') AND i.indisvalid
    AND NOT EXISTS (SELECT FROM pg_inherits AS h WHERE h.inhrelid = i.indexrelid)),
'views', (
  SELECT json_agg(json_build_object('key', c.key, 'namespace', c.nspname, 'name', c.relname, 'sql', c.sql,
    'comment', obj_description(c.oid, 'pg_class'), 'columns', COALESCE(a.columns, '[]'),
    'materialized', c.relkind = 'm',
    'moving', ('pg_class'::regclass, c.oid) IN (SELECT classid, objid FROM moved)) ORDER BY c.nspname, c.relname)
  FROM relations AS c LEFT JOIN attributes AS a ON a.relid = c.oid WHERE c.relkind IN ('v', 'm')),
'functions', (
  SELECT json_agg(json_build_object('key', 'pg_proc:' || p.oid, 'namespace', s.nspname, 'name', p.proname, 'kind', p.prokind,
    'sql', quote_ident(s.nspname) || '.' || quote_ident(p.proname), 'comment', obj_description(p.oid, 'pg_proc'),
    'signature', p.oid::regprocedure::text, 'arguments', pg_get_function_identity_arguments(p.oid),
    'result', pg_get_function_result(p.oid), 'moving', p.oid IN (SELECT oid FROM moving),
    'body', CASE WHEN p.prosqlbody IS NULL AND l.lanname NOT IN ('internal', 'c') AND p.prokind IN ('f', 'p') THEN p.prosrc END)
    ORDER BY s.nspname, p.proname, p.oid::regprocedure::text COLLATE "C")
  FROM pg_proc AS p JOIN spaces AS s ON s.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
  WHERE ('pg_proc'::regclass, p.oid) NOT IN (SELECT classid, objid FROM extended)
    -- Made together with a range type.
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')),
'triggers', (
  SELECT json_agg(json_build_object('key', 'pg_trigger:' || g.oid, 'table', c.key, 'name', g.tgname,
    'comment', obj_description(g.oid, 'pg_trigger'), 'enabled', g.tgenabled <> 'D',
    'doing', substr(pg_get_triggerdef(g.oid), 1 + length('CREATE TRIGGER ' || quote_ident(g.tgname) || ' '
      || CASE WHEN g.tgconstraint <> 0 THEN 'CONSTRAINT ' ELSE '' END)),
    'function', (SELECT json_build_object('namespace', n.nspname, 'name', p.proname)
      FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE p.oid = g.tgfoid),
    'before', g.tgtype & 66 = 2, 'instead', g.tgtype & 64 = 64, 'each_row', g.tgtype & 1 = 1,
    'events', array_remove(ARRAY[CASE WHEN g.tgtype & 4 > 0 THEN 'insert' END, CASE WHEN g.tgtype & 16 > 0 THEN 'update' END,
      CASE WHEN g.tgtype & 8 > 0 THEN 'delete' END, CASE WHEN g.tgtype & 32 > 0 THEN 'truncate' END], NULL)
    ) ORDER BY c.nspname, c.relname, g.tgname)
  FROM pg_trigger AS g JOIN relations AS c ON c.oid = g.tgrelid WHERE NOT g.tgisinternal AND g.tgparentid = 0),
'policies', (
  SELECT json_agg(json_build_object('key', 'pg_policy:' || p.oid, 'table', c.key, 'name', p.polname,
    'comment', obj_description(p.oid, 'pg_policy'), 'for_some', p.polroles <> '{0}', 'command', p.polcmd, 'permissive', p.polpermissive,
    'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
    ORDER BY c.nspname, c.relname, p.polname)
  FROM pg_policy AS p JOIN tables AS c ON c.oid = p.polrelid),
'others', (
  SELECT json_agg(json_build_object('kind', kind, 'name', name) ORDER BY kind, name) FROM (
    SELECT 'rule', r.rulename || ' on ' || c.sql FROM pg_rewrite AS r JOIN relations AS c ON c.oid = r.ev_class
      WHERE r.rulename <> '_RETURN'
    UNION ALL SELECT 'range type', s.nspname || '.' || t.typname FROM pg_type AS t JOIN spaces AS s ON s.oid = t.typnamespace
      WHERE t.typtype = 'r' AND ('pg_type'::regclass, t.oid) NOT IN (SELECT classid, objid FROM extended)
    UNION ALL SELECT 'foreign table', sql FROM relations WHERE relkind = 'f'
    UNION ALL SELECT 'statistics object', s.nspname || '.' || x.stxname FROM pg_statistic_ext AS x
      JOIN spaces AS s ON s.oid = x.stxnamespace
    UNION ALL SELECT 'collation', s.nspname || '.' || x.collname FROM pg_collation AS x JOIN spaces AS s ON s.oid = x.collnamespace
      WHERE ('pg_collation'::regclass, x.oid) NOT IN (SELECT classid, objid FROM extended)
    UNION ALL SELECT 'operator', s.nspname || '.' || x.oprname FROM pg_operator AS x JOIN spaces AS s ON s.oid = x.oprnamespace
      WHERE ('pg_operator'::regclass, x.oid) NOT IN (SELECT classid, objid FROM extended)
    UNION ALL SELECT 'cast', format_type(x.castsource, NULL) || ' to ' || format_type(x.casttarget, NULL) FROM pg_cast AS x
      -- One that came with a range type is no work of anybody's.
      WHERE x.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_cast'::regclass AND d.objid = x.oid AND d.deptype IN ('e', 'i'))
    UNION ALL SELECT 'text search configuration', s.nspname || '.' || x.cfgname FROM pg_ts_config AS x
      JOIN spaces AS s ON s.oid = x.cfgnamespace
    UNION ALL SELECT 'text search dictionary', s.nspname || '.' || x.dictname FROM pg_ts_dict AS x
      JOIN spaces AS s ON s.oid = x.dictnamespace
      WHERE ('pg_ts_dict'::regclass, x.oid) NOT IN (SELECT classid, objid FROM extended)
    UNION ALL SELECT 'conversion', s.nspname || '.' || x.conname FROM pg_conversion AS x
      JOIN spaces AS s ON s.oid = x.connamespace
    UNION ALL SELECT 'publication', pubname FROM pg_publication
  ) AS x (kind, name)),
'dependencies', (
  SELECT json_agg(json_build_array(one, other) ORDER BY one, other) FROM (
    SELECT DISTINCT a.key, b.key FROM pg_depend AS d
    JOIN nodes AS a ON (a.classid, a.objid) = (d.classid, d.objid)
    JOIN nodes AS b ON (b.classid, b.objid) = (d.refclassid, d.refobjid)
    WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a', 'i', 'P', 'S') AND a.key <> b.key
  ) AS edges (one, other))
)
