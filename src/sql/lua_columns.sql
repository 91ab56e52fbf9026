-- The columns of all tables and views that users made, with the type behind each: that of a domain is what it is
-- made of, and an array is told by its elements.
WITH RECURSIVE base AS (
  SELECT t.oid, t.oid AS type FROM pg_catalog.pg_type t WHERE t.typtype OPERATOR(pg_catalog.<>) 'd'
  UNION ALL
  SELECT d.oid, b.type
  FROM pg_catalog.pg_type d
  JOIN base b ON b.oid OPERATOR(pg_catalog.=) d.typbasetype
  WHERE d.typtype OPERATOR(pg_catalog.=) 'd'
)
SELECT
  n.nspname::pg_catalog.text,
  c.relname::pg_catalog.text,
  COALESCE(pg_catalog.obj_description(c.oid, 'pg_class'), '')::pg_catalog.text,
  a.attname::pg_catalog.text,
  CASE WHEN k.nspname OPERATOR(pg_catalog.=) 'pg_catalog' THEN COALESCE(e.typname, t.typname) ELSE '' END::pg_catalog.text,
  (e.oid IS NOT NULL)::pg_catalog.bool,
  (NOT a.attnotnull)::pg_catalog.bool,
  pg_catalog.format_type(a.atttypid, a.atttypmod)::pg_catalog.text,
  COALESCE(pg_catalog.col_description(c.oid, a.attnum), '')::pg_catalog.text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid
JOIN base b ON b.oid OPERATOR(pg_catalog.=) a.atttypid
JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) b.type
-- The elements of a true array; other types that can be subscripted have some, too.
LEFT JOIN base i ON t.typcategory OPERATOR(pg_catalog.=) 'A' AND i.oid OPERATOR(pg_catalog.=) t.typelem
LEFT JOIN pg_catalog.pg_type e ON e.oid OPERATOR(pg_catalog.=) i.type
JOIN pg_catalog.pg_namespace k ON k.oid OPERATOR(pg_catalog.=) COALESCE(e.typnamespace, t.typnamespace)
WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}')
  AND a.attnum OPERATOR(pg_catalog.>) 0
  AND NOT a.attisdropped
  AND n.nspname OPERATOR(pg_catalog.<>) ALL ('{pg_catalog,information_schema,runner}')
  AND n.nspname OPERATOR(pg_catalog.!~~) 'pg\_toast%'
  AND n.nspname OPERATOR(pg_catalog.!~~) 'pg\_temp%'
ORDER BY 1, 2, a.attnum
