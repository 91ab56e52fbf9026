-- The functions of the name $1, with the types of their arguments: what `\sf` could be told to choose from.
SELECT p.oid::pg_catalog.regprocedure::pg_catalog.text
  FROM pg_catalog.pg_proc p
 WHERE p.proname::pg_catalog.text = $1::pg_catalog.text
 ORDER BY 1
