-- Enums, domains, composite types, ranges and base types; see schema_relations.sql.
SELECT 'type' AS kind,
       0::pg_catalog.oid AS relation,
       pg_catalog.format('%I.%I', n.nspname, t.typname) AS name,
       pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'kind', CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite'
                                WHEN 'r' THEN 'range' ELSE 'base' END,
         'labels', CASE WHEN t.typtype = 'e' THEN
            (SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) END,
         'base', CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END,
         'nullable', CASE WHEN t.typtype = 'd' THEN NOT t.typnotnull END,
         'default', CASE WHEN t.typtype = 'd' THEN t.typdefault END,
         'checks', CASE WHEN t.typtype = 'd' THEN
            (SELECT pg_catalog.json_agg(pg_catalog.format('%I %s', k.conname, pg_catalog.pg_get_constraintdef(k.oid)) ORDER BY k.conname)
               FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') END,
         'attributes', CASE WHEN t.typtype = 'c' THEN
            (SELECT pg_catalog.json_agg(pg_catalog.format('%I %s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
               FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END,
         'subtype', (SELECT pg_catalog.format_type(r.rngsubtype, NULL) FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid)
       )) AS properties
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
 WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c'
        OR t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid))
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname NOT IN ('information_schema', 'runner')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid AND d.deptype = 'e')
