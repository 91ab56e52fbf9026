-- What the name of a column could have meant: columns of the relations that are named by one of the words ($1).
SELECT DISTINCT a.attname::pg_catalog.text
  FROM pg_catalog.pg_attribute AS a
  JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
 WHERE a.attnum OPERATOR(pg_catalog.>) 0
   AND NOT a.attisdropped
   AND c.relname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.text[])
 LIMIT 20000
