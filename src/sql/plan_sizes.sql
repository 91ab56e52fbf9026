-- $1 the oids of tables: how many rows the planner would expect of them now, NULL where one of them or of their
-- partitions holds something and was never analyzed; and their bytes on disk, TOAST included, indexes not.
-- Not pg_partition_tree, of which the planner expects a thousand rows for each table.
WITH RECURSIVE tree (root, oid) AS (
    SELECT t.oid, t.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS t (oid)
     UNION ALL
    SELECT t.root, i.inhrelid
      FROM tree t
      JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind = 'p'
      JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)
SELECT t.root,
       CASE WHEN pg_catalog.bool_or(s.rows IS NULL) THEN NULL
            ELSE pg_catalog.sum(s.rows)::pg_catalog.int8 END AS rows,
       COALESCE(pg_catalog.sum(s.bytes), 0)::pg_catalog.int8 AS bytes
  FROM tree t
  JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind = 'r'
 CROSS JOIN LATERAL (
       SELECT CASE WHEN z.heap = 0 THEN 0
                   WHEN c.reltuples < 0 THEN NULL
                   WHEN c.relpages > 0
                   THEN pg_catalog.round(c.reltuples / c.relpages * z.heap
                                         / pg_catalog.current_setting('block_size')::pg_catalog.int8)
                   ELSE c.reltuples END AS rows,
              pg_catalog.pg_table_size(c.oid::pg_catalog.regclass) AS bytes
         FROM (SELECT pg_catalog.pg_relation_size(c.oid::pg_catalog.regclass)) AS z (heap)) AS s
 GROUP BY t.root
