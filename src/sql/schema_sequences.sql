-- Sequences, with the table that owns them; see schema_relations.sql.
SELECT 'sequence' AS kind,
       COALESCE(o.refobjid, 0::pg_catalog.oid) AS relation,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
       pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'type', pg_catalog.format_type(q.seqtypid, NULL),
         'start', q.seqstart,
         'increment', q.seqincrement,
         'min', q.seqmin,
         'max', q.seqmax,
         'cache', q.seqcache,
         'cycle', CASE WHEN q.seqcycle THEN true END,
         'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
         'identity', CASE WHEN o.deptype = 'i' THEN true END,
         'owned_by', (SELECT pg_catalog.format('%I.%I.%I', tn.nspname, t.relname, a.attname)
                        FROM pg_catalog.pg_class t
                        JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
                        JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = o.refobjsubid
                       WHERE t.oid = o.refobjid)
       )) AS properties
  FROM pg_catalog.pg_sequence q
  JOIN pg_catalog.pg_class c ON c.oid = q.seqrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_depend o
         ON o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND o.objid = c.oid AND o.objsubid = 0
        AND o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND o.deptype IN ('a', 'i')
 WHERE NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname NOT IN ('information_schema', 'runner')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
