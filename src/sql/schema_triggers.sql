-- Triggers that users made, with their states; see schema_relations.sql. Those that a partition has of its root are
-- left out while they are in the root's state.
SELECT 'trigger' AS kind,
       c.oid AS relation,
       pg_catalog.format('%I.%I.%I', n.nspname, c.relname, g.tgname) AS name,
       pg_catalog.json_build_object(
         'name', g.tgname,
         'definition', pg_catalog.pg_get_triggerdef(g.oid),
         'enabled', CASE g.tgenabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' ELSE 'disabled' END
       ) AS properties
  FROM pg_catalog.pg_trigger g
  JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_trigger r ON r.oid = g.tgparentid
 WHERE NOT g.tgisinternal
   AND (r.oid IS NULL OR r.tgenabled <> g.tgenabled)
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname NOT IN ('information_schema', 'runner')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND d.objid = g.oid AND d.deptype = 'e')
