-- Schemas, extensions, policies, rules, extended statistics, event triggers and publications; see schema_relations.sql.
SELECT 'schema' AS kind, 0::pg_catalog.oid AS relation, pg_catalog.quote_ident(n.nspname) AS name,
       pg_catalog.json_build_object() AS properties
  FROM pg_catalog.pg_namespace n
 WHERE NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname NOT IN ('information_schema', 'runner')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objid = n.oid AND d.deptype = 'e')
UNION ALL
SELECT 'extension', 0::pg_catalog.oid, pg_catalog.quote_ident(x.extname),
       pg_catalog.json_build_object('version', x.extversion, 'schema', n.nspname)
  FROM pg_catalog.pg_extension x
  JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace
UNION ALL
SELECT 'policy', c.oid, pg_catalog.format('%I.%I.%I', n.nspname, c.relname, p.polname),
       pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'name', p.polname,
         'command', CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END,
         'permissive', p.polpermissive,
         'roles', (SELECT pg_catalog.string_agg(COALESCE(r.rolname::pg_catalog.text, 'public'), ', ' ORDER BY r.rolname)
                     FROM pg_catalog.unnest(p.polroles) AS u (oid) LEFT JOIN pg_catalog.pg_roles r ON r.oid = u.oid),
         'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
         'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)))
  FROM pg_catalog.pg_policy p
  JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname <> 'runner'
UNION ALL
SELECT 'rule', c.oid, pg_catalog.format('%I.%I.%I', n.nspname, c.relname, r.rulename),
       pg_catalog.json_build_object(
         'name', r.rulename,
         'definition', pg_catalog.pg_get_ruledef(r.oid),
         'enabled', CASE r.ev_enabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' ELSE 'disabled' END)
  FROM pg_catalog.pg_rewrite r
  JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE r.rulename <> '_RETURN'
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname NOT IN ('information_schema', 'runner')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT 'statistics', s.stxrelid, pg_catalog.format('%I.%I', n.nspname, s.stxname),
       pg_catalog.json_build_object('definition', pg_catalog.pg_get_statisticsobjdef(s.oid))
  FROM pg_catalog.pg_statistic_ext s
  JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
UNION ALL
SELECT 'event trigger', 0::pg_catalog.oid, pg_catalog.quote_ident(e.evtname),
       pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'event', e.evtevent,
         'tags', pg_catalog.array_to_string(e.evttags, ', '),
         'function', e.evtfoid::pg_catalog.regproc::pg_catalog.text,
         'enabled', CASE e.evtenabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' ELSE 'disabled' END))
  FROM pg_catalog.pg_event_trigger e
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_event_trigger'::pg_catalog.regclass AND d.objid = e.oid AND d.deptype = 'e')
UNION ALL
SELECT 'publication', 0::pg_catalog.oid, pg_catalog.quote_ident(p.pubname),
       pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'tables', CASE WHEN p.puballtables THEN 'all' ELSE
            (SELECT pg_catalog.string_agg(r.prrelid::pg_catalog.regclass::pg_catalog.text, ', '
                                          ORDER BY r.prrelid::pg_catalog.regclass::pg_catalog.text)
               FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid) END,
         'publishes', pg_catalog.concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                                           CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)))
  FROM pg_catalog.pg_publication p
