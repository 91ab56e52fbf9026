-- The foreign keys of the tables $1, with those that a partition has from its parents; see below_indexes.sql.
SELECT t.oid AS relation,
       30 AS section,
       pg_catalog.row_number() OVER (PARTITION BY t.oid ORDER BY r.conrelid = t.oid DESC, r.conname) AS place,
       pg_catalog.concat(
         CASE WHEN r.conrelid <> t.oid THEN pg_catalog.concat('TABLE "', r.conrelid::pg_catalog.regclass, '" CONSTRAINT ') END,
         '"', r.conname, '" ', pg_catalog.pg_get_constraintdef(r.oid, true)) AS line
  FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS t(oid)
  JOIN LATERAL (SELECT t.oid UNION SELECT a.relid::pg_catalog.oid FROM pg_catalog.pg_partition_ancestors(t.oid) a(relid)) of(oid) ON true
  JOIN pg_catalog.pg_constraint r ON r.conrelid = of.oid
 WHERE r.contype = 'f'
   AND r.conparentid = 0::pg_catalog.oid
