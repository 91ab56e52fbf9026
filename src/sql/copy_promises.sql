-- $1 the oids of tables: what their rows have to fulfil, each by itself or one beside another. Read with an empty
-- search path, so that expressions name everything in full.
SELECT k.conrelid AS table_oid,
       k.conname AS name,
       'check' AS kind,
       pg_catalog.pg_get_constraintdef(k.oid) AS definition,
       pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS expression,
       k.convalidated AS holds,
       ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attgenerated = '') AS columns
  FROM pg_catalog.pg_constraint k
 WHERE k.conrelid = ANY ($1::pg_catalog.oid[]) AND k.contype = 'c'
 UNION ALL
SELECT a.attrelid, a.attname, 'not null', 'NOT NULL',
       pg_catalog.quote_ident(a.attname) || ' IS NOT NULL', true, ARRAY[a.attname]
  FROM pg_catalog.pg_attribute a
 WHERE a.attrelid = ANY ($1::pg_catalog.oid[]) AND a.attnotnull AND a.attnum > 0::pg_catalog.int2
   AND NOT a.attisdropped AND a.attgenerated = ''
 UNION ALL
SELECT i.indrelid, c.relname, 'unique', 'UNIQUE', '', i.indisvalid,
       ARRAY(SELECT a.attname
               FROM pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY AS u (attnum, place)
               JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
              WHERE u.place <= i.indnkeyatts::pg_catalog.int8
              ORDER BY u.place)
  FROM pg_catalog.pg_index i
  JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid = ANY ($1::pg_catalog.oid[]) AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
 ORDER BY 1, 3, 2
