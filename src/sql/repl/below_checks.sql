-- The check constraints of the tables $1; see below_indexes.sql.
SELECT r.conrelid AS relation,
       20 AS section,
       pg_catalog.row_number() OVER (PARTITION BY r.conrelid ORDER BY r.conname) AS place,
       pg_catalog.concat('"', r.conname, '" ', pg_catalog.pg_get_constraintdef(r.oid, true)) AS line
  FROM pg_catalog.pg_constraint r
 WHERE r.conrelid = ANY ($1::pg_catalog.oid[])
   AND r.contype = 'c'
