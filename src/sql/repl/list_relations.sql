-- What `\dt`, `\dv`, `\di` and the like list.
-- $1, $2 as in relations_found.sql; $3 the kinds; $4 whether the system's own are listed too; $5 whether with sizes.
SELECT n.nspname AS "Schema",
       c.relname AS "Name",
       CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index'
                      WHEN 'S' THEN 'sequence' WHEN 't' THEN 'TOAST table' WHEN 'f' THEN 'foreign table'
                      WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index' END AS "Type",
       pg_catalog.pg_get_userbyid(c.relowner) AS "Owner",
       t.relname AS "Table",
       CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 't' THEN 'temporary' WHEN 'u' THEN 'unlogged' END AS "Persistence",
       am.amname AS "Access method",
       CASE WHEN $5::pg_catalog.bool THEN pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid::pg_catalog.regclass)) END AS "Size",
       CASE WHEN $5::pg_catalog.bool THEN pg_catalog.obj_description(c.oid, 'pg_class') END AS "Description"
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
  LEFT JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
 WHERE c.relkind::pg_catalog.text = ANY ($3::pg_catalog.text[])
   AND ($4::pg_catalog.bool OR n.nspname NOT IN ('pg_catalog', 'information_schema'))
   AND NOT (NOT $4::pg_catalog.bool AND pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_toast'))
   AND CASE WHEN $1::pg_catalog.text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid)
            ELSE n.nspname OPERATOR(pg_catalog.~) $1::pg_catalog.text COLLATE pg_catalog."default" END
   AND ($2::pg_catalog.text IS NULL OR c.relname OPERATOR(pg_catalog.~) $2::pg_catalog.text COLLATE pg_catalog."default")
 ORDER BY n.nspname, c.relname
