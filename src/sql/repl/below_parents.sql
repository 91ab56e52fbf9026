-- The tables that the tables $1 inherit from; see below_indexes.sql.
SELECT i.inhrelid AS relation,
       120 AS section,
       pg_catalog.row_number() OVER (PARTITION BY i.inhrelid ORDER BY i.inhseqno) AS place,
       p.oid::pg_catalog.regclass::pg_catalog.text AS line
  FROM pg_catalog.pg_inherits i
  JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
 WHERE i.inhrelid = ANY ($1::pg_catalog.oid[])
   AND p.relkind NOT IN ('p', 'I')
