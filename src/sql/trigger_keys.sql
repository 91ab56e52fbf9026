-- $1 the oids of tables: the foreign keys on either side of them and of their partitions, as they were declared
WITH RECURSIVE member AS (
  SELECT g.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS g (oid)
   UNION
  SELECT p.relid::pg_catalog.oid
    FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS g (oid)
   CROSS JOIN LATERAL pg_catalog.pg_partition_tree(g.oid::pg_catalog.regclass) AS p
), touched AS (
  SELECT k.oid, k.conparentid
    FROM pg_catalog.pg_constraint k
   WHERE k.contype = 'f'
     AND (k.conrelid IN (SELECT m.oid FROM member m) OR k.confrelid IN (SELECT m.oid FROM member m))
   UNION
  SELECT k.oid, k.conparentid
    FROM touched t
    JOIN pg_catalog.pg_constraint k ON k.oid = t.conparentid
)
SELECT k.oid,
       k.conname AS name,
       cn.nspname AS child_schema,
       c.relname AS child_name,
       c.relkind = 'p' AS child_is_partitioned,
       k.conrelid::pg_catalog.regclass::pg_catalog.text AS child_shown,
       pn.nspname AS parent_schema,
       p.relname AS parent_name,
       p.relkind = 'p' AS parent_is_partitioned,
       k.confrelid::pg_catalog.regclass::pg_catalog.text AS parent_shown,
       k.confmatchtype = 'f' AS match_full,
       k.convalidated AS validated,
       ARRAY(SELECT a.attname
               FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY AS u (attnum, place)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
              ORDER BY u.place) AS child_columns,
       ARRAY(SELECT a.attname
               FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u (attnum, place)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum
              ORDER BY u.place) AS parent_columns,
       -- As the server compares: the parent's column first.
       ARRAY(SELECT pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname)
               FROM pg_catalog.unnest(k.conpfeqop) WITH ORDINALITY AS u (operator, place)
               JOIN pg_catalog.pg_operator o ON o.oid = u.operator
               JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
              ORDER BY u.place) AS equal
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
  JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
  JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
 WHERE k.oid IN (SELECT t.oid FROM touched t)
   AND k.conparentid = 0::pg_catalog.oid
 ORDER BY cn.nspname, c.relname, k.conname
