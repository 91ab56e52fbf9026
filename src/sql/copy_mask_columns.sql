-- $1 the oid of a table: what a value of each column has to be. The type below all domains, how many characters it
-- takes, and whether a unique index reads the column.
WITH RECURSIVE typed (name, number, type, typmod) AS (
  SELECT a.attname, a.attnum, a.atttypid, a.atttypmod
    FROM pg_catalog.pg_attribute a
   WHERE a.attrelid = $1::pg_catalog.oid AND a.attnum > 0::pg_catalog.int2 AND NOT a.attisdropped
   UNION ALL
  SELECT d.name, d.number, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE d.typmod END
    FROM typed d
    JOIN pg_catalog.pg_type t ON t.oid = d.type
   WHERE t.typtype = 'd'
)
SELECT d.name,
       t.typname AS type,
       CASE WHEN t.typname IN ('varchar', 'bpchar') AND d.typmod >= 4 THEN d.typmod OPERATOR(pg_catalog.-) 4
            WHEN t.typname = 'name' THEN 63 END AS length,
       EXISTS (SELECT FROM pg_catalog.pg_index i
                WHERE i.indrelid = $1::pg_catalog.oid AND i.indisunique
                  AND (d.number = ANY (i.indkey::pg_catalog.int2[])
                       OR EXISTS (SELECT FROM pg_catalog.pg_depend p
                                   WHERE p.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid
                                     AND p.objid = i.indexrelid AND p.refobjid = $1::pg_catalog.oid
                                     AND p.refobjsubid = d.number::pg_catalog.int4))) AS is_unique
  FROM typed d
  JOIN pg_catalog.pg_type t ON t.oid = d.type
 WHERE t.typtype <> 'd'
