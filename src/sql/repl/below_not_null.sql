-- The not-null constraints of the tables $1: they have names and a place in the catalogue from PostgreSQL 18 on;
-- see below_indexes.sql.
SELECT r.conrelid AS relation,
       90 AS section,
       pg_catalog.row_number() OVER (PARTITION BY r.conrelid ORDER BY a.attnum) AS place,
       pg_catalog.concat('"', r.conname, '" NOT NULL "', a.attname, '"',
         CASE WHEN r.connoinherit THEN ' NO INHERIT'
              WHEN r.coninhcount > 0::pg_catalog.int2 AND r.conislocal THEN ' (local, inherited)'
              WHEN r.coninhcount > 0::pg_catalog.int2 THEN ' (inherited)' END,
         CASE WHEN NOT r.convalidated THEN ' NOT VALID' END) AS line
  FROM pg_catalog.pg_constraint r
  JOIN pg_catalog.pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = r.conkey[1]
 WHERE r.conrelid = ANY ($1::pg_catalog.oid[])
   AND r.contype = 'n'
