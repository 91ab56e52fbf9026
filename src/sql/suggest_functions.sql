-- What the name of a function could have meant: those that can be called without naming their schema.
SELECT DISTINCT p.proname::pg_catalog.text
  FROM pg_catalog.pg_proc AS p
 WHERE pg_catalog.pg_function_is_visible(p.oid)
 LIMIT 20000
