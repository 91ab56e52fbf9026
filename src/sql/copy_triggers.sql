-- $1 the oids of tables: the triggers that users made on them and on their partitions, each name once, with the
-- events (bits of pg_trigger.tgtype: 4 INSERT, 8 DELETE, 16 UPDATE, 32 TRUNCATE) of those that are on.
-- Not pg_partition_tree, of which the planner expects a thousand rows for each table.
WITH RECURSIVE tree (root, oid) AS (
    SELECT t.oid, t.oid FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS t (oid)
     UNION ALL
    SELECT t.root, i.inhrelid
      FROM tree t
      JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind = 'p'
      JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)
SELECT t.root,
       g.tgname AS name,
       pg_catalog.string_agg(DISTINCT CASE g.tgenabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always'
                                                      WHEN 'R' THEN 'replica' ELSE 'disabled' END, ', ') AS state,
       COALESCE(pg_catalog.bit_or(g.tgtype::pg_catalog.int8) FILTER (
         WHERE CASE pg_catalog.current_setting('session_replication_role')
                 WHEN 'replica' THEN g.tgenabled IN ('A', 'R') ELSE g.tgenabled IN ('O', 'A') END), 0) AS events
  FROM tree t
  JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
 GROUP BY t.root, g.tgname
 ORDER BY t.root, g.tgname
