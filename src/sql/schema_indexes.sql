-- The indexes that no constraint made, and no partitioned index; see schema_relations.sql.
SELECT 'index' AS kind,
       t.oid AS relation,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
       pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'name', c.relname,
         'table', pg_catalog.format('%I.%I', n.nspname, t.relname),
         'definition', pg_catalog.pg_get_indexdef(c.oid),
         'valid', CASE WHEN NOT i.indisvalid THEN false END,
         'clustered', CASE WHEN i.indisclustered THEN true END,
         'replica_identity', CASE WHEN i.indisreplident THEN true END
       )) AS properties
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                    WHERE k.conindid = c.oid AND k.conrelid = t.oid AND k.contype IN ('p', 'u', 'x'))
   AND NOT c.relispartition
   AND t.relkind IN ('r', 'p', 'm')
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname NOT IN ('information_schema', 'runner')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = t.oid AND d.deptype = 'e')
