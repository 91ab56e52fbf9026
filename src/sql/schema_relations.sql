-- Tables, views, materialised views and foreign tables of users. All statements of this name give the kind of an
-- object, the relation it belongs to, its name, and what makes it up. The search path is empty, so that every name
-- in a definition has its schema. What extensions made is theirs.
SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END AS kind,
       c.oid AS relation,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
       pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
         'kind', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' END,
         'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
         'partition_key', CASE c.relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
         'partition_of', CASE WHEN c.relispartition THEN
            (SELECT i.inhparent::pg_catalog.regclass::pg_catalog.text FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) END,
         'partition_bound', CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END,
         'inherits', CASE WHEN NOT c.relispartition THEN
            (SELECT pg_catalog.string_agg(i.inhparent::pg_catalog.regclass::pg_catalog.text, ', ' ORDER BY i.inhseqno)
               FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) END,
         'of_type', CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) END,
         'row_security', CASE WHEN c.relrowsecurity AND c.relforcerowsecurity THEN 'forced'
                              WHEN c.relrowsecurity THEN 'enabled' END,
         'replica_identity', CASE c.relreplident WHEN 'n' THEN CASE WHEN c.relkind IN ('r', 'p') THEN 'nothing' END
                                                 WHEN 'f' THEN 'full' WHEN 'i' THEN 'index' END,
         'access_method', (SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = c.relam AND m.amname <> 'heap'),
         'options', pg_catalog.array_to_string(c.reloptions, ', '),
         'server', (SELECT s.srvname FROM pg_catalog.pg_foreign_table f
                      JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid),
         'server_options', (SELECT pg_catalog.array_to_string(f.ftoptions, ', ')
                              FROM pg_catalog.pg_foreign_table f WHERE f.ftrelid = c.oid),
         'populated', CASE WHEN c.relkind = 'm' THEN c.relispopulated END,
         'definition', CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END
       )) AS properties
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
   AND NOT pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
   AND n.nspname NOT IN ('information_schema', 'runner')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
