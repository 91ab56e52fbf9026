-- $1 the oid of a table: the foreign keys, as they were declared, by which rows refer to its own
WITH member AS (
  SELECT $1::pg_catalog.oid AS oid
   UNION
  SELECT p.relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree($1::pg_catalog.oid::pg_catalog.regclass) AS p
   UNION
  SELECT a.relid::pg_catalog.oid FROM pg_catalog.pg_partition_ancestors($1::pg_catalog.oid::pg_catalog.regclass) AS a
)
SELECT k.conname AS name,
       k.confdeltype::pg_catalog.text AS on_delete,
       k.conrelid AS child,
       COALESCE(pg_catalog.pg_partition_root(k.conrelid)::pg_catalog.oid, k.conrelid) AS child_root,
       k.conrelid IN (SELECT m.oid FROM member m) AS to_itself,
       n.nspname AS schema,
       c.relname AS child_name,
       c.relkind = 'p' AS is_partitioned,
       k.conrelid::pg_catalog.regclass::pg_catalog.text AS child_shown,
       pg_catalog.has_any_column_privilege(k.conrelid, 'SELECT') AS may_select,
       ARRAY(SELECT a.attname::pg_catalog.text
               FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
              ORDER BY u.place) AS child_columns,
       ARRAY(SELECT a.attname::pg_catalog.text
               FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u (attnum, place)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum
              ORDER BY u.place) AS parent_columns,
       -- As the server compares: the parent's column first.
       ARRAY(SELECT pg_catalog.format('OPERATOR(%I.%s)', o_n.nspname, o.oprname)
               FROM pg_catalog.unnest(k.conpfeqop) WITH ORDINALITY AS u (operator, place)
               JOIN pg_catalog.pg_operator o ON o.oid = u.operator
               JOIN pg_catalog.pg_namespace o_n ON o_n.oid = o.oprnamespace
              ORDER BY u.place) AS equal
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE k.contype = 'f'
   AND k.conparentid = 0::pg_catalog.oid
   AND k.confrelid IN (SELECT m.oid FROM member m)
 ORDER BY n.nspname, c.relname, k.conname
