-- $1 the oids of tables: their columns in order
SELECT a.attrelid AS table_oid,
       a.attname AS name,
       a.attnum AS number,
       pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
       a.attgenerated <> '' AS generated,
       a.attidentity::pg_catalog.text AS identity,
       a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS not_null,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS default,
       t.oid AS type_oid,
       -- The binary form means the same in every database: a type of the system itself, whose oid is fixed,
       -- that has one and does not name objects of its own database by oid.
       COALESCE(e.oid, t.oid) < 10000::pg_catalog.oid
         AND COALESCE(e.typsend, t.typsend) <> 0::pg_catalog.oid
         AND NOT pg_catalog.starts_with(COALESCE(e.typname, t.typname)::pg_catalog.text, 'reg') AS portable
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typlen = -1::pg_catalog.int2 AND t.typcategory = 'A'
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = ANY ($1::pg_catalog.oid[])
   AND a.attnum > 0::pg_catalog.int2
   AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum
