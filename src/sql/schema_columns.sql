-- The columns of the tables of users; see schema_relations.sql. In their order.
SELECT 'column' AS kind,
       c.oid AS relation,
       pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname) AS name,
       pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'name', a.attname,
         'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
         'collation', CASE WHEN a.attcollation <> t.typcollation THEN
            (SELECT pg_catalog.format('%I.%I', cn.nspname, o.collname)
               FROM pg_catalog.pg_collation o JOIN pg_catalog.pg_namespace cn ON cn.oid = o.collnamespace
              WHERE o.oid = a.attcollation) END,
         'nullable', NOT a.attnotnull,
         'default', CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
         'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
         'generated', CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
         'virtual', CASE WHEN a.attgenerated = 'v' THEN true END,
         'storage', CASE WHEN a.attstorage <> t.typstorage THEN
            CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END,
         'compression', CASE pg_catalog.to_json(a) OPERATOR(pg_catalog.->>) 'attcompression' WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
         'options', pg_catalog.array_to_string(a.attoptions, ', '),
         'inherited', CASE WHEN a.attinhcount > 0 AND NOT a.attislocal THEN true END
       )) AS properties
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE c.relkind IN ('r', 'p', 'f')
   AND a.attnum > 0 AND NOT a.attisdropped
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname NOT IN ('information_schema', 'runner')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                    WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = c.oid AND e.deptype = 'e')
 ORDER BY a.attrelid, a.attnum
